#include "gan/units.h"

#include <ATen/ATen.h>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/judge/judge.h"

namespace gan {

Tensor own_units(const Problem& problem, const Tensor& scaled) {
  return own_units(card_of(problem), scaled);
}

DataSet transformed(const DataSection& section, DataSet data) {
  if (section.binarise && !data.grey) data = binarise(data, kBinarisationSeed);
  if (section.scale == Scale::gcn) data = contrast_normalised(data);
  return data;
}

Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed) {
  const Examples& train = problem.data.train;
  if (n > train.size())
    throw UsageError("{} chains cannot start at {} training examples; use fewer chains", count(n),
                     count(train.size()));
  const std::vector<int64_t> order = Stream(seed, "chains.start").permutation(train.size(), 0);
  return encoded(problem.encoding, train.pick(std::span(order).first(static_cast<size_t>(n))))
      .to(problem.device);
}

}  // namespace gan
