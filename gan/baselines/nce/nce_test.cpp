#include "gan/baselines/nce/nce.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/baselines/nce/nce_models.h"
#include "gan/baselines/rbm/rbm.h"
#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor normal(uint64_t seed, int64_t n, int64_t size) {
  return draw_normal(Stream(seed, "test"), n, size, 0).to(at::kDouble);
}
Tensor free_number(double value) {
  return at::scalar_tensor(value, at::kDouble).requires_grad_(true);
}

// --- The loss ---

TEST(NceLoss, IsTheFormulaAndStaysFinite) {
  const Tensor x = normal(1, 1, 5)[0], y = normal(2, 1, 15)[0];
  const Tensor h = 1 / (1 + 3 * (-x).exp()), g = 1 / (1 + 3 * (-y).exp());
  EXPECT_NEAR(nce_loss(x, y).item<double>(),
              -(h.log().sum() + (1 - g).log().sum()).item<double>() / 5, 1e-13);
  const Tensor far = at::tensor({-1e4, 1e4}, at::kDouble);
  EXPECT_NEAR(nce_loss(far, far).item<double>(), 1e4,
              1e-9);  // half of the data and of the noise is surely wrong
  EXPECT_EQ(nce_loss(-far.abs(), -far.abs()).item<double>(), 1e4);
}

TEST(NceLoss, OfEvenOddsHasNothingButNu) {  // p_m = p_n: h = 1 / (1 + nu)
  for (const int64_t nu : {1, 4}) {
    const double n = static_cast<double>(nu), expected = std::log(1 + n) + n * std::log(1 + 1 / n);
    EXPECT_NEAR(
        nce_loss(at::zeros({50}, at::kDouble), at::zeros({50 * nu}, at::kDouble)).item<double>(),
        expected, 1e-12);
  }
}

TEST(NceLoss, PullBoundsTheSlope) {
  const Tensor x = normal(3, 1, 40)[0] + 1, y = normal(4, 1, 120)[0] - 1;
  const NceState state = nce_state(x, y);
  for (uint64_t seed = 1; seed <= 20; ++seed) {  // g of one parameter, between 0 and 1
    const Tensor t = free_number(0);
    const auto g = [&](uint64_t number, int64_t n) {
      return draw_uniform(Stream(seed).child(number), n, 1, 0).squeeze(1).to(at::kDouble).round();
    };
    const Tensor loss = nce_loss(x + t * g(1, 40), y + t * g(2, 120));
    EXPECT_LE(std::abs(torch::autograd::grad({loss}, {t})[0].item<double>()), state.pull);
  }
  const Tensor t = free_number(0), only_data = nce_loss(x + t, y), only_noise = nce_loss(x, y + t);
  const double up = -torch::autograd::grad({only_data}, {t})[0].item<double>(),
               down = torch::autograd::grad({only_noise}, {t})[0].item<double>();
  EXPECT_NEAR(std::max(up, down), state.pull, 1e-12);  // and no bound is better
}

TEST(NceState, CountsBothSidesAlike) {
  EXPECT_EQ(
      nce_state(at::tensor({1., 2., -1., 3.}), at::tensor({-1., -1., -1., -1., -1., -1., 5., -1.}))
          .accuracy,
      (3 / 4.0 + 7 / 8.0) / 2);
  EXPECT_EQ(nce_state(at::zeros({4}), at::zeros({8})).accuracy, 0.5);
}

// --- Against NumPy ---

/// tools/golden/nce.py
TEST(Nce, IsNumPys) {
  const auto stored = golden("nce.json");
  const Tensor x = golden_tensor(stored["x"]), y = golden_tensor(stored["y"]);
  Gaussian noise(golden_tensor(stored["mean"]), golden_tensor(stored["covariance"])),
      standard(at::zeros({1}), at::eye(1));
  const IndependentComponents components(golden_tensor(stored["unmixing"]));
  const TwoLayerEnergy energy(golden_tensor(stored["features"]),
                              golden_tensor(stored["log_pooling"]),
                              golden_tensor(stored["offsets"]));
  const GaussianPrecision precision(0.7);
  const auto hold = [](const nlohmann::json& expected, const Unnormalised& model, double c0,
                       Gaussian& p_n, const Tensor& data, const Tensor& other) {
    const Tensor c = free_number(c0), u = model.log_density(data) + c - p_n.log_probability(data),
                 v = model.log_density(other) + c - p_n.log_probability(other);
    const Tensor loss = nce_loss(u, v);
    EXPECT_TRUE(u.allclose(golden_tensor(expected["u_x"]), 1e-12, 1e-12));
    EXPECT_TRUE(v.allclose(golden_tensor(expected["u_y"]), 1e-12, 1e-12));
    EXPECT_NEAR(loss.item<double>(), expected["loss"].get<double>(), 1e-12);
    std::vector<Tensor> parameters = model.parameters();
    parameters.push_back(c);
    const auto gradients = torch::autograd::grad({loss}, parameters);
    ASSERT_EQ(gradients.size(), expected["gradients"].size() + 1);
    for (size_t i = 0; i + 1 < gradients.size(); ++i)
      EXPECT_TRUE(gradients[i].allclose(golden_tensor(expected["gradients"][i]), 1e-11, 1e-12))
          << i;
    EXPECT_NEAR(gradients.back().item<double>(), expected["c_gradient"].get<double>(), 1e-12);
    EXPECT_NEAR(nce_state(u, v).accuracy, expected["accuracy"].get<double>(), 1e-12);
    EXPECT_NEAR(nce_state(u, v).pull, expected["pull"].get<double>(), 1e-12);
  };
  hold(stored["components"], components, -1.3, noise, x, y);
  hold(stored["energy"], energy, -0.4, noise, x, y);
  hold(stored["precision"], precision, -0.9, standard, x.slice(1, 0, 1), y.slice(1, 0, 1));
}

TEST(Nce, GradientsAreFiniteDifferences) {
  const Tensor x = normal(1, 30, 3), y = normal(2, 60, 3);
  Gaussian noise = Gaussian::like(x);
  const IndependentComponents components(normal(3, 3, 3));
  const TwoLayerEnergy energy(normal(4, 5, 3), normal(5, 2, 5), normal(6, 1, 2)[0]);
  const Tensor c = free_number(-1);
  for (const Unnormalised* model :
       {static_cast<const Unnormalised*>(&components), static_cast<const Unnormalised*>(&energy)}) {
    const Tensor log_x = noise.log_probability(x), log_y = noise.log_probability(y);
    const auto loss = [&] {
      return nce_loss(model->log_density(x) + c - log_x, model->log_density(y) + c - log_y);
    };
    std::vector<Tensor> parameters = model->parameters();
    parameters.push_back(c);
    const auto gradients = torch::autograd::grad({loss()}, parameters);
    constexpr double kStep = 1e-6;
    const at::NoGradGuard no_grad;
    for (size_t p = 0; p < parameters.size(); ++p)
      for (int64_t i = 0; i < parameters[p].numel(); ++i) {
        Tensor number = parameters[p].detach().view(-1)[i];  // the same memory
        const double before = number.item<double>();
        number.fill_(before + kStep);
        const double above = loss().item<double>();
        number.fill_(before - kStep);
        const double below = loss().item<double>();
        number.fill_(before);
        EXPECT_NEAR(gradients[p].reshape(-1)[i].item<double>(), (above - below) / (2 * kStep), 1e-7)
            << p << ' ' << i;
      }
  }
}

// --- Noise ---

TEST(Gaussian, HasTheDensityAndTheMomentsThatItIsGiven) {
  const Tensor root = at::tensor({1.0, 0.0, 0.5, 0.8}, at::kDouble).view({2, 2}),
               covariance = root.mm(root.t()), mean = at::tensor({1.0, -2.0}, at::kDouble);
  Gaussian g(mean, covariance);
  const Tensor line = at::linspace(-8, 8, 401, at::kDouble);
  const auto grid = at::meshgrid({line + 1, line - 2}, "ij");
  const Tensor points = at::stack({grid[0].reshape(-1), grid[1].reshape(-1)}, 1);
  EXPECT_NEAR(g.log_probability(points).exp().sum().item<double>() * 0.04 * 0.04, 1, 1e-9);
  const Tensor x = g.sample(100'000, 3).to(at::kDouble), centred = x - mean;
  EXPECT_TRUE(x.mean(0).allclose(mean, 0, 0.02));
  EXPECT_TRUE((centred.t().mm(centred) / 1e5).allclose(covariance, 0, 0.03));
  EXPECT_TRUE(g.sample(20, 3, 30).equal(g.sample(50, 3).slice(0, 30, 50)));
  Gaussian fitted = Gaussian::like(x);
  EXPECT_TRUE(fitted.log_probability(points.slice(0, 80000, 80200))
                  .allclose(g.log_probability(points.slice(0, 80000, 80200)), 0.05, 0.05));
  EXPECT_THROW(Gaussian(mean, at::ones({2, 2})), UsageError);
}

TEST(Gaussian, WithHeavyTailsHasTheDensityAndTheMomentsThatItIsGiven) {
  const Tensor root = at::tensor({1.0, 0.0, 0.5, 0.8}, at::kDouble).view({2, 2}),
               covariance = root.mm(root.t()), mean = at::tensor({1.0, -2.0}, at::kDouble);
  Gaussian t(mean, covariance, 7), normal(mean, covariance);
  const Tensor line = at::linspace(-60, 60, 2401, at::kDouble);
  const auto grid = at::meshgrid({line + 1, line - 2}, "ij");
  const Tensor points = at::stack({grid[0].reshape(-1), grid[1].reshape(-1)}, 1),
               p = t.log_probability(points).exp() * 0.05 * 0.05, from = points - mean;
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-5);
  EXPECT_TRUE((from * p.unsqueeze(1)).t().mm(from).allclose(covariance, 1e-3, 1e-3));
  const Tensor x = t.sample(100'000, 3).to(at::kDouble), centred = x - mean;
  EXPECT_TRUE((centred.t().mm(centred) / 1e5).allclose(covariance, 0, 0.05));
  const auto far = [&](const Tensor& distance) {
    return distance.square().sum(1).gt(25).to(at::kDouble);
  };
  EXPECT_NEAR(far(centred).mean().item<double>(), (far(from) * p).sum().item<double>(), 0.002);
  EXPECT_GT(far(centred).sum().item<double>(),
            3 * far(normal.sample(100'000, 3).to(at::kDouble) - mean).sum().item<double>());
}

TEST(Noise, NeedsALogProbabilityWithoutDoubt) {
  Rbm rbm(3, false, 5, at::full({4}, 0.5));
  EXPECT_THROW(Noise{rbm}, UsageError);
}

// --- The estimate ---

struct Line {  // data of variance 1/2 against N(0, 1), and what is known of them
  Tensor x, y, log_x, log_y;
  Line(uint64_t seed, int64_t data, int64_t noise) {
    Gaussian standard(at::zeros({1}), at::eye(1));
    x = normal(seed, data, 1) * std::sqrt(0.5);
    y = standard.sample(noise, seed).to(at::kDouble);
    log_x = standard.log_probability(x);
    log_y = standard.log_probability(y);
  }
};

TEST(FitNce, FindsPrecisionAndLogNormaliser) {
  const Line line(1, 20'000, 200'000);
  GaussianPrecision model(0.3);
  Tensor c = free_number(-3);
  const NceFit fit = fit_nce(model, c, line.x, line.y, line.log_x, line.log_y);
  EXPECT_LT(fit.slope, 1e-6);
  EXPECT_NEAR(model.lambda().item<double>(), 2, 4 * std::sqrt(8.45 / 20'000));
  EXPECT_NEAR(c.item<double>(), std::log(2 / (2 * M_PI)) / 2, 4 * std::sqrt(0.582 / 20'000));
}

TEST(FitNce, WithMuchNoiseIsMaximumLikelihood) {  // of the same data, and the more noise the nearer
  double before = 1;
  for (const int64_t nu : {1, 30, 900}) {
    double far = 0;
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      const Line line(seed, 300, 300 * nu);
      GaussianPrecision model(2);
      Tensor c = free_number(-0.5);
      fit_nce(model, c, line.x, line.y, line.log_x, line.log_y);
      const double likely = 1 / line.x.square().mean().item<double>();
      far += std::pow(model.lambda().item<double>() - likely, 2) / 8;
    }
    EXPECT_LT(far, before / 5) << nu;
    before = far;
  }
  EXPECT_LT(before, 5e-4);  // maximum likelihood's own variance is 8 / 300
}

TEST(FitNce, VariesAsTheTheorySays) {  // the full form is in gan/paper/nce.cpp
  constexpr int64_t kRepeats = 600, kData = 500;
  double lambda = 0, log_normaliser = 0;
  const double truth = std::log(2 / (2 * M_PI)) / 2;
  for (uint64_t seed = 1; seed <= kRepeats; ++seed) {
    const Line line(seed, kData, kData);
    GaussianPrecision model(2);
    Tensor c = free_number(truth);
    fit_nce(model, c, line.x, line.y, line.log_x, line.log_y);
    lambda += std::pow(model.lambda().item<double>() - 2, 2) * kData / kRepeats;
    log_normaliser += std::pow(c.item<double>() - truth, 2) * kData / kRepeats;
  }
  EXPECT_NEAR(lambda / 12.02, 1, 0.2);  // a deviation is sqrt(2 / 600) = .06
  EXPECT_NEAR(log_normaliser / 1.261, 1, 0.2);
}

TEST(FitNce, UnmixesSourcesFromAFarStart) {
  const Tensor mixing =
      at::tensor({1.0, 0.3, -0.2, 0.5, 1.2, 0.4, -0.3, 0.1, 0.9}, at::kDouble).view({3, 3});
  const auto error = [&](int64_t n, uint64_t seed, const Tensor& start, double* excess = nullptr) {
    const Tensor x = mixed_laplacians(mixing, n, seed);
    Gaussian noise = Gaussian::like(x);
    const Tensor y = noise.sample(10 * n, seed).to(at::kDouble);
    IndependentComponents model(start);
    Tensor c = free_number(0);
    fit_nce(model, c, x, y, noise.log_probability(x), noise.log_probability(y));
    if (excess) *excess = c.item<double>() - model.log_normaliser();
    return mixing_error(mixing, at::linalg_inv(model.unmixing().detach()));
  };
  double excess = 1;
  EXPECT_LT(error(10'000, 1, at::eye(3, at::kDouble), &excess), 0.01);
  EXPECT_LT(std::abs(excess), 0.05);  // c is the true log-normaliser of what was found
  double few = 0, many = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    few += error(500, seed, at::linalg_inv(mixing));
    many += error(4000, seed, at::linalg_inv(mixing));
  }
  EXPECT_NEAR(std::log(many / few) / std::log(8), -1, 0.25);
}

TEST(IndependentComponents, AreNormalisedByWhatTheySay) {
  const IndependentComponents model(at::tensor({1.0, 0.5, -0.3, 0.8}, at::kDouble).view({2, 2}));
  const Tensor line = at::linspace(-16, 16, 1601, at::kDouble);
  const auto grid = at::meshgrid({line, line}, "ij");
  const Tensor p = (model.log_density(at::stack({grid[0].reshape(-1), grid[1].reshape(-1)}, 1)) +
                    model.log_normaliser())
                       .exp();
  EXPECT_NEAR(p.sum().item<double>() * 0.02 * 0.02, 1, 1e-3);
  const Tensor x = mixed_laplacians(at::eye(2), 100'000, 1);
  EXPECT_TRUE(x.var(0, false).allclose(at::ones({2}, at::kDouble), 0, 0.03));
  EXPECT_NEAR(x.abs().mean().item<double>(), std::sqrt(0.5), 0.01);  // a normal's is .80
}

TEST(MixingError, KnowsNeitherOrderNorSign) {
  const Tensor a = normal(1, 4, 4), order = at::tensor({2, 0, 3, 1}, at::kLong),
               signs = at::tensor({1., -1., -1., 1.}, at::kDouble);
  const Tensor other = a.index_select(1, order) * signs;
  EXPECT_NEAR(mixing_error(a, other), 0, 1e-20);
  Tensor moved = other.clone();
  moved[1][2] += 0.01;
  EXPECT_NEAR(mixing_error(a, moved), 1e-4, 1e-12);
  EXPECT_GT(mixing_error(a, other.t()), 0.1);
}

}  // namespace
}  // namespace gan
