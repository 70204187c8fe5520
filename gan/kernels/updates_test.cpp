#include "gan/kernels/updates.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/random.h"

namespace gan::kernels {
namespace {

/// Odd sizes, so that vectors have a rest; large ones, so that threads share the work.
class Updates : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Updates, testing::Values(1, 7, 1001, 100003));

Tensor draw(const char* name, int64_t n) {
  Tensor out = at::empty({n}, at::kFloat);
  Stream(1, name).normal({out.data_ptr<float>(), static_cast<size_t>(n)}, n, 0);
  return out;
}

TEST_P(Updates, MomentumAgreesWithItsReference) {
  Tensor w = draw("w", GetParam()), v = draw("v", GetParam()), rw = w.clone(), rv = v.clone();
  for (int i = 0; i < 3; ++i) {
    const Tensor g = draw("g", GetParam()) * (i + 1);
    momentum_update(w, g, v, 0.1, 0.7);
    momentum_update_reference(rw, g, rv, 0.1, 0.7);
  }
  EXPECT_TRUE(at::allclose(w, rw, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(v, rv, 1e-5, 1e-6));
}

TEST_P(Updates, AveragedMomentumAgreesWithItsReference) {
  Tensor w = draw("w", GetParam()), m = draw("m", GetParam()), rw = w.clone(), rm = m.clone(),
         shadow = at::empty({GetParam()}, at::kBFloat16);
  for (int i = 0; i < 3; ++i) {
    const Tensor g = draw("g", GetParam()) * (i + 1);
    const bool shadowed = i == 2;
    averaged_update({GetParam(), w.data_ptr<float>(), m.data_ptr<float>(), nullptr,
                     shadowed ? shadow.data_ptr() : nullptr},
                    g.data_ptr<float>(), 0.1, 0.7);
    averaged_update_reference(rw, g, rm, 0.1, 0.7);
  }
  EXPECT_TRUE(at::allclose(w, rw, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(m, rm, 1e-5, 1e-6));
  EXPECT_TRUE(at::equal(shadow, w.to(at::kBFloat16)));
}

TEST_P(Updates, AdamAgreesWithItsReference) {
  Tensor w = draw("w", GetParam()), m = at::zeros_like(w), v = at::zeros_like(w), rw = w.clone(),
         rm = m.clone(), rv = v.clone();
  for (int64_t i = 0; i < 4; ++i) {
    const Tensor g = draw("g", GetParam()) * (1.0 - 0.5 * static_cast<double>(i));
    const AdamRates rates{.eta = 1e-2, .beta1 = 0.5, .beta2 = 0.99, .epsilon = 1e-8, .update = i};
    adam_update(w, g, m, v, rates);
    adam_update_reference(rw, g, rm, rv, rates);
  }
  EXPECT_TRUE(at::allclose(w, rw, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(v, rv, 1e-5, 1e-7));
}

TEST(Updates, FirstAdamStepIsTheRateInTheGradientsSign) {
  Tensor w = at::zeros({2}), m = at::zeros({2}), v = at::zeros({2});
  adam_update(w, at::tensor({3.f, -0.01f}), m, v,
              {.eta = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .update = 0});
  EXPECT_TRUE(at::allclose(w, at::tensor({-0.1f, 0.1f}), 1e-4));
}

TEST_P(Updates, TheSumOfSquaresIsATens) {
  const Tensor x = draw("x", GetParam());
  EXPECT_NEAR(
      sum_of_squares(GetParam(), x.data_ptr<float>()) / x.square().sum(at::kDouble).item<double>(),
      1, 1e-5);
}

TEST(Updates, DoubleTensorsGoThroughTheReference) {
  Tensor w = at::ones({3}, at::kDouble), v = at::ones({3}, at::kDouble);
  momentum_update(w, at::ones({3}, at::kDouble), v, 0.5, 0.5);
  EXPECT_TRUE(at::equal(v, at::zeros({3}, at::kDouble)));
  EXPECT_TRUE(at::equal(w, at::ones({3}, at::kDouble)));
}

}  // namespace
}  // namespace gan::kernels
