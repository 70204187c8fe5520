/// What settings of a game fit each other and the data.

#include "gan/spec/adversarial.h"

#include <gtest/gtest.h>

#include "gan/core/testing.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

DataSpec images(std::vector<std::string> classes = {}) {
  return {.shape = {3, 4, 4}, .classes = std::move(classes), .size = 600};
}

std::string complaint(const Config& config, const DataSpec& data = images()) {
  return gan::complaint<UsageError>([&] { check_fit(config, data); });
}

Config net() {
  Config c;
  c.training.batch_size = 12;
  c.generator.layers = {Dense{.units = 48}};
  c.discriminator.layers = {Dense{.units = 1}};
  return c;
}

TEST(Packs, AreImagesOfAsManyTimesTheChannels) {
  EXPECT_EQ(packed({3, 4, 5}, 2), (Shape{6, 4, 5}));
  EXPECT_EQ(packed({28, 28}, 3), (Shape{3, 28, 28}));
  EXPECT_EQ(packed({7}, 3), Shape{21});
  EXPECT_EQ(packed({7}, 1), Shape{7});
}

TEST(Packs, DivideTheMinibatchAndSeeNoLabels) {
  Config c = net();
  c.game.pack = 4;
  EXPECT_EQ(complaint(c), "");
  c.game.pack = 5;
  EXPECT_EQ(
      complaint(c),
      "game.pack = 5: training.batch_size = 12 is no multiple of it; choose another of the two");
  c.game.pack = 4;
  c.discriminator.layers = {Projection{}};
  EXPECT_TRUE(holds(complaint(c, images({"a", "b"})), "cannot see or tell their labels"));
}

TEST(Parts, DivideTheMinibatchAndTreatExamplesAlone) {
  Config c = net();
  c.game.accumulate = 3;
  EXPECT_EQ(complaint(c), "");
  c.game.accumulate = 5;
  EXPECT_EQ(
      complaint(c),
      "game.accumulate = 5: training.batch_size = 12 cannot be divided into so many equal parts");
  c.game.accumulate = 4;
  c.game.pack = 2;
  EXPECT_TRUE(holds(complaint(c), "so many equal parts of packs of 2"));
  c.game.pack = 3;
  EXPECT_EQ(complaint(c), "");
  c.generator.layers = {BatchNorm{}, Dense{.units = 48}};
  EXPECT_TRUE(holds(complaint(c), "a layer of [generator] looks across the examples"));
  c = net();
  c.game.accumulate = 3;
  c.discriminator.layers = {MinibatchDeviation{}, Dense{.units = 1}};
  EXPECT_TRUE(holds(complaint(c), "a layer of [discriminator] looks across the examples"));
}

TEST(Simultaneous, SharesOneMinibatch) {
  const auto refused = [](const GameSection& game) {
    Config c = net();
    c.game = game;
    c.game.update = Update::simultaneous;
    return complaint(c);
  };
  EXPECT_EQ(refused({.clip = 0.01}), "");
  EXPECT_TRUE(holds(refused({.k = 2}), "it needs k = 1"));
  EXPECT_TRUE(holds(refused({.r1 = 1}), "no penalty on slopes"));
  EXPECT_TRUE(holds(refused({.wgan_gp = 1}), "no penalty on slopes"));
  EXPECT_TRUE(holds(refused({.dragan = 1}), "no penalty on slopes"));
  EXPECT_TRUE(holds(refused({.accumulate = 2}), "it needs accumulate = 1"));
}

TEST(Auxiliary, NeedsLabelsAndALogitForEachClass) {
  Config c = net();
  c.game.auxiliary = 1;
  EXPECT_TRUE(holds(complaint(c), "the data have no labels"));
  EXPECT_TRUE(holds(complaint(c, images({"a", "b"})), "no layer of [generator] sees labels"));
  c.generator.layers = {ClassEmbedding{.size = 2}, Dense{.units = 48}};
  EXPECT_EQ(
      complaint(c, images({"a", "b"})),
      "[discriminator] ends with 1 outputs, expected 3: one logit, and one for each of 2 classes (game.auxiliary)");
  c.discriminator.layers = {Dense{.units = 3}};
  EXPECT_EQ(complaint(c, images({"a", "b"})), "");
  c.game.pack = 2;
  EXPECT_TRUE(holds(complaint(c, images({"a", "b"})), "cannot see or tell their labels"));
}

TEST(Augmentation, IsOfImagesWhoseRangeIsKnown) {
  Config c = net();
  c.augmentation.mode = AugmentationMode::fixed;
  EXPECT_EQ(complaint(c), "");
  EXPECT_EQ(
      complaint(c, {.shape = {48}}),
      "augmentation.mode = 'fixed': images are transformed, and an example of the data is a row of 48 numbers; use mode = 'off'");
  c.data.scale = Scale::standard;
  EXPECT_TRUE(holds(complaint(c), "data.scale must be 'unit' or 'symmetric'"));
  c.augmentation.kinds = {{Augmentation::flip}};
  EXPECT_EQ(complaint(c), "");
  c.augmentation.final_p = 0.5;
  EXPECT_TRUE(holds(complaint(c), "augmentation.final_p is reached at the end of the schedule"));
  c.augmentation.mode = AugmentationMode::adaptive;  // has no final value
  EXPECT_EQ(complaint(c), "");
}

TEST(Augmentation, HasSettingsOnlyWhereItIsOn) {
  Config c = net();
  EXPECT_EQ(format_config(c).find("kinds"), std::string::npos);
  override_config(c, "augmentation.mode=adaptive");
  EXPECT_TRUE(holds(format_config(c), "kinds = [\"translation\", \"cutout\", \"colour\"]"));
  EXPECT_TRUE(holds(format_config(c), "images = 500000"));
  EXPECT_FALSE(holds(format_config(c), "\np = "));
  EXPECT_TRUE(holds(gan::complaint<UsageError>([&] { override_config(c, "augmentation.p=0.5"); }),
                    "'augmentation.p' is not a known key"));
  override_config(c, "augmentation.kinds=[\"flip\", \"cutout\"]");
  ASSERT_EQ(c.augmentation.kinds.size(), 2u);
  EXPECT_EQ(c.augmentation.kinds.at(1), Augmentation::cutout);
  EXPECT_EQ(format_config(parse_config(format_config(c), "x")), format_config(c));
}

}  // namespace
}  // namespace gan
