#include "gan/kernels/windows.h"

#include <algorithm>
#include <cstring>

#include "gan/core/clones.h"
#include "gan/kernels/exponential.h"

namespace gan::kernels {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kSpan =
    1024;  // numbers that stay in the first cache while all widths pass over them

GAN_CLONES float smallest(int64_t n, const float* x) {
  using Eight = float __attribute__((vector_size(32)));
  Eight least = x[0] - Eight{}, next;
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    std::memcpy(&next, x + i, sizeof(next));
    least = next < least ? next : least;
  }
  float out = x[0];
  for (int j = 0; j < 8; ++j) out = std::min(out, least[j]);
  for (; i < n; ++i) out = std::min(out, x[i]);
  return out;
}

GAN_CLONES float sum_span(int64_t n, const float* squared, float nearest, float exponent) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t j = 0; j < kLanes; ++j)
      lanes[j] += exponential(exponent * (squared[i + j] - nearest));
  float total = 0;
  for (; i < n; ++i) total += exponential(exponent * (squared[i] - nearest));
  for (const float lane : lanes) total += lane;
  return total;
}

}  // namespace

float sum_windows(std::span<const float> squared, std::span<const float> exponents, double* sums) {
  const auto n = static_cast<int64_t>(squared.size());
  const float nearest = smallest(n, squared.data());
  std::fill_n(sums, exponents.size(), 0.0);
  for (int64_t start = 0; start < n; start += kSpan)
    for (size_t j = 0; j < exponents.size(); ++j)
      sums[j] += static_cast<double>(
          sum_span(std::min(kSpan, n - start), squared.data() + start, nearest, exponents[j]));
  return nearest;
}

}  // namespace gan::kernels
