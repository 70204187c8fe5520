#include "gan/spec/memory.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/spec/sampling_memory.h"

namespace gan {
namespace {

/// Examples of so many numbers.
DataSpec rows_of(int64_t dim) {
  return {.shape = {dim}};
}

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
  EXPECT_EQ(
      memory_need(c, rows_of(2)).parameters,
      4 * (2 * 2 * (g + d) + (g + d)));  // (weights + moment), again in a checkpoint; gradients
  c.optimizer.method = Method::adam;
  c.game.averaging = 0.999;
  EXPECT_EQ(memory_need(c, rows_of(2)).parameters, 4 * (2 * (3 * (g + d) + g) + (g + d)));
  c.game.averaging = 0;
  c.game.averaging_images = 5000;
  c.optimizer.schedule = Schedule::cosine;
  EXPECT_EQ(memory_need(c, rows_of(2)).parameters, 4 * (2 * (3 * (g + d) + g) + (g + d)));
}

TEST(MemoryNeed, CountsKernelsAndImages) {
  Config c = two_layers(7);
  c.generator.layers = {TransposedConvolution{.channels = 2,
                                              .kernel = 3,
                                              .stride = 2,
                                              .input = {3, 1, 1},
                                              .tied = false}};  // 3 -> [2, 3, 3]
  c.discriminator.layers = {MaxoutConvolution{.channels = 4,
                                              .pieces = 5,
                                              .kernel = 2,
                                              .pad = 1,
                                              .pool = 2,
                                              .pool_stride = 2,
                                              .input = {2, 3, 3}},
                            Dense{.units = 1}};
  const double g = 3 * 2 * 9 + 18, d = 4 * 5 * (2 * 4 + 1) + 4 * 2 * 2 + 1;
  c.optimizer.method = Method::momentum;
  EXPECT_EQ(memory_need(c, rows_of(18)).parameters, 4 * 5 * (g + d));
  EXPECT_EQ(model_bytes(c, rows_of(18)), 4 * g);
  const double before = memory_need(c, rows_of(18)).batch;
  std::get<MaxoutConvolution>(c.discriminator.layers[0]).pieces =
      10;  // twice the [20, 4, 4] before the max: of data and samples, kept and worked on
  EXPECT_EQ(memory_need(c, rows_of(18)).batch - before, 4 * 10 * 2 * 2 * (20 * 4 * 4));
  EXPECT_THROW(memory_need(c, rows_of(17)), UsageError);
}

TEST(MemoryNeed, GrowsWithTheBatchAndWithPenalties) {
  Config c = two_layers(7);
  const double ten = memory_need(c, rows_of(2)).batch;
  c.training.batch_size = 20;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, 2 * ten);
  c.game.r1 = 1;
  const double penalised = memory_need(c, rows_of(2)).batch;
  EXPECT_GT(penalised, 2 * ten);
  c.game = {.final_r2 = 1};  // from r2 = 0
  c.optimizer.schedule = Schedule::linear;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, penalised);
}

TEST(MemoryNeed, TheFusedEngineKeepsOperandsAndTangents) {
  Config c = two_layers(7);
  c.run.engine = Engine::fused;
  c.run.precision = Precision::fp32;
  c.discriminator.layers = {Dense{.units = 5}, Dense{.units = 1}};
  const double g = 2 * (7 + 2), d = 2 * (5 + 1), both = 2 * 2;  // the data and the samples
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, 10 * 4 * (g + 2 * d + both));
  c.game.r1 = 1;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, 10 * 4 * (g + 3 * d + both));
  c.run.precision = Precision::bf16;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, 10 * (2 * (g + 3 * d) + 4 * both));
}

TEST(MemoryNeed, FollowsFurtherPointsPacksAndParts) {
  Config c = two_layers(7);
  c.discriminator.layers = {Dense{.units = 5}, Dense{.units = 1}};
  const double g = 2 * (7 + 2), d = 2 * (5 + 1), widest_g = 7, widest_d = 5;
  c.game.r1 = 1;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch,
            10 * 4 * (g + widest_g + 2 * (2 * d + widest_d) + 6 * 2));
  c.game.wgan_gp = 1;  // D sees a third point for each example
  const double three = 10 * 4 * (g + widest_g + 3 * (2 * d + widest_d) + 9 * 2);
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, three);
  c.game.accumulate = 5;
  EXPECT_EQ(memory_need(c, rows_of(2)).batch, three / 5);
  c.game.accumulate = 1;
  c.game.pack = 5;  // and one pack of five examples
  EXPECT_EQ(memory_need(c, rows_of(2)).batch,
            10 * 4 * (g + widest_g + 3.0 / 5 * (2 * d + widest_d) + 9 * 2));
}

TEST(MemoryNeed, AModelIsItsParameters) {
  Config c = two_layers(7);
  EXPECT_EQ(model_bytes(c, rows_of(2)), 4 * (7 * (3 + 1) + 2 * (7 + 1)));
  c.run.model = "bernoulli-mixture";
  c.mixture.components = 5;
  EXPECT_EQ(model_bytes(c, rows_of(2)), 8 * 5 * 2);
  c.run.model = "rbm";
  c.rbm.hidden = 5;
  EXPECT_EQ(model_bytes(c, rows_of(2)),
            4 * (2 * 5 + 5 + 2 + 2));  // weights, biases, the base's biases
}

TEST(MemoryNeed, AnRbmsChainsCountWhereTheyPersist) {
  Config c;
  c.run.model = "rbm";
  c.optimizer.method = Method::momentum;
  c.rbm.hidden = 500;
  const MemoryNeed passing = memory_need(c, rows_of(784));
  EXPECT_NEAR(passing.parameters, 4 * (4 * 785 * 501 + 784 * 512 + 500 * 784),
              1);  // weights and momentum, both in a checkpoint being written; rows of weights
  c.rbm.persistent = true;
  c.rbm.chains = 1000;
  EXPECT_GT(memory_need(c, rows_of(784)).parameters, passing.parameters + 4 * 1000 * 500);
  EXPECT_EQ(memory_need(c, rows_of(784)).batch, 4 * passing.batch);
  c.rbm.hidden = INT64_MAX;
  EXPECT_GT(memory_need(c, rows_of(784)).total(), 1e19);
}

TEST(MemoryNeed, LayersThatServeBothWaysAreCountedOnce) {
  Config c;
  c.run.model = "gsn";
  c.gsn.hidden = {{7, 5}};
  EXPECT_EQ(model_bytes(c, rows_of(3)), 4 * (3 * 7 + 7 * 5 + 3 + 7 + 5));
  const double before = memory_need(c, rows_of(3)).batch;
  c.gsn.walkback *= 2;
  EXPECT_GT(memory_need(c, rows_of(3)).batch, 1.5 * before);  // every step is kept
  c.run.model = "stacked-cae";
  c.cae.hidden = {{7, 5}};
  EXPECT_EQ(model_bytes(c, rows_of(3)),
            4 * (3 * 7 + 7 * 5 + 3 + 7 + 7 + 5));  // each layer has biases of its own for both ends
  for (const char* model : {"gsn", "stacked-cae"}) {
    c.run.model = model;
    c.gsn.hidden = c.cae.hidden = {{1 << 24, 1 << 24}};
    EXPECT_GT(memory_need(c, rows_of(784)).total(), 1e15);
  }
}

TEST(MemoryNeed, NoiseIsRowsToo) {
  Config c;
  c.run.model = "nce";
  c.nce.hidden = 500;
  c.nce.nu = 1;
  const double two = memory_need(c, rows_of(784)).batch;
  c.nce.nu = 9;
  EXPECT_EQ(memory_need(c, rows_of(784)).batch, 5 * two);
  const double parameters = memory_need(c, rows_of(784)).parameters;
  c.nce.noise = NceNoise::mixture;
  EXPECT_GT(memory_need(c, rows_of(784)).parameters, parameters);
  EXPECT_EQ(model_bytes(c, rows_of(2)), 4 * (2 * 500 + 500 + 2 + 2));
}

TEST(MemoryNeed, DeepModelsHaveTheirLayersMomentsTwice) {
  Config c;
  c.run.model = "dbm";
  c.optimizer.method = Method::momentum;
  c.dbm.hidden = {{3, 4}};
  c.dbm.chains = 6;
  const double layers = 2 * 3 + 2 + 3 + 3 * 4 + 3 + 4;
  EXPECT_EQ(model_bytes(c, rows_of(2)), 4 * layers);
  const double rows = (2 + 3) * 16 + (3 + 4) * 16;
  EXPECT_EQ(memory_need(c, rows_of(2)).parameters,
            4 * 2 * (3 * layers + 6 * 9 + rows));  // alone, and together
  c.run.model = "dbn";
  c.dbn.hidden = {{3, 4}};
  c.dbn.chains = 6;
  EXPECT_EQ(memory_need(c, rows_of(2)).parameters, 4 * 2 * (2 * layers + 6 * 9 + rows));
  c.dbn.joint_epochs = 1;
  EXPECT_EQ(memory_need(c, rows_of(2)).parameters,
            4 * 2 * (3 * layers + 2 * 6 + 6 * 9 + rows));  // and weights going up
}

TEST(SamplingNeed, IsBounded) {
  const NetworkSpec small{Dense{.units = 10}};
  EXPECT_EQ(sampled_at_once(small, 2, 0), 1000);
  const NetworkSpec large{Dense{.units = 100'000}, Dense{.units = 100'000}};
  EXPECT_EQ(sampled_at_once(large, 2, 0), 256 * 1024 * 1024 / (4 * 2 * 200'000));  // sums, outputs
  EXPECT_EQ(sampled_at_once({Dense{.units = 1 << 24}}, 2, 0), 16);
  Config c;
  c.generator.layers = large;
  EXPECT_NEAR(sampling_need(c, rows_of(2)), 256 * 1024 * 1024, 2e6);
  c.run.model = "rbm";
  EXPECT_EQ(sampling_need(c, rows_of(2)), 0);
}

TEST(MemoryNeed, ScoringKeepsSamplesAndTheirCopyAndHeldOutExamples) {
  Config c = two_layers(7);
  c.run.evaluate_every = 0;
  EXPECT_EQ(scoring_need(c, 12'288, 3, 3), 0);
  c.run.evaluate_every = 100;
  EXPECT_EQ(scoring_need(c, 12'288, 3, 5), 4 * ((2 * 10'000.0 + 3 + 5) * 12'288 + 1.6e7));  // 1 GB
  EXPECT_EQ(scoring_need(c, 784, 50'000, 10'000),
            4 * ((2 * 10'000.0 + 1'000 + 10'000) * 784 + 1.6e7));
  c.run.stop = StopRule::indistinguishable;
  EXPECT_EQ(scoring_need(c, 784, 5'000, 10'000),
            4 * ((3 * 10'000.0 + 1'000 + 10'000 + 6 * 5'000) * 784 + 1.6e7));
  c.run.stop = StopRule::steps;
  c.run.model = "rbm";  // its own log-probability needs no samples
  EXPECT_EQ(scoring_need(c, 784, 5'000, 100), 4 * ((1'000 + 100 + 2 * 5'000.0) * 784));
}

TEST(MemoryNeed, AnAbsurdNetworkNeedsAnAbsurdAmount) {
  EXPECT_GT(memory_need(two_layers(INT64_MAX), rows_of(2)).total(), 1e19);
  Config c;
  c.run.model = "bernoulli-mixture";
  c.mixture.components = INT64_MAX;
  EXPECT_GT(memory_need(c, rows_of(784)).total(), 1e19);
}

}  // namespace
}  // namespace gan
