#include "gan/spec/family.h"

#include <gtest/gtest.h>

#include "gan/core/testing.h"

namespace gan {
namespace {

std::string complaint(const Config& config) {
  return gan::complaint<UsageError>([&] { check_fit(config, {.shape = {3}, .size = 60}); });
}

Config net(int64_t outputs, int64_t logits) {
  Config c;
  c.generator.layers = {Dense{.units = 5}, Dense{.units = outputs}};
  c.discriminator.layers = {Dense{.units = logits}};
  return c;
}

TEST(Fit, OfNetworks) {
  EXPECT_EQ(complaint(net(3, 1)), "");
  EXPECT_EQ(complaint(net(4, 1)),
            "[generator] ends with 4 outputs, expected 3: an example of the data has 3 numbers");
  EXPECT_EQ(complaint(net(3, 2)), "[discriminator] ends with 2 outputs, expected 1: one logit");
  EXPECT_NE(complaint(Config{}).find("[generator] has no layers"), std::string::npos);
}

TEST(Fit, OfFinalValuesAndTheSchedule) {
  const char* settings[] = {"optimizer.final_beta2", "game.final_r1", "game.final_r2",
                            "game.averaging_images"};
  for (const std::string setting : settings)
    for (const std::string schedule : {"constant", "exponential", "cosine", "linear"}) {
      Config c = net(3, 1);
      override_config(c, setting + "=0.5");
      override_config(c, "optimizer.schedule=" + schedule);
      c.optimizer.schedule_steps = 10;
      const std::string expected =
          setting +
          " is reached at the end of the schedule of the learning rate, and optimizer.schedule = '" +
          schedule + "' has no end; use schedule = 'cosine' or 'linear'";
      EXPECT_EQ(complaint(c), has_end(c.optimizer.schedule) ? "" : expected);
    }
  Config c = net(3, 1);
  c.optimizer.final_beta2 = 0.9;
  c.optimizer.method = Method::momentum;  // has no beta2
  EXPECT_EQ(complaint(c), "");
}

TEST(Fit, OfAScheduleAndItsSteps) {
  Config c = net(3, 1);
  c.optimizer.schedule = Schedule::cosine;
  EXPECT_EQ(
      complaint(c),
      "optimizer.schedule = 'cosine' needs optimizer.schedule_steps, the number of steps until min_rate is reached");
  c.optimizer.schedule_steps = 1;
  EXPECT_EQ(complaint(c), "");
  c.optimizer.schedule_steps = 0;
  c.optimizer.schedule = Schedule::exponential;
  EXPECT_EQ(complaint(c), "");
}

TEST(Fit, OfTheTwoWaysToAverage) {
  Config c = net(3, 1);
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 10;
  c.game.averaging = 0.999;
  EXPECT_EQ(complaint(c), "");
  c.game.averaging_images = 5000;
  EXPECT_EQ(
      complaint(c),
      "game.averaging = 0.999 and game.averaging_images = 5000: the average of G follows one of them; set the other to 0");
  c.game.averaging = 0;
  EXPECT_EQ(complaint(c), "");
}

TEST(Fit, OfDeepModels) {
  Config c;
  c.run.model = "dbm";
  EXPECT_NE(complaint(c).find("set data.binarise = true"), std::string::npos);
  c.data.binarise = true;
  EXPECT_EQ(complaint(c), "");
  c.dbm.sparsity_cost = 0.1;
  c.dbm.sparsity = {{0.1, 0.2, 0.3}};
  EXPECT_NE(complaint(c).find("dbm.sparsity: holds 3 values"), std::string::npos);
  c.dbm.sparsity_cost = 0;
  c.dbm.k = {{1, 2, 3}};
  EXPECT_NE(complaint(c).find("dbm.k: holds 3 values, there are 2 hidden layers"),
            std::string::npos)
      << complaint(c);
  c.dbm.hidden = {{5}};
  EXPECT_NE(complaint(c).find("dbm.hidden: expected two layers or more, got 1"), std::string::npos);
}

TEST(Fit, OfMixturesAndNoise) {
  Config c;
  c.run.model = "bernoulli-mixture";
  EXPECT_NE(complaint(c).find("set data.binarise = true"), std::string::npos);
  c.data.binarise = true;
  EXPECT_NE(complaint(c).find("there are only 60 training examples"), std::string::npos);
  c.mixture.components = 60;
  EXPECT_EQ(complaint(c), "");
  c.mixture.components = 61;
  c.run.model = "nce";
  EXPECT_EQ(complaint(c), "");
  c.nce.noise = NceNoise::mixture;
  EXPECT_NE(complaint(c).find("there are only 60 training examples"), std::string::npos);
}

TEST(Fit, OfUnitsBetweenZeroAndOne) {
  for (const char* model : {"gsn", "stacked-cae"}) {
    Config c;
    c.run.model = model;
    EXPECT_EQ(complaint(c), "");
    c.data.scale = Scale::symmetric;
    EXPECT_NE(complaint(c).find("set data.scale = \"unit\""), std::string::npos);
  }
}

TEST(FamilySpecs, EveryRowIsWhole) {
  for (const FamilySpec* family : family_specs()) {
    Config c;
    c.run.model = family->name;
    EXPECT_FALSE(family->about.empty()) << family->name;
    EXPECT_FALSE(family->sections(c).empty()) << family->name;
    for (const std::string_view section : family->sections(c)) {
      int visited = 0;
      sections(c, [&](std::string_view name, const auto&) { visited += name == section; });
      EXPECT_EQ(visited, 1) << family->name << " " << section;
    }
    c.generator.layers = {Dense{.units = 3}};
    c.discriminator.layers = {Dense{.units = 1}};
    const DataSpec three{.shape = {3}};
    EXPECT_GT(family->model_bytes(c, three), 0) << family->name;
    EXPECT_GT(family->memory(c, three).total(), family->model_bytes(c, three)) << family->name;
  }
}

TEST(FamilySpecs, ARowIsThereWhileItLives) {
  FamilySpec other = kRbmSpec;
  other.name = "other";
  Config c;
  c.run.model = "other";
  EXPECT_THROW(spec_of(c), UsageError);
  {
    const AddedFamilySpec added(other);
    EXPECT_EQ(&spec_of(c), &other);
    EXPECT_EQ(parse_config(format_config(c), "x").run.model, "other");
  }
  EXPECT_THROW(spec_of(c), UsageError);
}

}  // namespace
}  // namespace gan
