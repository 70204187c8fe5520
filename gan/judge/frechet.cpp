#include "gan/judge/frechet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/random.h"

namespace gan {
namespace {

constexpr double kNegligible =
    1e-12;  // an eigenvalue, over the largest: a direction without spread
constexpr int64_t kSizes = 8, kFewest = 40;  // of subsets; samples
constexpr int64_t kBlock = 2048;

void check(const Moments& a, const Moments& b) {
  if (a.mean.numel() != b.mean.numel())
    throw UsageError("Fréchet distance: features of {} and of {} numbers cannot be compared",
                     a.mean.numel(), b.mean.numel());
  for (const Moments* of : {&a, &b})
    if (!of->mean.isfinite().all().item<bool>() || !of->covariance.isfinite().all().item<bool>())
      throw DataError("Fréchet distance: some features are NaN or infinite");
}

/// Eigenvalues (not negative) and eigenvectors, in columns, of a covariance.
struct Spectrum {
  Tensor values, vectors;
};

Spectrum spectrum_of(const Tensor& covariance) {
  auto [values, vectors] = at::linalg_eigh(covariance);
  return {values.clamp_min(0), vectors};
}

/// values^power, 0 where a value is negligible.
Tensor powers(const Tensor& values, double power) {
  const Tensor enough = values > values.max() * kNegligible;
  return at::where(enough, values.clamp_min(1e-300).pow(power), at::zeros({}, values.options()));
}

/// vectors diag(values^power) vectors'.
Tensor matrix_power(const Spectrum& s, double power) {
  return (s.vectors * powers(s.values, power)).matmul(s.vectors.t());
}

double trace_of(const Tensor& matrix) {
  return matrix.trace().item<double>();
}

double distance(const Moments& a, const Moments& b, const Tensor& roots_of_product) {
  const double d = (a.mean - b.mean).square().sum().item<double>() + trace_of(a.covariance) +
                   trace_of(b.covariance) - 2 * roots_of_product.sum().item<double>();
  return std::max(0.0, d);  // less by rounding
}

/// S1^1/2 S2 S1^1/2, whose eigenvalues are those of S1 S2.
Tensor product_of(const Tensor& root, const Tensor& covariance) {
  return root.matmul(covariance).matmul(root);
}

/// The variance over rows x of slope.x + x.x - |map x|^2, where x is taken about `mean`.
double variance_of_derivative(const Tensor& x, const Tensor& mean, const Tensor& slope,
                              const Tensor& map) {
  Tensor all = at::empty({x.size(0)}, at::kDouble);
  for (int64_t first = 0; first < x.size(0); first += kBlock) {
    const int64_t n = std::min(kBlock, x.size(0) - first);
    const Tensor from = x.narrow(0, first, n).to(at::kDouble) - mean;
    all.narrow(0, first, n)
        .copy_(from.matmul(slope) + from.square().sum(1) - from.matmul(map.t()).square().sum(1));
  }
  return all.var().item<double>();
}

Tensor chosen(const Tensor& x, int64_t count, const Stream& stream, uint64_t step) {
  std::vector<int64_t> order = stream.permutation(x.size(0), step);
  order.resize(static_cast<size_t>(count));
  return x.index_select(0, at::tensor(at::ArrayRef<int64_t>(order), at::kLong));
}

}  // namespace

double frechet_distance(const Moments& a, const Moments& b) {
  const at::NoGradGuard no_grad;
  check(a, b);
  const Tensor root = matrix_power(spectrum_of(a.covariance), 0.5);
  const Tensor values = at::linalg_eigvalsh(product_of(root, b.covariance));
  return distance(a, b, values.clamp_min(0).sqrt());
}

FrechetDistance frechet_distance(const Tensor& x, const Moments& of_x, const Tensor& y,
                                 const Moments& of_y) {
  const at::NoGradGuard no_grad;
  check(of_x, of_y);
  const Spectrum spectrum = spectrum_of(of_x.covariance);
  const Tensor root = matrix_power(spectrum, 0.5);
  const Spectrum product = spectrum_of(product_of(root, of_y.covariance));
  FrechetDistance out{.value = distance(of_x, of_y, product.values.sqrt()), .standard_error = NAN};
  const int64_t size = of_x.mean.numel();
  if (of_x.count <= size || (y.defined() && of_y.count <= size)) return out;

  // With the optimal map A = S1^-1/2 (S1^1/2 S2 S1^1/2)^1/2 S1^-1/2 the derivatives are those of
  // 2 (m1 - m2).x + x'(I - A) x about m1, and of 2 (m2 - m1).y + y'(I - A^-1) y about m2.
  const Tensor apart = of_x.mean - of_y.mean;
  const Tensor map = (product.vectors * powers(product.values, 0.25))
                         .t()
                         .matmul(matrix_power(spectrum, -0.5));  // |map x|^2 = x' A x
  const auto n = static_cast<double>(of_x.count);
  double variance = variance_of_derivative(x, of_x.mean, 2 * apart, map) / n;
  if (y.defined()) {
    const auto m = static_cast<double>(of_y.count);
    const Tensor back = (product.vectors * powers(product.values, -0.25)).t().matmul(root);
    variance += variance_of_derivative(y, of_y.mean, -2 * apart, back) / m;
  }
  out.standard_error = std::sqrt(variance);
  return out;
}

double frechet_infinity(const Tensor& x, const Moments& reference, uint64_t seed) {
  const int64_t n = x.size(0);
  if (n < kFewest)
    throw DataError("Fréchet distance at infinity: {} samples came, it needs {}", n, kFewest);
  const Stream stream(seed, "frechet infinity");
  double sum_u = 0, sum_v = 0, sum_uu = 0, sum_uv = 0;
  for (int64_t i = 0; i < kSizes; ++i) {
    const int64_t size = n / 4 + (n - n / 4) * i / (kSizes - 1);
    const double u = 1 / static_cast<double>(size);
    const double v =
        frechet_distance(moments_of(chosen(x, size, stream, static_cast<uint64_t>(i))), reference);
    sum_u += u;
    sum_v += v;
    sum_uu += u * u;
    sum_uv += u * v;
  }
  const double slope = (kSizes * sum_uv - sum_u * sum_v) / (kSizes * sum_uu - sum_u * sum_u);
  return (sum_v - slope * sum_u) / kSizes;
}

}  // namespace gan
