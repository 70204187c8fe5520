#include "gan/baselines/controls.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/random.h"

namespace gan {
namespace {

constexpr int64_t kBlock = 8'000'000;  // numbers

Tensor checked(const Tensor& examples, const char* who) {
  if (examples.dim() != 2 || examples.numel() == 0)
    throw DataError("{}: needs examples, [N, D] with N and D > 0", who);
  return examples.to(at::kFloat);
}

Tensor as_index(const std::vector<int64_t>& rows, at::Device device) {
  const Tensor index = at::empty({static_cast<int64_t>(rows.size())}, at::kLong);
  std::copy(rows.begin(), rows.end(), index.data_ptr<int64_t>());
  return index.to(device);
}

/// Example i is row (first + i) mod N of the order that belongs to its cycle.
Tensor draw_rows(const Tensor& rows, int64_t n, uint64_t seed, int64_t first) {
  const Stream stream(seed, "rows");
  const int64_t count = rows.size(0);
  std::vector<int64_t> picks, order;
  for (int64_t i = first; i < first + n; ++i) {
    if (order.empty() || i % count == 0) order = stream.permutation(count, i / count);
    picks.push_back(order[i % count]);
  }
  return rows.index_select(0, as_index(picks, rows.device()));
}

struct Assignment {
  Tensor centre;   // [N] int64
  Tensor squared;  // [N] distance
};

/// |x - c|^2 = |x|^2 + (|c|^2 - 2 x c'); the first term does not matter to the choice.
Assignment assign(const Tensor& x, const Tensor& x_norms, const Tensor& centres) {
  const Tensor c_norms = centres.square().sum(1).unsqueeze(0);  // [1, K]
  std::vector<Tensor> centre, least;
  for (const Tensor& block : x.split(std::clamp<int64_t>(kBlock / centres.size(0), 1, 4096))) {
    const auto [value, index] = at::addmm(c_norms, block, centres.t(), 1, -2).min(1);
    centre.push_back(index);
    least.push_back(value);
  }
  return {.centre = at::cat(centre), .squared = at::cat(least).add_(x_norms).clamp_min_(0)};
}

}  // namespace

TrainingImages::TrainingImages(const Tensor& examples)
    : examples_(checked(examples, "training images")) {}

Tensor TrainingImages::sample(int64_t n, uint64_t seed, int64_t first) {
  return draw_rows(examples_, n, seed, first);
}

KMeans::KMeans(const Tensor& examples, const KMeansOptions& options) {
  const at::NoGradGuard no_grad;
  const Tensor given = checked(examples, "k-means");
  const int64_t n = given.size(0), k = options.centres;
  if (k < 1 || k > n) throw UsageError("k-means: {} centres of {} examples; give 1 to {}", k, n, n);
  const Tensor middle = given.mean(0, true);  // [1, D]: about it, products cancel less
  const Tensor x = given - middle;
  const Tensor norms = x.square().sum(1);  // [N]

  auto start = Stream(options.seed, "k-means").permutation(n, 0);
  start.resize(k);
  Tensor centres = x.index_select(0, as_index(start, x.device()));
  Tensor before;
  for (iterations_ = 0; iterations_ < options.iterations; ++iterations_) {
    const Assignment now = assign(x, norms, centres);
    distortion_ = now.squared.mean(at::kDouble).item<double>();
    if (before.defined() && before.equal(now.centre)) break;
    before = now.centre;
    const Tensor counts = at::bincount(now.centre, {}, k);  // [K]
    centres =
        at::zeros_like(centres).index_add_(0, now.centre, x).div_(counts.clamp_min(1).unsqueeze(1));
    const Tensor empty = counts.eq(0).nonzero().squeeze(1);  // [E]
    if (empty.numel() > 0)
      centres.index_copy_(0, empty,
                          x.index_select(0, std::get<1>(now.squared.topk(empty.numel()))));
  }
  centres_ = centres + middle;
}

Tensor KMeans::sample(int64_t n, uint64_t seed, int64_t first) {
  return draw_rows(centres_, n, seed, first);
}

MeanImage::MeanImage(const Tensor& examples)
    : mean_(checked(examples, "mean image").mean(0, true)) {}

Tensor MeanImage::sample(int64_t n, uint64_t, int64_t) {
  return mean_.repeat({n, 1});
}

}  // namespace gan
