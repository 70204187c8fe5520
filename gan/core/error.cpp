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
      row[j + 1] = std::min(substitute, 1 + std::min(row[j], row[j + 1]));
    }
  }
  return row.back();
}

std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') out += fmt::format("\\x{:02x}", c);
    else out += c;
  }
  return out;
}

}  // namespace

Error::Error(Exit code, std::string_view message) : std::runtime_error(on_one_line(message)), code_(code) {}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
  std::string_view nearest;
  size_t within = 2 + given.size() / 3;
  for (const std::string& name : known) {
    const size_t distance = edit_distance(given, name);
    if (distance < within) nearest = name, within = distance;
  }
  return nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
}

}  // namespace gan
