#include "gan/baselines/mixture/mixture.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor binary(int64_t n, int64_t dim, uint64_t seed) {
  return draw_uniform(Stream(seed), n, dim, 0).round_();
}

TEST(BernoulliMixture, SumsToOneOverAllImages) {
  const Tensor means = draw_uniform(Stream(1), 3, 8, 0) * 0.9 + 0.05,
               w = at::tensor({0.2, 0.5, 0.3});
  BernoulliMixture model(means, w.log());
  const Tensor x = all_states(8), log_p = model.log_probability(x);
  EXPECT_NEAR(log_p.exp().sum().item<double>(), 1, 1e-9);
  const Tensor m = means.to(at::kDouble).unsqueeze(1),
               y = x.to(at::kDouble).unsqueeze(0);                        // [3, 1, 8], [1, 256, 8]
  const Tensor each = (m * y + (1 - m) * (1 - y)).prod(2);                // [3, 256]
  const Tensor direct = w.to(at::kDouble).unsqueeze(1).mul(each).sum(0);  // [256]
  EXPECT_TRUE(log_p.exp().allclose(direct, 1e-9, 0));
  EXPECT_TRUE(model.log_joint(x).logsumexp({1}).to(at::kDouble).allclose(log_p, 1e-5, 1e-5));
}

TEST(BernoulliMixture, SamplesFollowTheProbabilities) {
  BernoulliMixture model(draw_uniform(Stream(1), 3, 8, 0), at::tensor({0.1, 0.6, 0.3}).log());
  constexpr int64_t kN = 200'000;
  const Tensor x = model.sample(kN, 4);
  EXPECT_TRUE(x.eq(0).logical_or(x.eq(1)).all().item<bool>());
  EXPECT_TRUE(plausible(counts_of(x), model.log_probability(all_states(8)).exp()));
  EXPECT_TRUE(model.sample(50, 9).slice(0, 20, 40).equal(model.sample(20, 9, 20)));
}

TEST(MixtureTrainer, NeverLosesPenalisedLikelihood) {
  for (const double pseudo_count : {0.0, 0.5, 3.0}) {
    const Tensor x = binary(300, 12, 1);
    Rows data(x, 100);
    MixtureTrainer trainer({.components = 5, .pseudo_count = pseudo_count}, 300, 3,
                           x.slice(0, 0, 5), 1);
    const auto objective = [&] {
      const Tensor &m = trainer.model().means(), &log_w = trainer.model().log_weights();
      double prior = log_w.sum().item<double>();
      if (pseudo_count > 0) prior += pseudo_count * (m.log() + at::log1p(-m)).sum().item<double>();
      return trainer.model().log_probability(x).sum().item<double>() + prior;
    };
    double before = objective();
    const double start = before;
    for (int64_t t = 0; t < 300; ++t) {
      trainer.step(t, data);
      const double now = objective();
      EXPECT_GE(now, before - 1e-3)
          << "step " << t << ", pseudo-count " << pseudo_count;  // float32 responsibilities
      before = now;
    }
    EXPECT_GT(before, start + 10);
  }
}

TEST(MixtureTrainer, OneBatchOrManyGiveTheSame) {
  const Tensor x = binary(200, 10, 1);
  const auto trained = [&](int64_t batch) {
    Rows data(x, batch);
    MixtureTrainer trainer({.components = 4}, 0, 200 / batch, x.slice(0, 0, 4), 1);
    for (int64_t t = 0; t < 5 * 200 / batch; ++t) trainer.step(t, data);
    return trainer.model().means().clone();
  };
  EXPECT_TRUE(trained(200).allclose(trained(10), 1e-3, 1e-5));
}

TEST(MixtureTrainer, FindsAPlantedMixture) {
  const Tensor means = draw_uniform(Stream(5), 2, 30, 0).round_() * 0.6 + 0.2;  // .2 or .8
  BernoulliMixture truth(means, at::tensor({0.3, 0.7}).log());
  const Tensor x = truth.sample(5'000, 1);
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Rows data(x, 500);
    const int64_t first = 2 * static_cast<int64_t>(seed);
    MixtureTrainer trainer({.components = 2}, 500, 10, x.slice(0, first, first + 2), seed);
    for (int64_t t = 0; t < 500; ++t) trainer.step(t, data);
    const Tensor order = trainer.model().log_weights().argsort(int64_t{0});  // the smaller first
    const Tensor found = trainer.model().means().index_select(0, order);
    EXPECT_LT((found - means.to(at::kDouble)).abs().max().item<double>(), 0.06)
        << seed;  // 5 deviations: sqrt(.16 / 1500)
    EXPECT_NEAR(trainer.model().log_weights().index_select(0, order)[0].exp().item<double>(), 0.3,
                0.04);
  }
}

TEST(MixtureTrainer, ContinuesFromItsState) {
  const Tensor x = binary(120, 9, 2);
  const MixtureSection section{.components = 3};
  Rows data(x, 40);
  MixtureTrainer one(section, 20, 3, x.slice(0, 0, 3), 1);
  for (int64_t t = 0; t < 7; ++t) one.step(t, data);  // in the middle of an epoch

  MixtureTrainer two(section, 20, 3, x.slice(0, 50, 53), 9);
  const auto saved = state(one);
  EXPECT_EQ(saved.size(), 4u);
  EXPECT_TRUE(saved.contains("model.means") && saved.contains("learner.counts"));
  restore(two, saved);
  Rows rest(x, 40, 40);
  for (int64_t t = 7; t < 20; ++t) {
    const Scalars a = one.step(t, data), b = two.step(t, rest);
    EXPECT_EQ(a[0].first, "log_likelihood");
    EXPECT_EQ(a[0].second.item<float>(), b[0].second.item<float>());
  }
  const auto first = state(one), second = state(two);
  for (const auto& [name, value] : first) EXPECT_TRUE(value.equal(second.at(name))) << name;
  BernoulliMixture read(at::zeros({3, 9}), at::zeros({3}));
  restore(read, first);
  EXPECT_TRUE(read.log_probability(x).equal(one.model().log_probability(x)));
}

TEST(MixtureTrainer, EqualStartsPart) {
  const Tensor x = binary(200, 10, 1);
  Rows data(x, 200);
  MixtureTrainer trainer({.components = 2}, 30, 1, x.slice(0, 0, 1).repeat({2, 1}), 1);
  for (int64_t t = 0; t < 30; ++t) trainer.step(t, data);
  const Tensor& m = trainer.model().means();
  EXPECT_GT((m[0] - m[1]).abs().max().item<double>(), 0.1);
}

TEST(MixtureTrainer, ComplainsOfWhatCannotBe) {
  const Tensor x = binary(10, 4, 1);
  EXPECT_THROW(MixtureTrainer({.components = 3}, 1, 1, x.slice(0, 0, 2), 1), UsageError);
  EXPECT_THROW(MixtureTrainer({.components = 2}, 1, 0, x.slice(0, 0, 2), 1), UsageError);
  EXPECT_THROW(MixtureTrainer({.components = 2}, 1, 1, x.slice(0, 0, 2) * 0.5, 1), DataError);
  MixtureTrainer trainer({.components = 2}, 1, 1, x.slice(0, 0, 2), 1);
  Rows grey(x * 0.5, 10);
  EXPECT_THROW(trainer.step(0, grey), DataError);
  EXPECT_THROW(trainer.model().log_probability(x * 0.5), DataError);
}

}  // namespace
}  // namespace gan
