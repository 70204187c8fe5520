#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/judge/kinds.h"
#include "gan/judge/neighbours.h"
#include "gan/judge/score_json.h"

namespace gan {
namespace {

constexpr int64_t kQueries = 1000;             // samples, and as many test examples
constexpr int64_t kBlockNumbers = 64'000'000;  // of training examples at a time

double median_of(const Tensor& x) {
  return x.median().item<double>();
}

}  // namespace

bool nearest_applies(const Subject&) {
  return true;
}

/// Of the first 1,000 samples, or of one state of each chain, and of as many test examples: the
/// training split comes in blocks where it is large.
ScoreReport score_nearest(const Subject& s) {
  const Examples& train = s.judge.data().train;
  const Tensor independent = s.states_per_chain > 1
                                 ? s.fresh.slice(0, 0, s.fresh.size(0), s.fresh_states_per_chain)
                                 : s.samples;
  const int64_t some = std::min({kQueries, independent.size(0), s.judge.data().test.size()});
  const int64_t block = std::max<int64_t>(1, kBlockNumbers / train.dim());
  const auto rows = [&](int64_t first, int64_t n) {
    return s.judge.units_in_place(rows_of(train, first, n));
  };
  const Tensor queries =
      at::cat({independent.narrow(0, 0, some), s.judge.test().narrow(0, 0, some)});
  const std::vector<Tensor> halves = nearest(queries, train.size(), block, rows).distance.chunk(2);
  const double of_samples = median_of(halves[0]);
  const double of_test = median_of(halves[1]);
  const Score score{.name = "nearest training example",
                    .protocol =
                        "median Euclidean distance of a sample to the training example "
                        "nearest to it; below that of test examples, samples may have been "
                        "learned by heart",
                    .value = of_samples,
                    .higher_is_better = false,
                    .samples = some,
                    .controls = {{"test examples", fmt::format("{:.3g}", of_test), of_test}},
                    .compared = false,
                    .stamp = compact({{"samples", some}})};
  return {
      .scores = {score},
      .text = labelled("nearest training",
                       fmt::format("median distance to the nearest training example:\n"
                                   "samples {:.3g}, test examples {:.3g}",
                                   of_samples, of_test)),
      .json = compact({{"nearest_training_example",
                        {{"median_distance", of_samples}, {"median_distance_of_test", of_test}}}})};
}

}  // namespace gan
