#pragma once
/// What the targets claim of results and of errors.

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gan/core/error.h"

namespace gan::fuzz {

inline const std::string kWho = "some/file";

inline void require(bool holds, const char* claim) {
  if (!holds) throw std::logic_error(claim);
}

inline void check_message(std::string_view message) {
  require(message.find_first_of("\n\r") == message.npos, "an error is one line");
}

/// What `read` returns, or nothing when it complains of `who` as it should.
template <class Read>
auto attempt(Read read, std::string_view who = kWho) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    check_message(error.what());
    require(std::string_view(error.what()).starts_with(who), "an error begins with its source");
    return {};
  }
}

}  // namespace gan::fuzz
