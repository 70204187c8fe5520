#include "gan/io/bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "gan/core/error.h"

namespace gan {

std::optional<int64_t> byte_count(const Shape& shape, int64_t item_size) {
  int64_t bytes = item_size;
  bool empty = false;
  for (const int64_t size : shape) {
    if (size < 0) return std::nullopt;
    empty |= size == 0;
    if (__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes)) return std::nullopt;
  }
  return empty ? 0 : bytes;
}

void refuse_empty(std::string_view bytes, std::string_view who) {
  if (bytes.empty()) throw DataError("{}: is empty; copy or download it again", who);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string shape_text(const Shape& shape) {
  constexpr size_t kShown = 8;
  const auto shown = shape.begin() + static_cast<int64_t>(std::min(shape.size(), kShown));
  return fmt::format("[{}{}]", fmt::join(shape.begin(), shown, ", "),
                     shape.size() > kShown ? ", ..." : "");
}

std::string in_quotes(std::string_view text, size_t limit) {
  return fmt::format("{:?}{}", text.substr(0, limit), text.size() > limit ? "..." : "");
}

}  // namespace gan
