#include "gan/core/error.h"

#include <algorithm>
#include <numeric>

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
      row[j + 1] = std::min({substitute, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
  const auto near = std::min_element(known.begin(), known.end(), [&](auto& a, auto& b) {
    return edit_distance(given, a) < edit_distance(given, b);
  });
  if (near == known.end() || edit_distance(given, *near) > 1 + given.size() / 3) return "";
  return fmt::format(" (did you mean '{}'?)", *near);
}

}  // namespace gan
