#include "gan/baselines/nce/nce_models.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor leaf(const Tensor& value) {
  return value.detach().to(at::kDouble).clone().requires_grad_(true);
}

}  // namespace

Gaussian::Gaussian(const Tensor& mean, const Tensor& covariance, int64_t freedom)
    : mean_(mean.to(at::kDouble)), freedom_(freedom) {
  const auto [root, info] = at::linalg_cholesky_ex(covariance.to(at::kDouble));
  if (info.item<int64_t>() != 0)
    throw UsageError(
        "Gaussian noise: the covariance is not positive definite; are there numbers that never change?");
  root_ = freedom > 0
              ? root * std::sqrt(static_cast<double>(freedom - 2) / static_cast<double>(freedom))
              : root;
}

Gaussian Gaussian::like(const Tensor& x, int64_t freedom) {
  const Tensor d = x.to(at::kDouble), centred = d - d.mean(0, true);
  return {d.mean(0), centred.t().mm(centred) / static_cast<double>(x.size(0)), freedom};
}

/// A t variable is a normal one over the root of a chi squared one, whose mean is 1.
Tensor Gaussian::sample(int64_t n, uint64_t seed, int64_t first) {
  const Stream stream(seed, "gaussian");
  Tensor z = draw_normal(stream, n, mean_.size(0), 0, first).to(at::kDouble);
  if (freedom_ > 0)
    z /= draw_normal(stream.child("lengths"), n, freedom_, 0, first)
             .to(at::kDouble)
             .square()
             .mean(1, true)
             .sqrt();
  return at::addmm(mean_, z, root_.t()).to(at::kFloat);
}

Tensor Gaussian::log_probability(const Tensor& x) {
  const Tensor z =
      at::linalg_solve_triangular(root_, (x.to(at::kDouble) - mean_).t(), false);  // [D, N]
  const double D = static_cast<double>(mean_.size(0)),
               log_scale = root_.diagonal().log().sum().item<double>(),
               nu = static_cast<double>(freedom_);
  if (freedom_ == 0)
    return -z.square().sum(0) / 2 - log_scale - D / 2 * std::log(2 * std::numbers::pi);
  const double constant =
      std::lgamma((nu + D) / 2) - std::lgamma(nu / 2) - D / 2 * std::log(nu * std::numbers::pi);
  return constant - log_scale - (z.square().sum(0) / nu).log1p() * ((nu + D) / 2);
}

GaussianPrecision::GaussianPrecision(double lambda)
    : lambda_(leaf(at::scalar_tensor(lambda, at::kDouble))) {}

Tensor GaussianPrecision::log_density(const Tensor& x) const {
  return x.squeeze(1).square() * (lambda_ / -2);
}

IndependentComponents::IndependentComponents(const Tensor& unmixing) : b_(leaf(unmixing)) {}

Tensor IndependentComponents::log_density(const Tensor& x) const {
  return x.mm(b_.t()).abs().sum(1) * -std::numbers::sqrt2;
}

double IndependentComponents::log_normaliser() const {
  return at::linalg_det(b_.detach()).abs().log().item<double>() -
         static_cast<double>(b_.size(0)) * std::numbers::ln2 / 2;
}

Tensor mixed_laplacians(const Tensor& mixing, int64_t n, uint64_t seed) {
  const Tensor u = draw_uniform(Stream(seed, "laplacians"), n, mixing.size(0), 0).to(at::kDouble) -
                   (0.5 - 0x1p-25);  // in the middle of float32's steps: never +-1/2
  const Tensor s = -u.sign() * (1 - 2 * u.abs()).log() / std::numbers::sqrt2;
  return s.mm(mixing.to(at::kDouble).t());
}

double mixing_error(const Tensor& mixing, const Tensor& found) {
  const int64_t n = mixing.size(1);
  const Tensor a = mixing.to(at::kDouble).t().unsqueeze(1),
               f = found.to(at::kDouble).t().unsqueeze(0);  // columns: [n, 1, D], [1, n, D]
  const Tensor cost =
      at::minimum((a - f).square().sum(2), (a + f).square().sum(2)).contiguous();  // [n, n]
  const auto costs = cost.accessor<double, 2>();
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  double least = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += costs[i][order[static_cast<size_t>(i)]];
    least = std::min(least, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

TwoLayerEnergy::TwoLayerEnergy(const Tensor& features, const Tensor& log_pooling,
                               const Tensor& offsets)
    : w_(leaf(features)), log_v_(leaf(log_pooling)), b_(leaf(offsets)) {}

Tensor TwoLayerEnergy::log_density(const Tensor& x) const {
  const Tensor energy = x.mm(w_.t()).square().mm(log_v_.exp().t()).log1p();  // [N, K]
  return -at::softplus(energy + b_, 1, 40).sum(1);
}

}  // namespace gan
