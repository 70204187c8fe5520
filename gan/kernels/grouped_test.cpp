#include "gan/kernels/grouped.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gan::kernels {
namespace {

using at::Tensor;

/// A 28 x 28 image, lines of 3 positions, and one position; kernels of one to five lines.
const std::vector<Sliding> kShapes{
    {.channels = 32,
     .height = 28,
     .width = 28,
     .rows = 28,
     .columns = 28,
     .kernel = 3,
     .stride = 1,
     .pad = 1,
     .groups = 2},
    {.channels = 48,
     .height = 5,
     .width = 3,
     .rows = 5,
     .columns = 3,
     .kernel = 3,
     .stride = 1,
     .pad = 1,
     .groups = 3},
    {.channels = 32,
     .height = 11,
     .width = 16,
     .rows = 9,
     .columns = 14,
     .kernel = 5,
     .stride = 1,
     .pad = 1,
     .groups = 2},
    {.channels = 32,
     .height = 6,
     .width = 7,
     .rows = 9,
     .columns = 10,
     .kernel = 4,
     .stride = 1,
     .pad = 3,
     .groups = 2},
    {.channels = 32,
     .height = 4,
     .width = 4,
     .rows = 1,
     .columns = 1,
     .kernel = 4,
     .stride = 1,
     .pad = 0,
     .groups = 2},
    {.channels = 32,
     .height = 2,
     .width = 9,
     .rows = 2,
     .columns = 9,
     .kernel = 1,
     .stride = 1,
     .pad = 0,
     .groups = 2},
};

/// float32, bfloat16 widened, and pairs of bfloat16, as one instruction or written out.
struct Way {
  Format format;
  bool pairs;
};
const std::vector<Way> kWays{{Format::fp32, false}, {Format::bf16, false}, {Format::bf16, true}};

/// As `format` rounds them, of float32.
Tensor numbers(const std::vector<int64_t>& shape, Format format, double step) {
  int64_t n = 1;
  for (const int64_t side : shape) n *= side;
  const Tensor x = at::arange(n, at::kFloat).mul(step).sin().view(shape);
  return format == Format::bf16 ? x.to(at::kBFloat16).to(at::kFloat) : x;
}
Tensor channels_last(const Tensor& images, Format format) {
  return images.permute({0, 2, 3, 1})
      .contiguous()
      .to(format == Format::bf16 ? at::kBFloat16 : at::kFloat);
}

/// A convolution with ATen's own gradients, in float64.
struct Expected {
  Tensor small, big, weights;
};
Expected by_aten(const Sliding& s, const Tensor& big, const Tensor& weights, const Tensor& d) {
  const Tensor x = big.to(at::kDouble).requires_grad_(),
               w = weights.to(at::kDouble).requires_grad_();
  const Tensor y = at::conv2d(x, w, {}, 1, s.pad, 1, s.groups);
  y.backward(d.to(at::kDouble));
  return {y.detach(), x.grad(), w.grad()};
}

double difference(const Tensor& a, const Tensor& expected) {
  return (a.to(at::kDouble) - expected).abs().max().item<double>();
}

TEST(Grouped, PassesAreThoseOfAten) {
  constexpr int64_t kImages = 3;
  for (const Sliding& s : kShapes)
    for (const Way& way : kWays) {
      const std::string where = std::to_string(s.height) + " lines, kernel " +
                                std::to_string(s.kernel) + (way.pairs ? ", pairs" : "");
      const int64_t k = s.kernel;
      const Tensor big = numbers({kImages, s.channels, s.height, s.width}, way.format, 0.7),
                   d = numbers({kImages, s.channels, s.rows, s.columns}, way.format, 0.31),
                   w = numbers({s.channels, kGroupChannels, k, k}, way.format, 0.53);
      const Expected expected = by_aten(s, big, w, d);
      const Tensor x_last = channels_last(big, way.format), d_last = channels_last(d, way.format),
                   w_last = channels_last(w, way.format);
      GroupedConvolution grouped(way.format, s, way.pairs);
      grouped.set_kernels(w_last.data_ptr(), 7, s.channels);
      grouped.set_kernels(w_last.data_ptr(), 0, 7);
      GroupedConvolution::Scratch scratch;
      Tensor small = at::full({kImages, s.rows, s.columns, s.channels}, 77.f),
             back = at::full({kImages, s.height, s.width, s.channels}, 77.f),
             sum = at::ones({s.channels, k, k, kGroupChannels});
      for (int64_t i = 0; i < kImages; ++i) {
        grouped.down(x_last[i].data_ptr(), scratch, small[i].data_ptr<float>());
        grouped.up(d_last[i].data_ptr(), scratch, back[i].data_ptr<float>());
      }
      grouped.add_gradient(kImages, d_last.data_ptr(), x_last.data_ptr(), scratch,
                           sum.data_ptr<float>());
      EXPECT_LT(difference(small.permute({0, 3, 1, 2}), expected.small), 1e-4) << where;
      EXPECT_LT(difference(back.permute({0, 3, 1, 2}), expected.big), 1e-4) << where;
      EXPECT_LT(difference(sum.permute({0, 3, 1, 2}), expected.weights + 1), 5e-4) << where;
    }
}

TEST(Grouped, FitsGroupsOf16AndStride1) {
  const Sliding good = kShapes.front();
  const auto fits = [](Sliding s, int64_t kernels) {
    return GroupedConvolution::fits(Format::fp32, s, kernels);
  };
  EXPECT_TRUE(fits(good, 32));
  EXPECT_FALSE(fits(good, 64));
  Sliding s = good;
  s.groups = 1;
  EXPECT_FALSE(fits(s, 32));
  s = good;
  s.stride = 2;
  EXPECT_FALSE(fits(s, 32));
  s = good;
  s.pad = 3;
  EXPECT_FALSE(fits(s, 32));
}

}  // namespace
}  // namespace gan::kernels
