#include "gan/data/variety.h"

#include <fmt/core.h>

#include <string_view>
#include <unordered_set>

#include "gan/core/printable.h"

namespace gan {

int64_t distinct_examples(const Examples& examples, int64_t most) {
  std::unordered_set<std::string_view> seen;
  for (int64_t i = 0; i < examples.size() && std::ssize(seen) < most; ++i) {
    const auto raw = examples.raw(i);
    seen.emplace(reinterpret_cast<const char*>(raw.data()), raw.size());
  }
  return std::ssize(seen);
}

Variety variety_of(const DataSet& data) {
  return {.distinct = distinct_examples(data.train, Variety::kFew)};
}

std::string without_variety(const DataSet& data) {
  const Variety variety = variety_of(data);
  if (variety.none())
    return fmt::format(
        "{}: the data have no variety: all {} training examples are the same; no score has a "
        "meaning, so none is given",
        printable(data.name), data.train.size());
  if (variety.few())
    return fmt::format(
        "{}: the data have little variety: {} training examples hold only {} distinct ones; a "
        "Parzen score has no meaning, so none is given",
        printable(data.name), data.train.size(), variety.distinct);
  return "";
}

}  // namespace gan
