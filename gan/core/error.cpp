#include "gan/core/error.h"

#include <algorithm>
#include <numeric>

#include "gan/core/printable.h"

namespace gan {
namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substitute = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min(substitute, 1 + std::min(row[j], row[j + 1]));
    }
  }
  return row.back();
}

/// One line that a terminal can show; of a very long one, the beginning and the end.
std::string shown(std::string_view message) {
  constexpr size_t kMost = 4000, kEnd = 1000;
  std::string out = printable(message);
  if (out.size() <= kMost) return out;
  size_t begin = kMost - kEnd, end = out.size() - kEnd;
  while (utf8_length(out, begin) == 0) --begin;
  while (utf8_length(out, end) == 0) ++end;
  return out.substr(0, begin) + " ... " + out.substr(end);
}

}  // namespace

Error::Error(Exit code, std::string_view message)
    : std::runtime_error(shown(message)), code_(code) {}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 100;  // longer than any name that there is
  if (given.size() > kLongest) return "";
  std::string_view nearest;
  size_t within = 2 + given.size() / 3;
  for (const std::string& name : known) {
    const size_t distance = edit_distance(given, name);
    if (distance < within) {
      nearest = name;
      within = distance;
    }
  }
  return nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
}

}  // namespace gan
