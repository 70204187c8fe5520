/// Spectral normalisation against singular values, and against Python PyTorch's
/// torch.nn.utils.spectral_norm as numbers that tools/golden/penalties.py stored.

#include "gan/nets/spectral_norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/core/testing.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"
#include "gan/nets/fused.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

double largest_singular_value(const Tensor& matrix) {
  return std::get<1>(at::svd(matrix.to(at::kDouble))).max().item<double>();
}

TEST(SpectralNorm, WeightsHaveTheLargestSingularValueOne) {
  const Tensor weight = draw_normal(Stream(1), 6, 4 * 3 * 3, 0).view({6, 4, 3, 3});
  for (const int64_t dimension : {0, 1}) {
    SpectralNorm norm(weight, dimension, Stream(2));
    for (int i = 0; i < 100; ++i) norm.iterate(weight);
    const Tensor rows = norm.normalised(weight).transpose(0, dimension).flatten(1);
    EXPECT_NEAR(largest_singular_value(rows), 1, 1e-5) << dimension;
  }
}

TEST(SpectralNorm, BeginsNearTheSingularValue) {
  const Tensor weight = draw_normal(Stream(1), 20, 30, 0);
  const SpectralNorm norm(weight, 0, Stream(2));
  const double estimated = largest_singular_value(norm.normalised(weight));
  EXPECT_GT(estimated, 0.99);
  EXPECT_LT(estimated, 1.1);
}

TEST(SpectralNorm, IteratesOnceForAnUpdateAndNeverInAPass) {
  Network net({Dense{.units = 5, .spectral_norm = {true}}}, {7}, "test", Stream(3), {}, at::kCPU);
  const auto state = [&] {
    std::map<std::string, Tensor> out;
    net.visit_state("",
                    [&](const std::string& name, Tensor& t) { out[name] = t.detach().clone(); });
    return out;
  };
  const auto before = state();
  ASSERT_EQ(before.size(), 4u);
  const Tensor x = draw_normal(Stream(4), 3, 7, 0);
  const Tensor y = net(x, {.training = true}).detach();
  EXPECT_TRUE(at::equal(net(x), y));
  EXPECT_TRUE(at::equal(state().at("dense1.u"), before.at("dense1.u")));
  {
    const at::NoGradGuard no_grad;
    net.parameters()[0].add_(draw_normal(Stream(5), 5, 7, 0));
  }
  net.constrain();
  const auto after = state();
  const Tensor w = after.at("dense1.weight"), v = at::mv(w.t(), before.at("dense1.u"));
  EXPECT_TRUE(at::allclose(after.at("dense1.v"), v / v.norm(), 1e-4, 1e-6));
  const Tensor u = at::mv(w, after.at("dense1.v"));
  EXPECT_TRUE(at::allclose(after.at("dense1.u"), u / u.norm(), 1e-4, 1e-6));
}

/// Outputs, gradients and the state of the iteration over four updates.
TEST(SpectralNorm, IsTorchs) {
  const auto rows = golden("spectral_norm.json");
  ASSERT_EQ(rows.size(), 3u);
  for (const auto& row : rows) {
    const std::string layers = row["layers"];
    const Config c = parse_config("[generator]\nlayers = " + layers, "golden");
    const Shape shape = row["shape"].get<Shape>();
    Network net(c.generator.layers, shape, "test", Stream(1), {}, at::kCPU);
    const auto each = [&](const nlohmann::json& stored, const auto& use) {
      net.visit_state("", [&](const std::string& name, Tensor& t) {
        const std::string key = name.substr(name.find('.') + 1);
        if (!stored.contains(key)) throw std::logic_error("nothing is stored for " + name);
        use(name, t, golden_tensor(stored[key]).view(t.sizes()));
      });
    };
    each(row["start"], [](const std::string&, Tensor& t, const Tensor& value) {
      const bool learned = t.requires_grad();
      t = value.clone().requires_grad_(learned);  // float64
    });
    const Tensor x = at::arange(5 * product(shape), at::kDouble).mul(0.37).sin().view({5, -1});
    const auto expect = [&](const Tensor& got, const nlohmann::json& stored) {
      EXPECT_TRUE(at::allclose(got.reshape(-1), golden_tensor(stored), 1e-8, 1e-9)) << layers;
    };
    for (const auto& step : row["steps"]) {
      const Tensor y = net(x, {.training = true});
      expect(y.detach(), step["output"]);
      const Tensor slope = at::arange(y.numel(), at::kDouble).mul(0.51).sin().view(y.sizes());
      const auto gradients = torch::autograd::grad({(y * slope).sum()}, net.parameters());
      expect(gradients[0], step["weight"]);
      expect(gradients[1], step["bias"]);
      const at::NoGradGuard no_grad;
      for (size_t i = 0; i < 2; ++i) net.parameters()[i].sub_(gradients[i], 0.1);
      net.constrain();
    }
    each(row["end"], [&](const std::string& name, const Tensor& t, const Tensor& value) {
      EXPECT_TRUE(at::allclose(t.detach(), value, 1e-8, 1e-9)) << layers << " " << name;
    });
    expect(net(x).detach(), row["evaluated"]);
  }
}

TEST(SpectralNorm, IsOfTheReferenceEngine) {
  const NetworkSpec spec{Dense{.units = 3}, Dense{.units = 1, .spectral_norm = {true}}};
  EXPECT_EQ(FusedEngine::unsupported(spec, false), "layer 2 (dense) has a spectral norm");
}

TEST(SpectralNorm, RefusesWhatItCannotDivide) {
  const auto refused = [](const Dense& dense) {
    return complaint<UsageError>([&] { shapes({dense}, {4}, "discriminator"); });
  };
  EXPECT_TRUE(holds(refused({.units = 3, .max_norm = 1, .spectral_norm = {true}}),
                    "max_norm and spectral_norm limit the same weights"));
  EXPECT_TRUE(holds(refused({.units = 3, .init = {Init::Kind::zero}, .spectral_norm = {true}}),
                    "init = \"zero\" makes that 0"));
  EXPECT_EQ(refused({.units = 3, .spectral_norm = {true}}), "");
}

TEST(SpectralNorm, StandsInARecipeOnlyWhereItIsOn) {
  Config c;
  c.discriminator.layers = {Dense{.units = 3}};
  EXPECT_EQ(format_config(c).find("spectral_norm"), std::string::npos);
  c.discriminator.layers = {Dense{.units = 3, .spectral_norm = {true}}};
  const std::string text = format_config(c);
  EXPECT_NE(text.find(", spectral_norm = true }"), std::string::npos);
  EXPECT_EQ(format_config(parse_config(text, "x")), text);
}

}  // namespace
}  // namespace gan
