#pragma once
/// Do data differ from each other at all? Scores of data without variety mean nothing.

#include <string>

#include "gan/data/dataset.h"

namespace gan {

/// Distinct examples among these; counting ends at `most`.
int64_t distinct_examples(const Examples& examples, int64_t most);

/// How much the training examples vary.
struct Variety {
  static constexpr int64_t kFew =
      10;  ///< with fewer distinct examples, a density of them has no meaning: it is infinite
  int64_t distinct = 0;  ///< kFew stands for that many or more
  bool none() const { return distinct <= 1; }
  bool few() const { return distinct < kFew; }
};
Variety variety_of(const DataSet& data);

/// "" where there is variety; else what is missing and what follows from it, for people.
std::string without_variety(const DataSet& data);

}  // namespace gan
