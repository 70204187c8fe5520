#include "gan/judge/ais.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/random.h"

namespace gan {
namespace {

/// Whole numbers 0 ... 4: p*_beta = exp(beta energy[i]), uniform at beta 0. The transition draws
/// afresh from p_to.
class FiveStates : public AnnealedPath {
 public:
  explicit FiveStates(std::vector<double> energies) : energies_(std::move(energies)) {}
  double base_log_z() const override { return std::log(5); }
  Tensor draw_base(int64_t n, uint64_t seed, int64_t first) override {
    return draw(n, 0, seed, 0, first);
  }
  void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
              int64_t t, int64_t first) override {
    for (size_t i = 0; i + 1 < betas.size(); ++i, ++steps) {
      EXPECT_EQ(steps, t + static_cast<int64_t>(i));
      seen.push_back(betas[i + 1]);
      log_weights += log_unnormalised(states) * (betas[i + 1] - betas[i]);
      states = draw(states.size(0), betas[i + 1], seed, static_cast<uint64_t>(t) + i + 1, first);
    }
  }
  Tensor log_unnormalised(const Tensor& x) override {
    return at::tensor(energies_).index_select(0, x.view(-1).to(at::kLong));
  }
  std::optional<double> exact_log_z() override { return exact; }

  std::optional<double> exact;
  int64_t steps = 0;
  std::vector<double> seen;

 private:
  Tensor draw(int64_t n, double beta, uint64_t seed, uint64_t step, int64_t first) const {
    const Tensor edges = at::softmax(at::tensor(energies_) * beta, 0).cumsum(0);
    Tensor u = at::empty({n, 1});
    Stream(seed).uniform({u.data_ptr<float>(), static_cast<size_t>(n)}, 1, step,
                         static_cast<uint64_t>(first));
    return at::searchsorted(edges, u.to(at::kDouble)).clamp_max(4).to(at::kFloat);
  }
  std::vector<double> energies_;
};

double log_sum(const std::vector<double>& x) {
  return at::tensor(x).logsumexp({0}).item<double>();
}

TEST(Ais, ThePublishedScheduleIsThePapers) {
  const std::vector<double> b = ais_schedule(14500);
  ASSERT_EQ(b.size(), 14501u);
  EXPECT_EQ(b.front(), 0);
  EXPECT_NEAR(b[1], 0.001, 1e-15);
  EXPECT_NEAR(b[500], 0.5, 1e-12);
  EXPECT_NEAR(b[501], 0.5001, 1e-12);
  EXPECT_NEAR(b[4500], 0.9, 1e-12);
  EXPECT_NEAR(b[4501], 0.90001, 1e-12);
  EXPECT_EQ(b.back(), 1);
  for (const int64_t n : {1, 2, 7, 1000, 29000}) {
    const std::vector<double> other = ais_schedule(n);
    ASSERT_EQ(other.size(), static_cast<size_t>(n) + 1);
    EXPECT_EQ(other.front(), 0);
    EXPECT_EQ(other.back(), 1);
    for (size_t i = 1; i < other.size(); ++i) EXPECT_LT(other[i - 1], other[i]);
  }
  EXPECT_NEAR(ais_schedule(29)[1], 0.5, 1e-12);  // every 500th
}

TEST(Ais, TheMeanWeightAndItsErrorAreTakenBeforeTheLogarithm) {
  const Tensor w = at::tensor({1.0, 2.0, 3.0, 6.0});
  const LogZ z = log_z_from(w.log() + 700, 5);  // far beyond what exp can hold
  const double error = std::sqrt((4 + 1 + 0 + 9) / 3.0 / 4);
  EXPECT_NEAR(z.value, 705 + std::log(3), 1e-9);
  EXPECT_NEAR(z.high, 705 + std::log(3 + 3 * error), 1e-9);
  EXPECT_EQ(z.low, -std::numeric_limits<double>::infinity());  // 3 - 3 * 1.08 is under 0
  EXPECT_NEAR(z.effective_runs, 144.0 / 50, 1e-9);
  const LogZ narrow = log_z_from(at::tensor({2.0, 2.0, 2.2}).log(), 0);
  EXPECT_NEAR(narrow.low, std::log(6.2 / 3 - 3 * std::sqrt(0.04 / 3 / 3)), 1e-9);
  EXPECT_FALSE(z.exact);
  EXPECT_THROW(log_z_from(at::tensor({0.0, std::numeric_limits<double>::quiet_NaN()}), 0),
               DataError);
}

TEST(Ais, FindsTheConstant) {
  const std::vector<double> energies = {0.5, 3, -2, 1, 2.5};
  for (const int64_t temperatures :
       {1, 3, 250}) {  // the mean weight has no bias, whatever the path
    FiveStates path(energies);
    const LogZ z = estimate_log_z(path, {.runs = 2000, .temperatures = temperatures, .seed = 3});
    EXPECT_EQ(path.steps, temperatures);
    path.seen.insert(path.seen.begin(), 0);
    EXPECT_EQ(path.seen, ais_schedule(temperatures));  // each once, in its order
    EXPECT_LT(z.low, log_sum(energies));
    EXPECT_GT(z.high, log_sum(energies));
    EXPECT_LT(z.high - z.low, temperatures == 250 ? 0.05 : 1);
    EXPECT_GT(z.effective_runs, temperatures == 250 ? 1800 : 300);
    EXPECT_EQ(z.runs, 2000);
    EXPECT_EQ(z.temperatures, temperatures);
  }
}

TEST(Ais, EnumerationIsPreferredAndSaidToBeExact) {
  FiveStates path({1, 2, 3, 4, 5});
  path.exact = log_sum({1, 2, 3, 4, 5});
  const LogZ z = estimate_log_z(path, {});
  EXPECT_TRUE(z.exact);
  EXPECT_EQ(z.value, *path.exact);
  EXPECT_EQ(path.steps, 0);
  EXPECT_FALSE(estimate_log_z(path, {.runs = 10, .temperatures = 5}, true).exact);
  AnnealedLikelihood exact(path, z);
  EXPECT_EQ(exact.kind(), Likelihood::Kind::exact);
  const Tensor x = at::arange(5, at::kFloat).unsqueeze(1);
  EXPECT_NEAR(exact.log_probability(x).exp().sum().item<double>(), 1, 1e-12);
  EXPECT_EQ(AnnealedLikelihood(path, LogZ{.value = 1}).kind(), Likelihood::Kind::ais);
}

}  // namespace
}  // namespace gan
