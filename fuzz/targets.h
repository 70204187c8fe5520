#pragma once
/// What the fuzzers run: each reader of foreign bytes, with what must hold of its result.

#include <span>
#include <string_view>

namespace gan::fuzz {

/// `run` reads any bytes whatever. A gan::Error is a good answer when it is one line that names the
/// source; every other exception is a defect, std::logic_error among them: a claim about the result
/// that does not hold.
struct Target {
  std::string_view name;
  void (*run)(std::string_view bytes);
};

std::span<const Target> targets();

const Target& target(std::string_view name);

}  // namespace gan::fuzz
