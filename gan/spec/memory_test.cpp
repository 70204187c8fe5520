#include "gan/spec/memory.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

Config two_layers(int64_t units) {
  Config c;
  c.training.batch_size = 10;
  c.generator.noise_size = 3;
  c.generator.layers = {Dense{.units = units}, Dense{.units = 2}};
  c.discriminator.layers = {Maxout{.units = 5, .pieces = 4}, Dropout{}, Dense{.units = 1}};
  return c;
}

TEST(MemoryNeed, CountsWeightsGradientsMomentsAverageAndACheckpoint) {
  Config c = two_layers(7);
  const double g = 7 * (3 + 1) + 2 * (7 + 1), d = 5 * 4 * (2 + 1) + (5 + 1);
  c.optimizer.method = Method::momentum;
  EXPECT_EQ(memory_need(c, 2).parameters, 4 * (2 * 2 * (g + d) + (g + d)));  // (weights + moment), again in a checkpoint; gradients
  c.optimizer.method = Method::adam, c.game.averaging = 0.999;
  EXPECT_EQ(memory_need(c, 2).parameters, 4 * (2 * (3 * (g + d) + g) + (g + d)));
}

TEST(MemoryNeed, GrowsWithTheBatchAndWithPenalties) {
  Config c = two_layers(7);
  const double ten = memory_need(c, 2).batch;
  c.training.batch_size = 20;
  EXPECT_EQ(memory_need(c, 2).batch, 2 * ten);
  c.game.r1 = 1;
  EXPECT_GT(memory_need(c, 2).batch, 2 * ten);
}

TEST(MemoryNeed, AModelIsItsParameters) {
  Config c = two_layers(7);
  EXPECT_EQ(model_bytes(c, 2), 4 * (7 * (3 + 1) + 2 * (7 + 1)));
  c.run.model = ModelKind::bernoulli_mixture, c.mixture.components = 5;
  EXPECT_EQ(model_bytes(c, 2), 8 * 5 * 2);
}

TEST(MemoryNeed, AnAbsurdNetworkNeedsAnAbsurdAmount) {
  EXPECT_GT(memory_need(two_layers(INT64_MAX), 2).total(), 1e19);
  Config c;
  c.run.model = ModelKind::bernoulli_mixture;
  c.mixture.components = INT64_MAX;
  EXPECT_GT(memory_need(c, 784).total(), 1e19);
}

}  // namespace
}  // namespace gan
