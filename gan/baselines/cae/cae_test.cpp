#include "gan/baselines/cae/cae.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>

#include "gan/baselines/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

using kernels::Format;

constexpr int64_t kRows = 6, kDim = 11;
const Tensor kMeans = at::full({kDim}, 0.3);

CaeSection small() {
  CaeSection s;
  s.hidden = {{9, 7}};
  s.contraction = 0.3;
  s.layer_epochs = 2;
  s.sigma = 0.7;
  s.momentum = 0.5;
  s.rate_decay = 0.9;
  s.burn_in = 2;
  s.chain_length = 3;
  return s;
}

void fill_biases(const std::function<void(const StateVisitor&)>& walk) {
  walk([](const std::string& name, Tensor& t) {
    if (name.ends_with("biases"))
      t.copy_(draw_normal(Stream(9, name), 1, t.numel(), 0).squeeze(0) * 0.3);
  });
}

Tensor f64(const Tensor& t) {
  return t.to(at::kDouble);
}

struct Layer64 {
  Tensor w, b, c;
  explicit Layer64(const TiedLayers& l)
      : w(f64(l.weights(1)).clone()), b(f64(l.biases(0)).clone()), c(f64(l.biases(1)).clone()) {}
  Tensor up(const Tensor& x) const { return at::sigmoid(x.mm(w.t()) + c); }
  Tensor cross_entropy(const Tensor& x) const {
    return at::binary_cross_entropy_with_logits(up(x).mm(w) + b, x, {}, {}, at::Reduction::Sum) /
           static_cast<double>(x.size(0));
  }
  /// Mean over examples of the squared norm of dh/dx, by autograd, one unit at a time; nothing in
  /// closed form.
  Tensor jacobian(const Tensor& x_) const {
    const Tensor x = x_.detach().clone().requires_grad_(), h = up(x);
    Tensor sum = at::zeros({}, at::kDouble);
    for (int64_t j = 0; j < h.size(1); ++j)
      sum = sum +
            torch::autograd::grad({h.select(1, j).sum()}, {x}, {}, true, /*create_graph=*/true)[0]
                .square()
                .sum();
    return sum / static_cast<double>(x.size(0));
  }
};

class Contractive : public testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(Weights, Contractive, testing::Values(0.0, 0.1, 20.0));

TEST_P(Contractive, PenaltyAndAllGradientsAreThoseOfAutogradsJacobian) {
  TiedLayers layer({kDim, 9}, Format::fp32, Stream(1));
  fill_biases([&](const StateVisitor& visit) { layer.visit_state("", visit); });
  const Tensor x = draw_uniform(Stream(2), kRows, kDim, 0);
  Layer64 plain(layer);
  std::vector<Tensor> wanted = {plain.w, plain.b, plain.c};
  for (Tensor& t : wanted) t.requires_grad_();
  const Tensor cross_entropy = plain.cross_entropy(f64(x)), jacobian = plain.jacobian(f64(x));
  const auto expected = torch::autograd::grad({cross_entropy + GetParam() * jacobian}, wanted);

  Optimizer optimizer(AveragedMomentum{0, 0}, layer.parameters());
  ContractiveStep step;
  const auto losses = step.learn(layer, x, GetParam(), optimizer, {});
  EXPECT_NEAR(losses.cross_entropy, cross_entropy.item<double>(), 1e-5);
  EXPECT_NEAR(losses.jacobian, jacobian.item<double>(), 1e-5);
  size_t i = 0;
  optimizer.visit_state("", [&](const std::string& name, Tensor& gradient) {
    const Tensor& e = expected[i++];
    EXPECT_TRUE(at::allclose(f64(gradient), e, 1e-4, 1e-6))
        << name << " off by " << (gradient - e).abs().max().item<double>();
  });
  EXPECT_EQ(i, 3u);
}

TEST(StackedCae, AStepOfTheWalkIsTheJacobianOfTheWholeEncoder) {
  StackedCae model(small(), kMeans, 1, Format::fp32);
  model.begin(2);
  fill_biases([&](const StateVisitor& visit) { model.visit_state(visit); });
  const Layer64 one(model.layer(0)), two(model.layer(1));
  const Tensor x = draw_uniform(Stream(2), kRows, kDim, 0), e = draw_normal(Stream(3), kRows, 7, 0);
  const auto f = [&](const Tensor& at) { return two.up(one.up(at)); };
  std::vector<Tensor> columns;  // of J, by finite differences: [rows, 7, kDim]
  for (int64_t i = 0; i < kDim; ++i) {
    constexpr double kStep = 1e-6;
    Tensor high = f64(x).clone(), low = f64(x).clone();
    high.select(1, i).add_(kStep);
    low.select(1, i).sub_(kStep);
    columns.push_back((f(high) - f(low)) / (2 * kStep));
  }
  const Tensor J = at::stack(columns, 2),
               step = J.bmm(J.transpose(1, 2)).bmm(f64(e).unsqueeze(2)).squeeze(2);
  EXPECT_GT(step.abs().max().item<double>(), 0.01);
  EXPECT_TRUE(at::allclose(f64(model.jacobian_step(x, e)), f(f64(x)) + step, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(f64(model.jacobian_step(x, at::zeros_like(e))), f(f64(x)), 1e-5, 1e-6));
}

TEST(StackedCae, TheWalkShowsDecodedStates) {
  StackedCae model(small(), kMeans, 1, Format::fp32);
  model.begin(2);
  fill_biases([&](const StateVisitor& visit) { model.visit_state(visit); });
  const Tensor x = draw_uniform(Stream(2), 4, kDim, 0);
  Tensor state = model.start_at(x, 5);
  EXPECT_TRUE(at::equal(state, model.encode(x, 2)));
  const Layer64 one(model.layer(0)), two(model.layer(1));
  const auto g = [&](const Tensor& h) {
    return at::sigmoid(at::sigmoid(f64(h).mm(two.w) + two.b).mm(one.w) + one.b);
  };
  EXPECT_TRUE(at::allclose(f64(model.show(state)), g(state), 1e-5, 1e-6));
  const Tensor before = state.clone(),
               e = draw_normal(Stream(5, "cae.chain"), 4, 7, 3, 1) * 0.7;  // step 3, chains 1 to 4
  model.advance(state, 5, 3, 1);
  EXPECT_TRUE(at::allclose(state, model.jacobian_step(model.decode(before), e), 1e-6, 1e-6));
  EXPECT_GT((state - model.encode(model.decode(before), 2)).abs().max().item<float>(), 0.001);
}

TEST(CaeTrainer, LayersAreTrainedOneAfterAnother) {
  CaeTrainer trainer(
      setup_of(small(), {.steps = 10, .learning_rate = 0.1}, kMeans, 3, 1, Format::fp32));
  const auto stages = trainer.stages();
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].name, "layer 1");
  EXPECT_EQ(stages[0].steps, 6);  // 2 epochs of 3 batches
  EXPECT_EQ(stages[1].steps, 4);
  Same data(draw_uniform(Stream(2), kRows, kDim, 0));
  const auto start = state(trainer);
  for (int64_t t = 0; t < 6; ++t) trainer.step(t, data);
  EXPECT_EQ(trainer.model().begun(), 1);
  EXPECT_EQ(trainer.model().sample(2, 0).sizes(),
            (std::vector<int64_t>{2, kDim}));  // without the layer that is still random
  const auto middle = state(trainer);
  for (int64_t t = 6; t < 10; ++t) trainer.step(t, data);
  EXPECT_EQ(trainer.model().begun(), 2);
  const auto end = state(trainer);
  for (const auto& [name, t] : end) {
    if (name == "model.begun" || name == "model.means") continue;
    const bool first = name.find(".1.") == name.find('.');  // model.1. and learner.1.
    EXPECT_EQ(at::equal(start.at(name), middle.at(name)), !first) << name;
    EXPECT_EQ(at::equal(middle.at(name), t), first) << name;
  }
}

TEST(CaeTrainer, RatesFallWithTheEpochsOfALayer) {
  CaeSection s = small();
  s.momentum = 0;
  CaeTrainer trainer(setup_of(s, {.steps = 20, .learning_rate = 0.1}, kMeans, 3, 1, Format::fp32));
  Same data(draw_uniform(Stream(2), kRows, kDim, 0));
  // Epoch 0 and 1 of layer 1; 0 and 2 of layer 2.
  for (const auto& [t, rate] : {std::pair<int64_t, double>{0, 1}, {5, 0.9}, {6, 1}, {12, 0.81}}) {
    const auto before = state(trainer);
    trainer.step(t, data);
    const auto after = state(trainer);
    const std::string l = t < 6 ? "1" : "2";
    const Tensor change =
                     before.at("model." + l + ".1.weights") - after.at("model." + l + ".1.weights"),
                 g = after.at("learner." + l + ".0.first");
    EXPECT_NEAR((change.norm() / g.norm()).item<double>(), 0.1 * rate, 1e-4) << t;
  }
}

TEST(CaeTrainer, ContinuesFromItsStateAlsoFromOneLayerToTheNext) {
  const TrainingSection training{.steps = 10, .learning_rate = 0.1};
  Same data(draw_uniform(Stream(2), kRows, kDim, 0));
  for (const int64_t stop : {4, 6, 8}) {
    CaeTrainer one(setup_of(small(), training, kMeans, 3, 1, Format::fp32)),
        two(setup_of(small(), training, kMeans, 3, 7, Format::fp32));
    for (int64_t t = 0; t < stop; ++t) one.step(t, data);
    const auto saved = state(one);
    restore(two, saved);
    for (int64_t t = stop; t < 10; ++t) {
      one.step(t, data);
      two.step(t, data);
    }
    const auto a = state(one), b = state(two);
    for (const auto& [name, t] : a)
      EXPECT_TRUE(at::equal(t, b.at(name))) << name << " from " << stop;
    EXPECT_TRUE(at::equal(one.model().sample(5, 3), two.model().sample(5, 3)));
  }
}

TEST(CaeTrainer, LearnsToReconstruct) {
  CaeSection s = small();
  s.hidden = {{20}};
  s.contraction = 0.01;
  CaeTrainer trainer(
      setup_of(s, {.steps = 400, .learning_rate = 0.5}, kMeans, 400, 1, Format::fp32));
  const Tensor x = draw_uniform(Stream(2), 4, kDim, 0).round();
  Same data(x);
  double first = 0, last = 0;
  for (int64_t t = 0; t < 400; ++t) {
    last = trainer.step(t, data)[0].second.item<double>();
    if (t == 0) first = last;
  }
  EXPECT_LT(last, first / 4);
  EXPECT_LT((trainer.model().decode(trainer.model().encode(x, 1)) - x).abs().mean().item<double>(),
            0.2);
}

}  // namespace
}  // namespace gan
