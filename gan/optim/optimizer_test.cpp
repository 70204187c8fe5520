#include "gan/optim/optimizer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "gan/golden/testing.h"

namespace gan {
namespace {

TEST(Optimizer, MomentumOnAQuadraticIsTheHandWorkedSequence) {
  Tensor w = at::ones({1}).requires_grad_();
  Optimizer optimizer(
      {.method = Method::momentum, .momentum = 0.5, .final_momentum = 0.5, .momentum_epochs = 1},
      0.1, {w});
  const double expected[] = {0.9, 0.76, 0.614};  // v <- v / 2 - w / 10, w <- w + v
  for (int64_t t = 0; t < 3; ++t) {
    optimizer.step({w.detach().clone()}, {.step = t, .update = t, .epoch = 1});
    EXPECT_NEAR(w.item<double>(), expected[t], 1e-6);
  }
}

TEST(Optimizer, AveragedMomentumOnAQuadraticIsTheHandWorkedSequence) {
  Tensor whole = at::ones({1}), part = at::ones({1});
  const AveragedMomentum rule{.rate = 0.1, .momentum = 0.5};
  Optimizer first(rule, {whole}), second(rule, {part});
  const double expected[] = {0.95, 0.8775, 0.7893625};  // m <- m / 2 + w / 2, w <- w - scale m / 10
  const double scale[] = {1, 1, 1.1};
  for (int64_t t = 0; t < 3; ++t) {
    const Tensor g = whole.clone();
    const UpdateTime when{.step = t, .update = t, .epoch = 1, .scale = scale[t]};
    first.step({g}, when);
    second.step_part(0, 0, 1, g.data_ptr<float>(), nullptr, when);
    EXPECT_NEAR(whole.item<double>(), expected[t], 1e-6) << t;
    EXPECT_NEAR(part.item<double>(), expected[t], 1e-6) << t;
  }
}

TEST(Optimizer, AdamWhoseRateAndBeta2MoveIsTorchs) {
  const nlohmann::json row = golden("adam.json");
  const OptimizerSection section{.method = Method::adam,
                                 .beta1 = 0.3,
                                 .beta2 = 0.9,
                                 .final_beta2 = 0.99,
                                 .schedule = Schedule::cosine,
                                 .min_rate = 0.005,
                                 .schedule_steps = 4};
  Tensor whole = golden_tensor(row["start"]).to(at::kFloat), part = whole.clone();
  Optimizer first(section, 0.02, {whole}), second(section, 0.02, {part});
  for (size_t t = 0; t < row["w"].size(); ++t) {
    const Tensor g = golden_tensor(row["gradients"][t]).to(at::kFloat);
    const auto step = static_cast<int64_t>(t);
    const UpdateTime when{.step = step, .update = step, .epoch = 1};
    first.step({g}, when);
    second.step_part(0, 0, 5, g.data_ptr<float>(), nullptr, when);
    const Tensor expected = golden_tensor(row["w"][t]).to(at::kFloat);
    EXPECT_TRUE(at::allclose(whole, expected, 0, 1e-6)) << t;
    EXPECT_TRUE(at::allclose(part, expected, 0, 1e-6)) << t;
  }
}

TEST(Optimizer, PartsMakeTheSameUpdateAndItsShadow) {
  for (const Method method : {Method::momentum, Method::adam}) {
    const OptimizerSection section{
        .method = method, .beta1 = 0.5, .momentum = 0.9, .final_momentum = 0.9};
    Tensor a = at::linspace(-1, 1, 1001), b = a.clone(), shadow = at::zeros({1001}, at::kBFloat16);
    Optimizer whole(section, 0.1, {a}), parts(section, 0.1, {b});
    EXPECT_FALSE(parts.gradient_norm());
    EXPECT_FALSE(parts.step_norm());
    EXPECT_NEAR(parts.parameter_norm(), a.norm().item<double>(), 1e-4);
    for (int64_t t = 0; t < 3; ++t) {
      const Tensor g = (a * 3).cos(), before = a.clone();
      const UpdateTime when{.step = t, .update = t, .epoch = 1, .scale = 0.5};
      whole.step({g}, when);
      EXPECT_NEAR(*whole.step_norm() / (a - before).norm().item<double>(), 1, 1e-4);
      for (const auto& [first, n] : {std::pair{400, 601}, std::pair{0, 399}})
        parts.step_part(0, first, n, g.data_ptr<float>() + first,
                        shadow.data_ptr<at::BFloat16>() + first, when);
      parts.step_part(0, 399, 1, g.data_ptr<float>() + 399, nullptr,
                      when);  // no shadow of this one
      parts.finish(when, g.square().sum().item<double>());
      EXPECT_TRUE(at::allclose(a, b, 1e-6, 1e-7));
      EXPECT_NEAR(*whole.gradient_norm(), *parts.gradient_norm(), 1e-4);
      EXPECT_NEAR(*whole.step_norm(), *parts.step_norm(), 1e-4);
    }
    Tensor expected = b.to(at::kBFloat16);
    expected[399] = 0;
    EXPECT_TRUE(at::equal(shadow, expected));
  }
}

TEST(Optimizer, StateIsAllThatTheFutureDependsOn) {
  for (const Method method : {Method::momentum, Method::adam}) {
    const OptimizerSection section{.method = method, .momentum = 0.9, .final_momentum = 0.9};
    Tensor a = at::ones({5}), b = at::zeros({5});
    Optimizer first(section, 0.1, {a}), second(section, 0.1, {b});
    const auto gradient = [](const Tensor& w, int64_t t) {
      return w.cos() * static_cast<double>(t + 1);
    };
    for (int64_t t = 0; t < 3; ++t)
      first.step({gradient(a, t)}, {.step = t, .update = t, .epoch = 1});
    b.copy_(a);
    std::map<std::string, Tensor> state;
    first.visit_state("x.", [&](const std::string& name, Tensor& t) { state[name] = t.clone(); });
    second.visit_state("x.", [&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
    for (int64_t t = 3; t < 6; ++t) {
      first.step({gradient(a, t)}, {.step = t, .update = t, .epoch = 1});
      second.step({gradient(b, t)}, {.step = t, .update = t, .epoch = 1});
    }
    EXPECT_TRUE(at::equal(a, b));
  }
}

}  // namespace
}  // namespace gan
