#include "gan/judge/kernel_distance.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/judge/student.h"
#include "gan/judge/summary.h"

namespace gan {
namespace {

constexpr int64_t kSubsets = 100, kSubset = 1000, kParts = 10;

/// The kernel of each pair, [n, m].
Tensor kernel(const Tensor& x, const Tensor& y) {
  const Tensor one = x.matmul(y.t()).div_(static_cast<double>(x.size(1))).add_(1);
  return one.square().mul_(one);
}

/// The mean over all pairs of rows of different chains.
double mean_of_pairs(const Tensor& x, int64_t states) {
  const int64_t chains = x.size(0) / states, n = chains * states;
  const Tensor all = kernel(x.narrow(0, 0, n), x.narrow(0, 0, n));
  const Tensor within = all.view({chains, states, chains, states}).diagonal(0, 0, 2);
  const double pairs = all.sum(at::kDouble).item<double>() - within.sum(at::kDouble).item<double>();
  return pairs / (static_cast<double>(n) * static_cast<double>(n - states));
}

Tensor rows(const Tensor& x, const std::vector<int64_t>& order, int64_t first, int64_t count) {
  const at::ArrayRef<int64_t> some(order.data() + first, static_cast<size_t>(count));
  return x.index_select(0, at::tensor(some, at::kLong));
}

/// An order of rows in which `states` consecutive ones stay together; those beyond the last whole
/// chain are left out.
std::vector<int64_t> shuffled(int64_t n, int64_t states, const Stream& stream, uint64_t step) {
  std::vector<int64_t> out;
  for (const int64_t chain : stream.permutation(n / states, step))
    for (int64_t i = 0; i < states; ++i) out.push_back(chain * states + i);
  return out;
}

}  // namespace

double squared_mmd(const Tensor& x, const Tensor& y, int64_t states_per_chain) {
  const at::NoGradGuard no_grad;
  return mean_of_pairs(x, states_per_chain) + mean_of_pairs(y, 1) -
         2 * kernel(x, y).mean(at::kDouble).item<double>();
}

KernelDistance kernel_distance(const Tensor& x, const Tensor& y, uint64_t seed,
                               int64_t states_per_chain) {
  if (x.size(1) != y.size(1))
    throw UsageError("kernel distance: features of {} and of {} numbers cannot be compared",
                     x.size(1), y.size(1));
  const int64_t chains = x.size(0) / states_per_chain;
  if (std::min(chains, y.size(0)) < 2 * kParts)
    throw DataError(
        "kernel distance: needs at least {} independent examples of each; got {} and {}",
        2 * kParts, chains, y.size(0));
  const Stream stream(seed, "kernel distance");
  const int64_t states = states_per_chain, size_y = std::min({kSubset, x.size(0), y.size(0)});
  const int64_t size_x = std::max<int64_t>(2, size_y / states) * states;
  std::vector<double> subsets;
  for (uint64_t i = 0; i < kSubsets; ++i)
    subsets.push_back(
        squared_mmd(rows(x, shuffled(x.size(0), states, stream.child("x"), i), 0, size_x),
                    rows(y, shuffled(y.size(0), 1, stream.child("y"), i), 0, size_y), states));

  const std::vector<int64_t> of_x = shuffled(x.size(0), states_per_chain, stream.child("part"), 0);
  const std::vector<int64_t> of_y = shuffled(y.size(0), 1, stream.child("part"), 1);
  const int64_t part_x = chains / kParts * states_per_chain, part_y = y.size(0) / kParts;
  std::vector<double> parts;
  for (int64_t i = 0; i < kParts; ++i)
    parts.push_back(
        squared_mmd(rows(x, of_x, i * part_x, part_x), rows(y, of_y, i * part_y, part_y), states));

  const Spread over_subsets = spread_of(subsets), over_parts = spread_of(parts);
  const double error = over_parts.deviation / std::sqrt(static_cast<double>(kParts));
  const double half = student_quantile(0.95, kParts - 1) * error;
  return {.value = over_subsets.mean,
          .deviation =
              over_subsets.deviation * std::sqrt((kSubsets - 1) / static_cast<double>(kSubsets)),
          .low = over_subsets.mean - half,
          .high = over_subsets.mean + half,
          .standard_error = error};
}

}  // namespace gan
