/// Layers that see labels, against their formulas.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/nets/fused.h"
#include "gan/nets/network.h"

namespace gan {
namespace {

Network build(const NetworkSpec& spec, const Shape& input, int64_t classes) {
  return Network(spec, input, "discriminator", Stream(3), {}, at::kCPU, classes);
}

void fill(Network& network, const std::map<std::string, Tensor>& values) {
  const at::NoGradGuard no_grad;
  network.visit_state("", [&](const std::string& name, Tensor& t) { t.copy_(values.at(name)); });
}

TEST(Projection, IsALinearMapAndTheProductWithTheLabelsEmbedding) {  // w x + b + x . e[y]
  Network net = build({Projection{}}, {2}, 3);
  fill(net, {{"projection1.weight", at::tensor({10.f, 20.f}).view({1, 2})},
             {"projection1.bias", at::tensor({0.5f})},
             {"projection1.embedding", at::tensor({1.f, 0.f, 0.f, 1.f, -2.f, 3.f}).view({3, 2})}});
  const Tensor x = at::tensor({1.f, 2.f}).repeat({3, 1});
  const Tensor y = net(x, {.label = at::tensor({0, 1, 2}, at::kLong)});
  EXPECT_TRUE(at::equal(y, at::tensor({50.5f + 1, 50.5f + 2, 50.5f + 4}).view({3, 1})));
}

TEST(Projection, EmbeddingsStartSoThatTheirProductHasTheVarianceOfAFeature) {
  Network net = build({Projection{}}, {64}, 500);
  const Tensor embedding = net.parameters()[2];  // [classes, features]
  ASSERT_EQ(embedding.sizes(), (Shape{500, 64}));
  EXPECT_NEAR(embedding.std().item<double>(), 1 / 8.0, 0.002);
}

TEST(ClassEmbedding, IsJoinedToTheRow) {
  Network net = build({ClassEmbedding{.size = 2}}, {1, 1, 3}, 2);
  fill(net, {{"class-embedding1.embedding", at::tensor({7.f, 8.f, -7.f, -8.f}).view({2, 2})}});
  const Tensor y =
      net(at::arange(6, at::kFloat).view({2, 1, 1, 3}), {.label = at::tensor({1, 0}, at::kLong)});
  EXPECT_TRUE(
      at::equal(y, at::tensor({0.f, 1.f, 2.f, -7.f, -8.f, 3.f, 4.f, 5.f, 7.f, 8.f}).view({2, 5})));
}

TEST(ClassEmbedding, StartsAsUnitNormals) {
  const Tensor embedding = build({ClassEmbedding{.size = 64}}, {3}, 500).parameters()[0];
  ASSERT_EQ(embedding.sizes(), (Shape{500, 64}));
  EXPECT_NEAR(embedding.std().item<double>(), 1, 0.02);
  EXPECT_NEAR(embedding.mean().item<double>(), 0, 0.03);
}

TEST(Labels, MayLieBetweenClasses) {
  Network net = build({ClassEmbedding{.size = 2}, Projection{}}, {3}, 2);
  const Tensor x = at::ones({3, 3}), shares = at::tensor({1.f, 0.f, 0.f, 1.f, .25f, .75f});
  const Tensor ends = net(x.narrow(0, 0, 2), {.label = at::tensor({0, 1}, at::kLong)});
  const Tensor mixed = net(x, {.label = shares.view({3, 2})});
  EXPECT_TRUE(at::allclose(mixed.narrow(0, 0, 2), ends));
  EXPECT_FALSE(at::allclose(mixed[2], ends[0]));
  net.fuse(kernels::Format::fp32);  // which only knows whole classes
  EXPECT_TRUE(at::allclose(net.infer(x, shares.view({3, 2})), mixed));
}

TEST(ClassEmbedding, IsTheMeanByTheSharesOfClasses) {
  Network net = build({ClassEmbedding{.size = 2}}, {1}, 2);
  fill(net, {{"class-embedding1.embedding", at::tensor({8.f, 4.f, -8.f, 0.f}).view({2, 2})}});
  const Tensor y = net(at::zeros({1, 1}), {.label = at::tensor({.25f, .75f}).view({1, 2})});
  EXPECT_TRUE(at::equal(y, at::tensor({0.f, -4.f, 1.f}).view({1, 3})));
}

TEST(Labels, AreAskedFor) {
  const Network net = build({ClassEmbedding{.size = 2}, Projection{}}, {3}, 2);
  EXPECT_THROW(net(at::ones({4, 3})), std::logic_error);
  EXPECT_THROW(net(at::ones({4, 3}), {.label = at::zeros({3}, at::kLong)}), std::logic_error);
  EXPECT_EQ(net(at::ones({4, 3}), {.label = at::zeros({4}, at::kLong)}).sizes(), (Shape{4, 1}));
}

TEST(Labels, TheFusedEngineAsksForThemToo) {
  Network net = build({ClassEmbedding{.size = 2}, Projection{}}, {3}, 2);
  const Tensor x = at::ones({4, 3}), label = at::tensor({0, 1, 1, 0}, at::kLong);
  const Tensor expected = net(x, {.label = label});
  net.fuse(kernels::Format::fp32);
  EXPECT_TRUE(at::allclose(net.infer(x, label), expected));
  EXPECT_THROW(net.infer(x), std::logic_error);
  EXPECT_THROW(net.infer(x, label.slice(0, 1)), std::logic_error);
  EXPECT_THROW(net.infer(x, label + 1), std::logic_error);
}

}  // namespace
}  // namespace gan
