#include "gan/kernels/images.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/kernels/channels.h"

namespace gan::kernels {
namespace {

using at::Tensor;

Tensor numbers(at::IntArrayRef shape, Format precision = Format::fp32) {
  int64_t n = 1;
  for (const int64_t side : shape) n *= side;
  const Tensor x = at::arange(n, at::kFloat).mul(0.7).sin().view(shape);
  return precision == Format::fp32 ? x : x.to(at::kBFloat16);
}

TEST(Images, ChannelsComeLastAndFirstAgain) {
  const Tensor x = numbers({2, 3, 4, 5});
  for (const Format precision : {Format::fp32, Format::bf16}) {
    Tensor last = numbers({2, 4, 5, 3}, precision).clone();
    channels_last(precision, 2, 3, 20, x.data_ptr<float>(), last.data_ptr());
    EXPECT_TRUE(at::equal(last, x.permute({0, 2, 3, 1}).contiguous().to(last.scalar_type())));
  }
  const Tensor last = x.permute({0, 2, 3, 1}).contiguous();
  Tensor first = at::empty({2, 3, 4, 5});
  channels_first(2, 3, 20, last.data_ptr<float>(), first.data_ptr<float>());
  EXPECT_TRUE(at::equal(first, x));
}

TEST(Images, NumbersAreWidenedAndAdded) {
  for (const Format precision : {Format::fp32, Format::bf16}) {
    const Tensor x = numbers({37}, precision);
    Tensor out = at::empty({37});
    widen(precision, 37, x.data_ptr(), out.data_ptr<float>());
    EXPECT_TRUE(at::equal(out, x.to(at::kFloat)));
    add(precision, 37, x.data_ptr(), out.data_ptr<float>());
    EXPECT_TRUE(at::equal(out, x.to(at::kFloat) * 2));
  }
}

struct Way {
  const char* name;
  Taps down, across;
  Tensor (*expected)(const Tensor& x);  // [B, C, H, W]
};

Tensor filter(const Tensor& x, double sum) {
  const Tensor side = at::tensor({1.f, 3.f, 3.f, 1.f});
  return (side.unsqueeze(1) * side.unsqueeze(0) * (sum / 64)).expand({x.size(1), 1, 4, 4});
}

/// Each way to resample is ATen's, and its transposed taps are its gradient.
TEST(Images, ResamplingIsATens) {
  const std::vector<Way> ways{
      {"nearest", nearest_taps(5), nearest_taps(7),
       [](const Tensor& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); }},
      {"bilinear", smooth_taps(5), smooth_taps(7),
       [](const Tensor& x) {
         return at::conv_transpose2d(x, filter(x, 4), {}, 2, 1, 0, x.size(1));
       }},
      {"halving", halving_taps(5), halving_taps(7),
       [](const Tensor& x) { return at::conv2d(x, filter(x, 1), {}, 2, 1, 1, x.size(1)); }},
      {"means", mean_taps(5, 3, 2), mean_taps(7, 3, 2),
       [](const Tensor& x) { return at::avg_pool2d(x, 3, 2); }},
      {"spans", span_taps(5, 1, 3), span_taps(7, 2, 4),
       [](const Tensor& x) { return x.narrow(2, 1, 3).narrow(3, 2, 4); }},
  };
  for (const Way& way : ways)
    for (const Format precision : {Format::fp32, Format::bf16}) {
      SCOPED_TRACE(way.name);
      const Tensor x = numbers({2, 5, 7, 3}, precision);  // channels last
      const Tensor expected =
          way.expected(x.to(at::kFloat).permute({0, 3, 1, 2}).contiguous()).permute({0, 2, 3, 1});
      Tensor out = at::full(expected.sizes(), 77.f), line = at::empty({7 * 3});
      resample(precision, 2, 3, way.down, way.across, x.data_ptr(), line.data_ptr<float>(),
               out.data_ptr<float>());
      EXPECT_TRUE(at::allclose(out, expected, 1e-5, 1e-6));

      const Tensor y = numbers(out.sizes());  // out . y = x . back
      Tensor back = at::empty({2, 5, 7, 3}), wide = at::empty({out.size(2) * 3});
      resample(Format::fp32, 2, 3, way.down.transposed(), way.across.transposed(), y.data_ptr(),
               wide.data_ptr<float>(), back.data_ptr<float>());
      EXPECT_NEAR((out * y).sum().item<double>(), (x.to(at::kFloat) * back).sum().item<double>(),
                  1e-4);
    }
}

TEST(Channels, SumsAndCombinationsAreATens) {
  constexpr int64_t kRows = 150, kChannels = 70;  // more than a block of each
  for (const Format precision : {Format::fp32, Format::bf16}) {
    const Tensor x = numbers({kRows, kChannels}, precision),
                 y = numbers({kRows, kChannels}, precision).flip(0).contiguous();
    const Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
    const Tensor mean = numbers({kChannels}), k = numbers({kChannels}).mul(2).contiguous();
    const auto zeros = [] { return at::ones({kChannels}, at::kDouble); };  // sums are added
    Tensor sums = zeros(), products = zeros(), squares = zeros();
    add_sums(precision, kRows, kChannels, x.data_ptr(), y.data_ptr(), mean.data_ptr<float>(),
             sums.data_ptr<double>(), products.data_ptr<double>());
    add_squares(precision, kRows, kChannels, x.data_ptr(), mean.data_ptr<float>(),
                squares.data_ptr<double>());
    EXPECT_TRUE(at::allclose(sums, 1 + a.sum(0), 1e-5, 1e-5));
    EXPECT_TRUE(at::allclose(products, 1 + (a * (b - mean)).sum(0), 1e-5, 1e-4));
    EXPECT_TRUE(at::allclose(squares, 1 + (a - mean).square().sum(0), 1e-5, 1e-5));
    Tensor alone = zeros();
    add_sums(precision, kRows, kChannels, x.data_ptr(), nullptr, nullptr, alone.data_ptr<double>(),
             nullptr);
    EXPECT_TRUE(at::equal(alone, sums));

    Tensor out = at::empty({kRows, kChannels});
    combine(precision, kRows, kChannels, x.data_ptr(), y.data_ptr(), mean.data_ptr<float>(),
            k.data_ptr<float>(), mean.data_ptr<float>(), out.data_ptr<float>());
    EXPECT_TRUE(
        at::allclose(out, x.to(at::kFloat) * mean + y.to(at::kFloat) * k + mean, 1e-5, 1e-5));
    combine(precision, kRows, kChannels, x.data_ptr(), nullptr, k.data_ptr<float>(), nullptr,
            mean.data_ptr<float>(), out.data_ptr<float>());
    EXPECT_TRUE(at::allclose(out, x.to(at::kFloat) * k + mean, 1e-5, 1e-5));
  }
}

}  // namespace
}  // namespace gan::kernels
