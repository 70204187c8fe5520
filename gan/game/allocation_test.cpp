/// What a training step allocates: it must not grow with the batch, nor with the parameters.

#include <ATen/ATen.h>
#include <dlfcn.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "gan/game/trainer.h"
#include "gan/kernels/testing.h"

namespace {

std::atomic<int64_t> allocated{0};

}  // namespace

/// Where tensors' memory comes from. What oneDNN takes for the length of one product is bounded,
/// and not counted.
extern "C" int posix_memalign(void** out, size_t alignment, size_t n) {
  Dl_info caller{};
  if (dladdr(__builtin_return_address(0), &caller) != 0 && std::strstr(caller.dli_fname, "libc10"))
    allocated += static_cast<int64_t>(n);
  *out = std::aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment);
  return *out ? 0 : ENOMEM;
}

__attribute__((noinline)) void* operator new(size_t n) {
  allocated += static_cast<int64_t>(n);
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
  std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, size_t) noexcept {
  std::free(p);
}

namespace gan {
namespace {

struct Case {
  const char *rule, *generator, *discriminator;  ///< {} is the width
};

/// Bytes of one step, once buffers have their sizes.
int64_t bytes_of_step(const Case& of, int64_t batch, int64_t width) {
  const Config c = parse_config(
      fmt::format("{}\n[run]\nengine = \"fused\"\nprecision = \"{}\"\n[training]\nbatch_size = {}\n"
                  "[generator]\nnoise_size = 10\nlayers = [{}]\n[discriminator]\nlayers = [{}]\n",
                  of.rule, kernels::has_bf16() ? "bf16" : "fp32", batch,
                  fmt::format(fmt::runtime(of.generator), width),
                  fmt::format(fmt::runtime(of.discriminator), width)),
      "test");
  Trainer trainer({.config = c, .data = {.shape = {20}}, .batches_per_epoch = 100});
  struct Same : Batches {
    Tensor x;
    Batch next() override { return {.x = x}; }
  } data;
  data.x = at::rand({batch, 20});
  for (int64_t t = 0; t < 3; ++t) trainer.step(t, data);
  const int64_t before = allocated;
  trainer.step(3, data);
  return allocated - before;
}

constexpr const char* kRelativistic =
    "[game]\nvalue = \"relativistic\"\nr1 = 1.0\nr2 = 1.0\naveraging = 0.99";
constexpr const char* kSimultaneous =
    "[game]\nupdate = \"simultaneous\"\n[optimizer]\nmethod = \"momentum\"";
constexpr const char* kDenseG =
    R"({{ layer = "dense", units = {0}, activation = "relu" }}, {{ layer = "dense", units = 20, activation = "sigmoid" }})";
constexpr const char* kDenseD =
    R"({{ layer = "dropout", keep = 0.8 }}, {{ layer = "maxout", units = {0}, pieces = 3 }}, {{ layer = "dense", units = 1 }})";
constexpr const char* kImagesG =
    R"({{ layer = "dense", units = {0} }}, {{ layer = "reshape", shape = [{0}, 1, 1] }}, {{ layer = "transposed-convolution", channels = 1, kernel = 5, activation = "sigmoid" }}, {{ layer = "convolution", channels = 1, kernel = 2, input = [1, 5, 5] }}, {{ layer = "dense", units = 20 }})";
constexpr const char* kImagesD =
    R"({{ layer = "convolution", channels = {0}, kernel = 3, input = [1, 5, 4], activation = "leaky-relu" }}, {{ layer = "dense", units = 1 }})";

class Allocation : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Rules, Allocation,
                         testing::Values(Case{kSimultaneous, kDenseG, kDenseD},
                                         Case{kRelativistic, kDenseG, kDenseD},
                                         Case{kRelativistic, kImagesG, kImagesD}));

TEST_P(Allocation, OfAStepDoesNotGrowWithParametersNorMuchWithTheBatch) {
  const int64_t small = bytes_of_step(GetParam(), 100, 30),
                wide = bytes_of_step(GetParam(), 100, 3000),
                large = bytes_of_step(GetParam(), 2000, 30);
  EXPECT_GT(small, 0);
  EXPECT_LT(wide, small + 128 * 1024)
      << "a few hundred bytes for each tile of a product; the parameters alone are 1.1 MB more";
  EXPECT_LT((large - small) / 1900, 500) << "bytes an example: its noise and its logits";
}

}  // namespace
}  // namespace gan
