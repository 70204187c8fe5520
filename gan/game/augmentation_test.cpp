/// Transformations of D's inputs, and the probability that follows D.

#include "gan/game/augmentation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/game/adaptive.h"
#include "gan/game/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kImages = 400;

Augmenter augmenter(Augmentation kind, const Shape& shape, Scale scale = Scale::unit) {
  return Augmenter({.mode = AugmentationMode::fixed, .kinds = {{kind}}}, shape, scale);
}

Tensor pictures(const Shape& shape, int64_t n = kImages) {
  return draw_uniform(Stream(1), n, product(shape), 0).view(batch_shape(n, shape)) + 1;
}

Tensor transformed(Augmentation kind, const Tensor& x, double p = 1) {
  const Shape shape(x.sizes().begin() + 1, x.sizes().end());
  return augmenter(kind, shape).apply(x, p, Stream(2), 3, 0);
}

TEST(Augmentation, EveryKindHasARow) {
  ASSERT_EQ(augmentation_kinds().size(), names_of(Augmentation{}).size());
  for (size_t kind = 0; kind < names_of(Augmentation{}).size(); ++kind) {
    int rows = 0;
    for (const AugmentationKind& row : augmentation_kinds())
      rows += row.kind == static_cast<Augmentation>(kind);
    EXPECT_EQ(rows, 1) << names_of(Augmentation{})[kind];
  }
}

TEST(Augmentation, FlipsHalfOfTheImages) {
  const Tensor x = pictures({2, 3, 4}), y = transformed(Augmentation::flip, x);
  const Tensor same = y.eq(x).flatten(1).all(1), mirrored = y.eq(x.flip({3})).flatten(1).all(1);
  EXPECT_TRUE(same.logical_xor(mirrored).all().item<bool>());
  EXPECT_NEAR(mirrored.to(at::kFloat).mean().item<double>(), 0.5, 0.1);
}

/// By -2 ... 2 rows and -1 ... 1 columns of 16 x 8, each as often; zeros from outside.
TEST(Augmentation, TranslatesByAnEighth) {
  const Tensor x = pictures({2, 16, 8}), y = transformed(Augmentation::translation, x);
  const Tensor around = at::constant_pad_nd(x, {1, 1, 2, 2});
  Tensor found = at::zeros({5, 3});
  for (int64_t i = 0; i < kImages; ++i)
    for (int64_t row = 0; row < 5; ++row)
      for (int64_t column = 0; column < 3; ++column)
        if (at::equal(y[i], around[i].narrow(1, row, 16).narrow(2, column, 8)))
          found[row][column] += 1;
  EXPECT_EQ(found.sum().item<int64_t>(), kImages);
  EXPECT_GT(found.min().item<int64_t>(), kImages / 15 / 3) << found;
}

TEST(Augmentation, CutsOutHalfOfTheHeightAndTheWidth) {
  const Tensor x = pictures({2, 6, 5}), y = transformed(Augmentation::cutout, x);
  const Tensor cut = y.eq(0);  // [B, C, H, W]; x has no zeros
  EXPECT_TRUE(at::equal(y, at::where(cut, at::zeros_like(x), x)));
  EXPECT_TRUE(at::equal(cut.select(1, 0), cut.select(1, 1)));
  const Tensor one = cut.select(1, 0), rows = one.any(2), columns = one.any(1);
  EXPECT_TRUE(at::equal(one, rows.unsqueeze(2).logical_and(columns.unsqueeze(1))));  // rectangles
  EXPECT_EQ(rows.sum(1).max().item<int64_t>(), 3);
  EXPECT_EQ(columns.sum(1).max().item<int64_t>(), 3);  // (5 + 1) / 2
  EXPECT_TRUE(rows.any(0).all().item<bool>());         // anywhere, also at the edges
  EXPECT_TRUE(columns.any(0).all().item<bool>());
}

/// Brightness by +-1/4, saturation by 0 ... 2, contrast by 1/2 ... 3/2, worked backwards.
TEST(Augmentation, ColoursMoveWithinTheirRanges) {
  const Tensor x = pictures({3, 4, 4}), y = transformed(Augmentation::colour, x);
  const auto mean = [](const Tensor& t) { return t.mean(at::IntArrayRef{1, 2, 3}, true); };
  const Tensor brightness = mean(y) - mean(x);
  EXPECT_LE(brightness.abs().max().item<double>(), 0.25 + 1e-5);
  EXPECT_GT(brightness.abs().max().item<double>(), 0.2);
  const Tensor grey_x = x.mean(1, true) - mean(x), grey_y = y.mean(1, true) - mean(y);
  const Tensor contrast = (grey_y * grey_x).sum(at::IntArrayRef{1, 2, 3}) /
                          grey_x.square().sum(at::IntArrayRef{1, 2, 3});  // [B]
  EXPECT_TRUE(at::allclose(grey_y, grey_x * contrast.view({-1, 1, 1, 1}), 1e-3, 1e-5));
  EXPECT_NEAR(contrast.min().item<double>(), 0.5, 0.05);
  EXPECT_NEAR(contrast.max().item<double>(), 1.5, 0.05);
  const Tensor colour_x = x - x.mean(1, true), colour_y = y - y.mean(1, true);
  const Tensor both = (colour_y * colour_x).sum(at::IntArrayRef{1, 2, 3}) /
                      colour_x.square().sum(at::IntArrayRef{1, 2, 3});
  const Tensor saturation = both / contrast;
  EXPECT_TRUE(at::allclose(colour_y, colour_x * both.view({-1, 1, 1, 1}), 1e-3, 1e-5));
  EXPECT_NEAR(saturation.min().item<double>(), 0, 0.05);
  EXPECT_NEAR(saturation.max().item<double>(), 2, 0.05);
  const Tensor wide =
      augmenter(Augmentation::colour, {3, 4, 4}, Scale::symmetric).apply(x, 1, Stream(2), 3, 0);
  EXPECT_TRUE(at::allclose(mean(wide) - mean(x), 2 * brightness, 1e-3, 1e-5));
}

TEST(Augmentation, OpacityStays) {
  const Tensor x = pictures({4, 3, 3}, 20), y = transformed(Augmentation::colour, x);
  EXPECT_TRUE(at::equal(y.select(1, 3), x.select(1, 3)));
  EXPECT_FALSE(at::allclose(y.select(1, 0), x.select(1, 0)));
}

TEST(Augmentation, TransformsAShareOfTheImages) {
  const Tensor x = pictures({3, 8, 8});
  for (const Augmentation kind :
       {Augmentation::translation, Augmentation::cutout, Augmentation::colour}) {
    EXPECT_TRUE(at::equal(transformed(kind, x, 0), x));
    const Tensor touched = transformed(kind, x, 0.3).ne(x).flatten(1).any(1);
    EXPECT_NEAR(touched.to(at::kFloat).mean().item<double>(), 0.3, 0.09);
    const Tensor all = transformed(kind, x);  // what is transformed is as with p = 1
    EXPECT_TRUE(
        at::allclose(transformed(kind, x, 0.3), at::where(touched.view({-1, 1, 1, 1}), all, x)));
  }
}

TEST(Augmentation, DependsOnTheNumberOfAnImage) {
  const Augmenter all({.mode = AugmentationMode::fixed,
                       .kinds = {{Augmentation::flip, Augmentation::translation,
                                  Augmentation::cutout, Augmentation::colour}}},
                      {3, 8, 8}, Scale::unit);
  const Tensor x = pictures({3, 8, 8}, 30), y = all.apply(x, 0.7, Stream(2), 3, 0);
  EXPECT_TRUE(
      at::allclose(all.apply(x.narrow(0, 10, 5), 0.7, Stream(2), 3, 10), y.narrow(0, 10, 5)));
  EXPECT_FALSE(at::allclose(all.apply(x, 0.7, Stream(2), 4, 0), y));
  EXPECT_FALSE(at::allclose(all.apply(x, 0.7, Stream(9), 3, 0), y));
  // as rows of numbers, or two at a time
  EXPECT_TRUE(at::equal(all.apply(x.flatten(1), 0.7, Stream(2), 3, 0).view(x.sizes()), y));
  EXPECT_TRUE(at::equal(all.apply(x.view({15, 6, 8, 8}), 0.7, Stream(2), 3, 0).view(x.sizes()), y));
}

TEST(Augmentation, GradientsAgreeWithFiniteDifferences) {
  for (const Augmentation kind : {Augmentation::flip, Augmentation::translation,
                                  Augmentation::cutout, Augmentation::colour}) {
    Tensor x = pictures({3, 4, 3}, 3).to(at::kDouble).requires_grad_();
    const Tensor weights = at::arange(x.numel(), at::kDouble).cos().view(x.sizes());
    const auto loss = [&] { return (transformed(kind, x).tanh() * weights).sum(); };
    const Tensor gradient = torch::autograd::grad({loss()}, {x})[0];
    const at::NoGradGuard no_grad;
    Tensor flat = x.view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>(), h = 1e-6;
      flat[i].fill_(old + h);
      const double up = loss().item<double>();
      flat[i].fill_(old - h);
      const double down = loss().item<double>();
      flat[i].fill_(old);
      EXPECT_NEAR(gradient.reshape(-1)[i].item<double>(), (up - down) / (2 * h), 1e-8)
          << static_cast<int>(kind) << " " << i;
    }
  }
}

// --- The probability ---

/// So many answers to 10 examples, of which `above` are positive.
Tensor answers(int64_t above) {
  return at::where(at::arange(10).lt(above), at::full({10}, 0.2), at::full({10}, -3.0));
}

/// After every fourth update p moves by 40 / 1000 towards r = .6: 8 of 10 above are exactly that.
TEST(AdaptiveProbability, FollowsTheSignsOfD) {
  AdaptiveProbability adaptive(1000);
  const auto four = [&](std::initializer_list<int64_t> above) {
    for (const int64_t n : above) adaptive.saw(answers(n), 10);
    return adaptive.p();
  };
  EXPECT_DOUBLE_EQ(four({10, 10, 10}), 0);     // not yet
  EXPECT_DOUBLE_EQ(four({10}), 0.04);          // r = 1
  EXPECT_DOUBLE_EQ(four({8, 8, 8, 8}), 0.04);  // r = .6
  EXPECT_DOUBLE_EQ(four({9, 8, 8, 8}), 0.08);  // r = .65
  EXPECT_DOUBLE_EQ(four({7, 8, 8, 8}), 0.04);  // r = .55
  EXPECT_DOUBLE_EQ(four({0, 0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(four({0, 0, 0, 0}), 0);  // never below
  for (int i = 0; i < 30; ++i) four({10, 10, 10, 10});
  EXPECT_DOUBLE_EQ(adaptive.p(), 0.8);  // never above
}

TEST(AdaptiveProbability, PacksCountAllTheirExamples) {
  AdaptiveProbability adaptive(1000);
  for (int i = 0; i < 4; ++i) adaptive.saw(answers(10), 30);
  EXPECT_DOUBLE_EQ(adaptive.p(), 0.12);
}

TEST(AdaptiveProbability, GoesOnFromItsState) {
  AdaptiveProbability whole(1000), first(1000), second(1000);
  const std::vector<int64_t> seen{10, 9, 10, 10, 10, 9, 2, 9, 10, 10, 8, 10};
  for (const int64_t n : seen) whole.saw(answers(n), 10);
  std::map<std::string, Tensor> saved;
  for (size_t i = 0; i < 6; ++i) first.saw(answers(seen[i]), 10);
  first.visit_state([&](const std::string& name, Tensor& t) { saved[name] = t.clone(); });
  ASSERT_EQ(saved.size(), 2u);
  second.visit_state([&](const std::string& name, Tensor& t) { t.copy_(saved.at(name)); });
  for (size_t i = 6; i < seen.size(); ++i) second.saw(answers(seen[i]), 10);
  EXPECT_EQ(second.p(), whole.p());
  EXPECT_GT(whole.p(), 0);
}

}  // namespace
}  // namespace gan
