#include "gan/model/checkpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "gan/core/testing.h"

namespace gan {
namespace {

struct State {
  Tensor w = at::arange(6, at::kFloat).view({2, 3}), n = at::full({}, 7, at::kLong),
         d = at::full({2}, 0.1, at::kDouble);
  StateVisit walk() {
    return [this](const StateVisitor& visit) {
      visit("w", w);
      visit("n", n);
      visit("d", d);
    };
  }
};

TEST(Checkpoint, RoundTripsEveryTypeAndTheMetadata) {
  State a, b;
  const std::string bytes = write_checkpoint(a.walk(), {{"step", "12"}});
  b.w.zero_();
  b.n.zero_();
  b.d.zero_();
  const SafeTensors content = parse_safetensors(bytes, "x");
  read_checkpoint(content, b.walk(), "x");
  EXPECT_TRUE(at::equal(a.w, b.w) && at::equal(a.n, b.n) && at::equal(a.d, b.d));
  EXPECT_EQ(content.metadata.at("step"), "12");
  EXPECT_EQ(write_checkpoint(b.walk(), {{"step", "12"}}), bytes);
}

TEST(Checkpoint, FillsParametersThatRequireGradients) {
  State a, b;
  b.w = at::zeros({2, 3}).requires_grad_();
  const std::string bytes = write_checkpoint(a.walk(), {});
  read_checkpoint(parse_safetensors(bytes, "x"), b.walk(), "x");
  EXPECT_TRUE(at::equal(a.w, b.w.detach()));
  EXPECT_TRUE(b.w.requires_grad());
}

TEST(Checkpoint, SaysWhatDoesNotFit) {
  State a;
  const std::string bytes = write_checkpoint(a.walk(), {});
  const auto complaint = [&](const StateVisit& walk) {
    return gan::complaint(
        [&] { read_checkpoint(parse_safetensors(bytes, "x.safetensors"), walk, "x.safetensors"); });
  };
  State b;
  b.w = at::zeros({3, 2});
  EXPECT_EQ(
      complaint(b.walk()),
      "x.safetensors: 'w' is F32 [2, 3], expected F32 [3, 2]: the checkpoint does not belong to this configuration");
  b.w = at::zeros({2, 3}, at::kDouble);
  EXPECT_NE(complaint(b.walk()).find("expected F64"), std::string::npos);
  Tensor other = at::zeros({1});
  EXPECT_NE(
      complaint([&](const StateVisitor& visit) { visit("other", other); }).find("holds no 'other'"),
      std::string::npos);
}

TEST(Checkpoint, AFlippedBitIsNoticed) {
  State a;
  std::string bytes = write_checkpoint(a.walk(), {{"step", "3"}});
  EXPECT_EQ(parse_checkpoint(bytes, "x").metadata.at("step"), "3");
  EXPECT_THROW(parse_checkpoint(format_safetensors({}), "x"), DataError);  // without any checksum
  bytes.back() ^= 1;
  try {
    parse_checkpoint(bytes, "x");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("x: is damaged: its checksum"), std::string::npos)
        << error.what();
  }
}

TEST(Checkpoint, FiniteMeansEveryNumber) {
  State a;
  EXPECT_EQ(first_not_finite(a.walk()), "");
  a.w[1][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(first_not_finite(a.walk()), "w");
  a.w[1][2] = 0;
  a.d[0] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(first_not_finite(a.walk()), "d");
}

}  // namespace
}  // namespace gan
