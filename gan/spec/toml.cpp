#include "gan/spec/toml.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr size_t kMostBytes = 1'000'000;
constexpr int64_t kDeepest = 32;  // brackets within brackets, parts of a key

/// Where the string ends that begins at `at`. One without an end is a mistake that the library
/// finds, too.
size_t end_of_string(std::string_view source, size_t at) {
  const char quote = source[at];
  const bool escapes = quote == '"';
  const std::string three(3, quote);
  const bool lines = source.substr(at).starts_with(three);
  size_t i = at + (lines ? 3 : 1);
  while (i < source.size()) {
    if (escapes && source[i] == '\\') {
      i += 2;
      continue;
    }
    if (lines && source.substr(i).starts_with(three)) {
      i += 3;
      for (int more = 0; more < 2 && i < source.size() && source[i] == quote; ++more)
        ++i;  // quotes before the last three
      return i;
    }
    if (!lines && (source[i] == quote || source[i] == '\n')) return i + 1;
    ++i;
  }
  return source.size();
}

/// What the TOML library says, as a complaint of ours.
std::string in_plain_words(std::string_view description) {
  constexpr std::string_view kBegin = "Error while parsing ";
  if (description.find("utf-8") != std::string_view::npos)
    return "is no text in UTF-8: a TOML file was expected";
  description = description.substr(0, description.find(" (TOML"));
  if (!description.starts_with(kBegin)) return fmt::format("is no TOML: {}", description);
  description.remove_prefix(kBegin.size());
  const auto colon = std::min(description.find(": "), description.size());
  const std::string_view what = description.substr(0, colon);
  const std::string_view advice =
      what == "value" ? "; text stands in quotes, a list in brackets" : "";
  return fmt::format("is no TOML in this {}{}{}", what, description.substr(colon), advice);
}

}  // namespace

void check_toml_limits(std::string_view source, const std::string& who) {
  if (source.size() > kMostBytes)
    throw UsageError("{}: has {} bytes; settings of at most {} were expected", who, source.size(),
                     kMostBytes);
  int64_t depth = 0, dots = 0;
  for (size_t i = 0; i < source.size();) {
    const char c = source[i];
    if (c == '"' || c == '\'') {
      i = end_of_string(source, i);
      continue;
    }
    if (c == '#') {
      i = std::min(source.find('\n', i), source.size());
      continue;
    }
    ++i;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') depth = std::max<int64_t>(depth - 1, 0);
    if (c == '.') ++dots;
    if (std::string_view("[]{}=,\n").find(c) != std::string_view::npos) dots = 0;
    if (depth <= kDeepest && dots < kDeepest) continue;
    const auto line = 1 + std::ranges::count(source.substr(0, i), '\n');
    throw UsageError("{}:{}: nests more than {} deep: these are no settings", who, line, kDeepest);
  }
}

toml::table parse_toml(std::string_view source, const std::string& who) {
  check_toml_limits(source, who);
  try {
    return toml::parse(source);
  } catch (const toml::parse_error& error) {
    throw UsageError("{}:{}: {}", who, error.source().begin.line,
                     in_plain_words(error.description()));
  }
}

}  // namespace gan
