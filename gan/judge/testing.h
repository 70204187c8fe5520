#pragma once
/// For tests: small labelled images.

#include <utility>
#include <vector>

#include "gan/core/random.h"
#include "gan/data/dataset.h"

namespace gan {

/// Images 8 x 8 of bytes with noise; those of class 1 are bright on the right, the others on the
/// left. A twentieth of the labels of `test` are wrong where `wrong` says so.
inline DataSet halves(int64_t n, bool wrong = false) {
  const auto part = [&](uint64_t seed, bool flip) {
    const Stream stream(seed, "halves");
    std::vector<uint8_t> bytes;
    std::vector<int32_t> labels;
    for (int64_t i = 0; i < n; ++i) {
      const auto order = stream.permutation(64, static_cast<uint64_t>(i));
      const auto label = static_cast<int32_t>(i % 2);
      for (int64_t k = 0; k < 64; ++k) {
        const bool bright = (k % 8 >= 4) == (label == 1);
        bytes.push_back(static_cast<uint8_t>(order[k] + (bright ? 120 : 0)));
      }
      labels.push_back(flip && i % 20 == 0 ? 1 - label : label);
    }
    return Examples({8, 8}, std::move(bytes)).with_labels(std::move(labels));
  };
  DataSet data;
  data.name = "halves";
  data.image = true;
  data.low = 0;
  data.high = 255;
  data.classes = {"left", "right"};
  data.train = part(1, false);
  data.valid = part(2, false);
  data.test = part(3, wrong);
  data.hash = content_hash(data);
  return data;
}

}  // namespace gan
