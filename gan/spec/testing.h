#pragma once
/// For tests: what settings are refused with.

#include <gtest/gtest.h>

#include <string>

#include "gan/core/error.h"
#include "gan/spec/config.h"

namespace gan {

/// The message of the UsageError that `make` must throw.
template <class Make>
std::string complaint(Make make) {
  try {
    make();
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

inline std::string refused(const std::string& toml) {
  return complaint([&] { parse_config(toml, "x.toml"); });
}

}  // namespace gan

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
