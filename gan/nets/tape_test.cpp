#include "gan/nets/tape.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/nets/draw.h"
#include "gan/nets/network.h"

namespace gan {
namespace {

Network in_float64(const NetworkSpec& spec, int64_t inputs) {
  Network network(spec, {inputs}, "test", Stream(2), {}, at::kCPU);
  network.visit_state(
      "", [](const std::string&, Tensor& t) { t = t.detach().to(at::kDouble).requires_grad_(); });
  return network;
}

/// Every gradient of a tape against finite differences in float64; with a penalty it holds second
/// derivatives.
TEST(Tape, GradientsAreThoseOfFiniteDifferences) {
  const NetworkSpec dense{Dense{.units = 5, .activation = Activation::tanh}, Dense{.units = 1}},
      images{MaxoutConvolution{.channels = 2,
                               .pieces = 2,
                               .kernel = 2,
                               .pad = 1,
                               .pool = 3,
                               .pool_stride = 2,
                               .input = {2, 3, 2}},
             Convolution{.channels = 2, .kernel = 2, .pad = 1, .activation = Activation::tanh},
             TransposedConvolution{.channels = 2,
                                   .kernel = 2,
                                   .stride = 2,
                                   .activation = Activation::sigmoid,
                                   .tied = false},
             Dense{.units = 1}};
  for (const auto& [spec, inputs, penalised] :
       {std::tuple{dense, 3, false}, {dense, 3, true}, {images, 12, false}, {images, 12, true}}) {
    Network D = in_float64(spec, inputs);
    Tensor x = draw_normal(Stream(3), 4, inputs, 0).to(at::kDouble);
    const Tensor slope = at::tensor({0.5, -1.0, 2.0, 0.25}, at::kDouble).unsqueeze(1);
    const Tensor penalty = penalised ? at::tensor({1.0, 0.0, 3.0, 0.5}, at::kDouble) : Tensor();
    const auto objective = [&] {
      Tensor leaf = x.clone().requires_grad_();
      const Tensor y = D(leaf);
      Tensor sum = (y * slope).sum();
      if (penalty.defined())
        sum =
            sum + (penalty * torch::autograd::grad({y.sum()}, {leaf})[0].square().sum(1)).sum() / 2;
      return sum.item<double>();
    };
    const auto expect_derivative = [&](Tensor values, const Tensor& gradient) {
      Tensor flat = values.detach().view(-1);
      for (int64_t i = 0; i < flat.numel(); ++i) {
        const double old = flat[i].item<double>(), h = 1e-6;
        flat[i].fill_(old + h);
        const double up = objective();
        flat[i].fill_(old - h);
        const double down = objective();
        flat[i].fill_(old);
        EXPECT_NEAR(gradient.reshape(-1)[i].item<double>(), (up - down) / (2 * h), 1e-7);
      }
    };
    const auto tape = D.record({x}, {});
    const auto gradients = tape->parameters(slope, penalty);
    const Tensor in_x = tape->input(slope), in_part = tape->input(slope.narrow(0, 1, 2), 1);
    EXPECT_TRUE(at::allclose(in_part, in_x.narrow(0, 1, 2)));
    for (size_t p = 0; p < gradients.size(); ++p)
      expect_derivative(D.parameters()[p], gradients[p]);
    if (!penalised) expect_derivative(x, in_x);
  }
}

TEST(Tape, ALinearDIsPenalisedForTheNormOfItsWeights) {
  Network D({Dense{.units = 1}}, {2}, "test", Stream(1), {}, at::kCPU);
  {
    const at::NoGradGuard no_grad;
    D.parameters()[0].copy_(at::tensor({3.f, 4.f}).view({1, 2}));
  }
  const auto g =
      D.record({at::ones({7, 2})}, {})->parameters(at::zeros({7, 1}), at::full({7}, 2.0 / 7));
  EXPECT_TRUE(at::allclose(g[0], at::tensor({6.f, 8.f}).view({1, 2})));  // of 2 |w|^2 / 2
  EXPECT_EQ(g[1].item<float>(), 0);
}

}  // namespace
}  // namespace gan
