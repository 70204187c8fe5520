#include "gan/baselines/dbm/dbm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/baselines/binary.h"
#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 3;

Dbm model(const std::vector<int64_t>& hidden, int64_t visible = kV) {
  Dbm m(hidden, {.iterations = 2000, .tolerance = 0}, 30,
        draw_uniform(Stream(2), 1, visible, 0)[0]);
  m.set_composed();
  for (size_t l = 0; l < hidden.size(); ++l)
    m.weights()[l].copy_(draw_normal(Stream(1).child(l), m.weights()[l].size(0), hidden[l], 0));
  for (size_t l = 0; l <= hidden.size(); ++l)
    m.biases()[l].copy_(draw_normal(Stream(3).child(l), 1, m.biases()[l].size(0), 0)[0] * 0.5);
  return m;
}

/// Every state of all layers side by side, and -E of each at beta, from the definition.
struct All {
  std::vector<Tensor> x;  // [S, n_l] float64
  Tensor log_p;           // [S]
};
All all_of(Dbm& m, double beta = 1) {
  int64_t units = 0;
  for (const Tensor& b : m.biases()) units += b.size(0);
  const Tensor s = doubles(all_states(units));
  All out{.log_p = at::zeros({s.size(0)}, at::kDouble)};
  int64_t at = 0;
  for (size_t l = 0; l < m.biases().size(); at += m.biases()[l].size(0), ++l) {
    out.x.push_back(s.narrow(1, at, m.biases()[l].size(0)));
    out.log_p += out.x[l].mv(doubles(m.biases()[l])) * beta;
    out.log_p += out.x[l].mv(doubles(m.base()[l])) * (1 - beta);
    if (l > 0) out.log_p += (out.x[l - 1].mm(doubles(m.weights()[l - 1])) * out.x[l]).sum(1) * beta;
  }
  return out;
}

/// log p* of the states of v, or of the odd layers side by side, summed over the rest: [2^n]
Tensor summed(const All& all, const Tensor& of) {
  const int64_t states = int64_t{1} << of.size(1);
  const Tensor number = number_of(of);
  std::vector<Tensor> out;
  for (int64_t i = 0; i < states; ++i)
    out.push_back(all.log_p.index_select(0, number.eq(i).nonzero().squeeze(1)).logsumexp({0}));
  return at::stack(out);
}
Tensor odd_of(const All& all) {
  std::vector<Tensor> odd;
  for (size_t l = 1; l < all.x.size(); l += 2) odd.push_back(all.x[l]);
  return at::cat(odd, 1);
}

const std::vector<std::vector<int64_t>> kShapes = {{2, 3}, {2, 3, 2}};

TEST(Dbm, ChainsAndAnnealedRunsBeginAtDrawsOfTheirOwn) {
  Dbm m = model({kV, 2});  // as many odd units as visible ones
  for (Tensor& base : m.base()) base.zero_();
  const Tensor base = m.draw_base(50, 7);
  // Were the base drawn from the numbers that a chain's first v is drawn from, chains would start
  // where these draws lead.
  EXPECT_FALSE(at::equal(m.start(50, 7), m.start_at(base, 7)));
  EXPECT_TRUE(at::equal(base, m.draw_base(50, 7)));
  EXPECT_FALSE(at::equal(base, m.draw_base(50, 8)));
}

TEST(Dbm, LogZIsTheSumOverAllStatesAndTheBoundIsOne) {
  for (const auto& hidden : kShapes) {
    Dbm m = model(hidden);
    const All all = all_of(m);
    EXPECT_NEAR(*m.exact_log_z(), all.log_p.logsumexp({0}).item<double>(), 1e-9);
    const Tensor exact = summed(all, all.x[0]), bound = m.log_unnormalised(all_states(kV));
    EXPECT_TRUE(bound.lt(exact).all().item<bool>()) << exact - bound;
    EXPECT_GT((exact - bound).max().item<double>(), 0.01);
    EXPECT_LT((exact - bound).max().item<double>(), 2);
  }
  Dbm wide = model({21, 2});  // the even layers are the smaller half
  EXPECT_TRUE(wide.exact_log_z().has_value());
  EXPECT_FALSE(model({21, 21}).exact_log_z().has_value());
}

TEST(Dbm, EitherHalfOfTheLayersCanBeEnumerated) {
  // The same layers from the other end, v with them: odd layers become even ones.
  Dbm m = model({2, 4, 3}, 5), turned = model({4, 2, 5}, 3);
  for (size_t l = 0; l < 3; ++l) turned.weights()[l].copy_(m.weights()[2 - l].t());
  for (size_t l = 0; l < 4; ++l) turned.biases()[l].copy_(m.biases()[3 - l]);
  EXPECT_NEAR(*m.exact_log_z(), *turned.exact_log_z(), 1e-9);
}

TEST(Dbm, MeanFieldIsAFixedPointWhereTheBoundIsHighest) {
  for (const auto& hidden : kShapes) {
    Dbm m = model(hidden);
    const Tensor v = all_states(kV);
    const std::vector<Tensor> mu = m.posterior(v);
    for (size_t l = 0; l < mu.size(); ++l) {
      Tensor input =
          doubles(m.biases()[l + 1]) + doubles(l == 0 ? v : mu[l - 1]).mm(doubles(m.weights()[l]));
      if (l + 1 < mu.size()) input = input + doubles(mu[l + 1]).mm(doubles(m.weights()[l + 1]).t());
      EXPECT_TRUE(doubles(mu[l]).allclose(input.sigmoid(), 1e-5, 1e-6));
    }
    // Nowhere else on a grid of means is it higher.
    const Tensor grid = (doubles(at::arange(9)) + 0.5) / 9;
    const Tensor bound = m.log_unnormalised(v);
    int64_t units = 0;
    for (const int64_t n : hidden) units += n;
    Tensor means = grid.unsqueeze(1);
    for (int64_t i = 1; i < std::min<int64_t>(units, 5); ++i)
      means = at::cat({means.unsqueeze(0).expand({9, -1, -1}),
                       grid.view({9, 1, 1}).expand({9, means.size(0), 1})},
                      2)
                  .reshape({-1, means.size(1) + 1});
    if (units > 5) continue;  // 9^5 points are enough
    const Tensor a = means.narrow(1, 0, 2), b = means.narrow(1, 2, 3);
    const auto h = [](const Tensor& x) { return -(x * x.log() + (1 - x) * (1 - x).log()).sum(1); };
    for (int64_t i = 0; i < v.size(0); ++i) {
      const Tensor x = doubles(v[i]).unsqueeze(0);
      const Tensor elbo = (x.mm(doubles(m.weights()[0])) + doubles(m.biases()[1])).mul(a).sum(1) +
                          (a.mm(doubles(m.weights()[1])) * b).sum(1) +
                          b.mv(doubles(m.biases()[2])) + h(a) + h(b) +
                          x.mv(doubles(m.biases()[0])).item<double>();
      EXPECT_LT(elbo.max().item<double>(), bound[i].item<double>() + 1e-9);
      EXPECT_GT(elbo.max().item<double>(), bound[i].item<double>() - 0.05);
    }
  }
}

/// tools/golden/deep.py
TEST(Dbm, IsTheIndependentPrograms) {
  const auto stored = golden("deep.json");
  Dbm m({3, 4, 2}, {.iterations = 5000, .tolerance = 0}, 1, at::full({5}, 0.5));
  m.set_composed();
  for (size_t l = 0; l < 3; ++l) m.weights()[l].copy_(golden_tensor(stored["weights"][l]));
  for (size_t l = 0; l < 4; ++l) m.biases()[l].copy_(golden_tensor(stored["biases"][l]));
  const auto& expected = stored["dbm"];
  const Tensor v = golden_tensor(stored["v"]);
  EXPECT_NEAR(*m.exact_log_z(), expected["log_z"].get<double>(), 1e-9);
  EXPECT_TRUE(m.log_unnormalised(v).allclose(golden_tensor(expected["bound"]), 1e-9, 1e-9))
      << m.log_unnormalised(v) - golden_tensor(expected["bound"]);
  EXPECT_TRUE(
      doubles(at::cat(m.posterior(v), 1)).allclose(golden_tensor(expected["means"]), 1e-5, 1e-5));
  const All all = all_of(m);
  EXPECT_TRUE(summed(all, all.x[0])
                  .index_select(0, number_of(v))
                  .allclose(golden_tensor(expected["log_p"]), 1e-9, 1e-9));
}

TEST(Dbm, TheBaseIsExactAndLikeTheModel) {
  for (const auto& hidden : kShapes) {
    Dbm m = model(hidden);
    m.choose_base(4);
    const All base = all_of(m, 0), all = all_of(m);
    EXPECT_NEAR(m.base_log_z(), base.log_p.logsumexp({0}).item<double>(), 1e-6);
    EXPECT_TRUE(
        plausible(counts_of(m.draw_base(60'000, 3)), at::softmax(summed(base, odd_of(base)), 0)));
    for (size_t l = 1; l < all.x.size(); ++l)  // 1,000 states, not all independent
      EXPECT_TRUE(doubles(m.base()[l])
                      .sigmoid()
                      .allclose(all.x[l].t().mv(at::softmax(all.log_p, 0)), 0, 0.06))
          << l;
  }
}

/// odd -> odd' of a sweep of the model at beta, [2^n, 2^n], from joint probabilities.
Tensor sweep_of(const All& all) {
  const Tensor odd = number_of(odd_of(all)), p = all.log_p.exp();
  const int64_t n = odd_of(all).size(1), states = int64_t{1} << n;
  std::vector<Tensor> even;
  for (size_t l = 0; l < all.x.size(); l += 2) even.push_back(all.x[l]);
  const Tensor other = number_of(at::cat(even, 1));
  Tensor joint = at::zeros({states, int64_t{1} << at::cat(even, 1).size(1)}, at::kDouble);
  joint.index_put_({odd, other}, p);
  return (joint / joint.sum(1, true)).mm((joint / joint.sum(0, true)).t());
}

TEST(Dbm, TheAnnealedTransitionLeavesEveryDensityAlone) {
  for (const auto& hidden : kShapes)
    for (const double beta : {0.0, 0.4, 1.0}) {
      Dbm m = model(hidden);
      m.choose_base(4);
      const All now = all_of(m, beta), before = all_of(m, beta / 2);
      const Tensor log_p = summed(now, odd_of(now)), p = at::softmax(log_p, 0),
                   sweep = sweep_of(now);
      EXPECT_TRUE(p.unsqueeze(0).mm(sweep)[0].allclose(p, 1e-12, 1e-12));
      const int64_t n = m.odd_units();
      constexpr int64_t kEach = 20'000;
      Tensor x = all_states(n).repeat_interleave(kEach, 0),
             weights = at::zeros({x.size(0)}, at::kDouble);
      const double betas[] = {beta / 2, beta};
      m.anneal(x, weights, betas, 5, 3);
      EXPECT_TRUE(weights.allclose(
          (log_p - summed(before, odd_of(before))).repeat_interleave(kEach), 1e-6, 1e-6))
          << beta;
      for (int64_t i = 0; i < p.size(0); ++i)
        EXPECT_TRUE(plausible(counts_of(x.slice(0, i * kEach, (i + 1) * kEach)), sweep[i]))
            << beta << " " << i;
    }
}

TEST(Dbm, ChainsMoveAsTheModelSaysAndReachIt) {
  for (const auto& hidden : kShapes) {
    Dbm m = model(hidden);
    const All all = all_of(m);
    const Tensor sweep = sweep_of(all), p = at::softmax(summed(all, all.x[0]), 0);
    constexpr int64_t kEach = 20'000;
    Tensor x = all_states(m.odd_units()).repeat_interleave(kEach, 0);
    m.advance(x, 3, 17);
    for (int64_t i = 0; i < sweep.size(0); ++i)
      EXPECT_TRUE(plausible(counts_of(x.slice(0, i * kEach, (i + 1) * kEach)), sweep[i])) << i;
    const Tensor means = m.sample(100'000, 1),
                 draws = draw_uniform(Stream(8), means.size(0), kV, 0).lt(means);
    EXPECT_TRUE(plausible(counts_of(draws), p));
  }
}

TEST(Dbm, ChainsAreAFunctionOfSeedStepAndNumber) {
  Dbm m = model({40, 30, 20}, 60);
  Tensor all = m.start(130, 4), some = m.start(60, 4, 50);
  EXPECT_TRUE(all.slice(0, 50, 110).equal(some));
  EXPECT_FALSE(m.start(60, 5, 50).equal(some));
  for (int64_t t = 0; t < 30; ++t) {
    m.advance(all, 4, t);
    m.advance(some, 4, t, 50);
  }
  EXPECT_TRUE(all.slice(0, 50, 110).equal(some));
  EXPECT_TRUE(
      m.sample(130, 4).allclose(m.show(all), 1e-5, 1e-6));  // a sample is a chain of 30 sweeps
}

TEST(Dbm, IsNoModelBeforeItsLayersAreOne) {
  Dbm m({3, 2}, {}, 1, at::full({kV}, 0.5));
  EXPECT_THROW(m.sample(2, 1), UsageError);
  EXPECT_THROW(m.exact_log_z(), UsageError);
  EXPECT_THROW(m.log_unnormalised(all_states(kV)), UsageError);
  m.set_composed();
  EXPECT_NO_THROW(m.sample(2, 1));
  EXPECT_THROW(m.log_unnormalised(all_states(kV) * 0.5), DataError);
}

}  // namespace
}  // namespace gan
