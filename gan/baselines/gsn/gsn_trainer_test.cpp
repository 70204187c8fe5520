#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <cmath>
#include <map>
#include "gan/baselines/gsn/gsn.h"
#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/kernels/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

using kernels::Format;

const Tensor kHalf = at::full({8}, 0.5);

/// Four batches of binary data in turn, over and over.
class FourBatches : public Batches {
 public:
  explicit FourBatches(int64_t at) : at_(at) {}
  Batch next() override { return {.x = draw_uniform(Stream(8), 6, 8, at_++ % 4).round()}; }

 private:
  int64_t at_;
};

TEST(GsnTrainer, ContinuesFromItsState) {
  for (const Format f : kernels::formats()) {
    GsnSection s = small_gsn({6, 5}, 4);
    s.momentum = 0.5;
    s.rate_decay = 0.9;
    const TrainingSection training{.steps = 12, .learning_rate = 0.25};
    GsnTrainer one(setup_of(s, training, kHalf, 4, 1, f)),
        two(setup_of(s, training, kHalf, 4, 1, f));
    FourBatches data(0), rest(5);
    for (int64_t t = 0; t < 5; ++t) one.step(t, data);
    const auto saved = state(one);
    EXPECT_EQ(saved.size(), 11u);
    restore(two, saved);
    for (int64_t t = 5; t < 12; ++t)
      EXPECT_EQ(one.step(t, data)[0].second.item<double>(),
                two.step(t, rest)[0].second.item<double>());
    const auto a = state(one), b = state(two);
    for (const auto& [name, t] : a) EXPECT_TRUE(at::equal(t, b.at(name))) << name;
    EXPECT_TRUE(at::equal(one.model().sample(4, 1), two.model().sample(4, 1)));
  }
}

TEST(GsnTrainer, TheRateFallsAfterEveryEpochAndMomentumIsAnAverage) {
  GsnSection s = small_gsn({6, 5}, 2);
  s.momentum = 0.5;
  s.rate_decay = 0.9;
  GsnTrainer trainer(setup_of(s, {.steps = 20, .learning_rate = 0.25}, kHalf, 4, 1, Format::fp32));
  for (const auto& [t, rate] : {std::pair<int64_t, double>{3, 1}, {4, 0.9}, {8, 0.81}}) {
    const auto before = state(trainer);
    FourBatches data(t);
    trainer.step(t, data);
    const auto after = state(trainer);
    const Tensor change = before.at("model.1.weights") - after.at("model.1.weights"),
                 m = after.at("learner.0.first");
    EXPECT_NEAR((change.norm() / m.norm()).item<double>(), 0.25 * rate, 1e-4) << t;
  }
  GsnTrainer twice(setup_of(s, {.steps = 20, .learning_rate = 1e-9}, kHalf, 4, 1,
                            Format::fp32));  // the same gradient again
  FourBatches data(0), same(0);
  twice.step(0, data);
  const Tensor once = state(twice).at("learner.0.first");
  twice.step(0, same);
  EXPECT_TRUE(at::allclose(state(twice).at("learner.0.first"), once * 1.5, 1e-4,
                           1e-8));  // .5 g, then .5 (.5 g) + .5 g
}

TEST(GsnTrainer, LearnsTwoImages) {
  GsnSection s = small_gsn({12, 12}, 4);
  s.momentum = 0.5;
  s.corruption = 0.1;
  s.noise = 0.1;
  GsnTrainer trainer(
      setup_of(s, {.steps = 1500, .learning_rate = 2}, kHalf, 1500, 1, Format::fp32));
  const Tensor a = at::tensor({1.f, 1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 0.f}),
               x = at::cat({a.expand({8, 8}), (1 - a).expand({8, 8})});
  Same data(x);
  for (int64_t t = 0; t < 1500; ++t) trainer.step(t, data);
  const Tensor samples = trainer.model().sample(300, 1), to_a = (samples - a).abs().mean(1),
               to_b = (samples - (1 - a)).abs().mean(1);
  EXPECT_GT(at::minimum(to_a, to_b).lt(0.2).to(at::kDouble).mean().item<double>(), 0.9);
  EXPECT_GT(to_a.lt(0.2).to(at::kDouble).mean().item<double>(), 0.2);
  EXPECT_GT(to_b.lt(0.2).to(at::kDouble).mean().item<double>(), 0.2);
}

TEST(GsnTrainer, ComplainsOfTooFewSteps) {
  EXPECT_THROW(GsnTrainer(setup_of(small_gsn({6, 5}, 1), {.steps = 1}, kHalf, 4, 1, Format::fp32)),
               UsageError);
}

}  // namespace
}  // namespace gan
