#pragma once
/// For the tests of the readers: errors in one voice, and input that was cut or damaged.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gan/core/error.h"

namespace gan {

inline constexpr std::string_view kWho = "some/file";

/// `call` throws a DataError: one line that begins with `who` and holds `part`.
template <class Call>
void expect_data_error(Call call, std::string_view part = "", std::string_view who = kWho) {
  std::string message;
  const auto watched = [&] {
    try {
      call();
    } catch (const std::exception& error) {
      message = error.what();
      throw;
    }
  };
  EXPECT_THROW(watched(), DataError) << message;
  EXPECT_TRUE(message.starts_with(std::string(who) + ": ")) << message;
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

/// Calls with a heap copy of exactly these bytes, so that a sanitizer sees one byte too far.
template <class Parse>
void parse_exact(std::string_view bytes, Parse parse) {
  const std::vector<char> copy(bytes.begin(), bytes.end());
  parse(std::string_view(copy.data(), copy.size()));
}

/// No beginning of `bytes`, of `first` bytes or more, is taken for the whole.
template <class Parse>
void expect_prefixes_fail(std::string_view bytes, Parse parse, size_t first = 0) {
  for (size_t size = first; size < bytes.size(); ++size) {
    SCOPED_TRACE("the first " + std::to_string(size) + " bytes");
    expect_data_error([&] { parse_exact(bytes.substr(0, size), parse); });
  }
}

/// Every damaged byte leads to a result or to a DataError, to nothing else.
template <class Parse>
void expect_survives_damage(std::string bytes, Parse parse) {
  for (char& byte : bytes) {
    const char good = byte;
    for (const int mask : {0x01, 0x10, 0x80, 0xff}) {
      byte = static_cast<char>(good ^ mask);
      try {
        parse_exact(bytes, parse);
      } catch (const DataError&) {
      }
    }
    byte = good;
  }
}

}  // namespace gan
