#pragma once
/// Parses numbers.

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace gan {

/// The number that is all of `text`, without blanks or a '+'; nothing where there is more or less,
/// or where T does not hold it. `format`: what std::from_chars takes besides, such as a base.
template <class T, class... Format>
std::optional<T> parse_number(std::string_view text, Format... format) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, format...);
  if (error != std::errc() || stop != end) return {};
  return value;
}

}  // namespace gan
