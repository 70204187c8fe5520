#include "gan/kernels/patches.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace gan::kernels {
namespace {

using at::Tensor;

const std::vector<Sliding> kSlidings{
    {.channels = 1,
     .height = 28,
     .width = 28,
     .rows = 14,
     .columns = 14,
     .kernel = 4,
     .stride = 2,
     .pad = 1},
    {.channels = 3,
     .height = 33,
     .width = 47,
     .rows = 17,
     .columns = 24,
     .kernel = 3,
     .stride = 2,
     .pad = 1},
    {.channels = 64,
     .height = 5,
     .width = 4,
     .rows = 5,
     .columns = 4,
     .kernel = 3,
     .stride = 1,
     .pad = 1},
    {.channels = 6,
     .height = 6,
     .width = 7,
     .rows = 4,
     .columns = 5,
     .kernel = 3,
     .stride = 1,
     .pad = 0,
     .groups = 3},
    {.channels = 2,
     .height = 3,
     .width = 2,
     .rows = 9,
     .columns = 8,
     .kernel = 1,
     .stride = 1,
     .pad = 3},
    {.channels = 5,
     .height = 4,
     .width = 4,
     .rows = 4,
     .columns = 4,
     .kernel = 1,
     .stride = 1,
     .pad = 0},
};

Tensor numbers(const std::vector<int64_t>& shape) {
  int64_t n = 1;
  for (const int64_t side : shape) n *= side;
  return at::arange(n, at::kFloat).mul(0.7).sin().view(shape);
}

/// ATen's im2col of images [n, C, H, W], in the order of gather_patches.
Tensor unfolded(const Sliding& s, const Tensor& images) {
  const int64_t n = images.size(0), k = s.kernel;
  return at::im2col(images, {k, k}, {1, 1}, {s.pad, s.pad}, {s.stride, s.stride})
      .view({n, s.groups, s.channels / s.groups, k * k, s.positions()})
      .permute({0, 4, 1, 3, 2})
      .contiguous()
      .view({n * s.rows, s.columns, s.patch()});
}

TEST(Patches, AreThoseOfIm2col) {
  for (const Sliding& s : kSlidings)
    for (const Format precision : {Format::fp32, Format::bf16}) {
      const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
      const Tensor images = numbers({3, s.channels, s.height, s.width}).to(type).to(at::kFloat);
      const Tensor last = images.permute({0, 2, 3, 1}).contiguous().to(type);
      const Tensor all = unfolded(s, images);
      for (const auto& [first, lines] : {std::pair{int64_t{0}, 3 * s.rows}, {s.rows - 1, s.rows}}) {
        Tensor out = at::full({lines, s.columns, s.patch()}, 77.f).to(type);
        gather_patches(precision, s, last.data_ptr(), first, lines, out.data_ptr());
        EXPECT_TRUE(at::equal(out.to(at::kFloat), all.narrow(0, first, lines)))
            << s.channels << " channels, lines from " << first;
      }
    }
}

/// (patches of x) . y = x . (y put back)
TEST(Patches, GoBackToWhereTheyCameFrom) {
  for (const Sliding& s : kSlidings) {
    const Tensor y = numbers({2 * s.rows, s.columns, s.patch()});
    Tensor back = at::zeros({2, s.height, s.width, s.channels});
    scatter_patches(s, y.data_ptr<float>(), 0, 1, back.data_ptr<float>());  // in two goes
    scatter_patches(s, y.data_ptr<float>() + s.columns * s.patch(), 1, 2 * s.rows - 1,
                    back.data_ptr<float>());
    const Tensor x = at::arange(back.numel(), at::kFloat).mul(0.3).cos().view(back.sizes());
    const Tensor patches = unfolded(s, x.permute({0, 3, 1, 2}));
    EXPECT_NEAR((patches * y).sum().item<double>(), (x * back).sum().item<double>(), 2e-3);
    EXPECT_GT(back.abs().sum().item<double>(), 1);
  }
}

}  // namespace
}  // namespace gan::kernels
