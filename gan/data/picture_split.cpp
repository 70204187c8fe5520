#include "gan/data/picture_split.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace gan {
namespace {

/// Of all 64-bit numbers.
constexpr uint64_t kTenth = std::numeric_limits<uint64_t>::max() / 10;

}  // namespace

PictureSplit split_by_content(std::span<const uint64_t> digests) {
  std::vector<int64_t> order(digests.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto digest = [&](int64_t i) { return digests[static_cast<size_t>(i)]; };
  std::ranges::stable_sort(order, {}, digest);

  std::vector<int64_t> starts;  // of each distinct picture in `order`
  int64_t for_test = 0, for_valid = 0;
  for (int64_t k = 0; k < std::ssize(order); ++k) {
    const uint64_t now = digest(order[static_cast<size_t>(k)]);
    if (k > 0 && digest(order[static_cast<size_t>(k) - 1]) == now) continue;
    starts.push_back(k);
    for_test += now < kTenth;
    for_valid += now >= kTenth && now < 2 * kTenth;
  }
  const auto distinct = std::ssize(starts);
  PictureSplit split;
  split.duplicates = std::ssize(order) - distinct;
  if (distinct < 3) {
    split.repeated = true;
    split.by_content_alone = false;
    split.train = split.valid = split.test = order;
    return split;
  }
  const int64_t test = std::clamp<int64_t>(for_test, 1, distinct - 2);
  const int64_t valid = std::clamp<int64_t>(for_valid, 1, distinct - test - 1);
  split.by_content_alone = test == for_test && valid == for_valid;
  const auto at = [&](int64_t n) { return order.begin() + starts[static_cast<size_t>(n)]; };
  split.test.assign(order.begin(), at(test));
  split.valid.assign(at(test), at(test + valid));
  split.train.assign(at(test + valid), order.end());
  return split;
}

}  // namespace gan
