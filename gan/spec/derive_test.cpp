#include "gan/spec/derive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/io/bytes.h"
#include "gan/spec/family.h"
#include "gan/spec/memory.h"
#include "gan/spec/testing.h"

namespace gan {
namespace {

constexpr Machine kSmallMachine{.cores = 2, .fast_bf16 = true, .memory = 16e9};

DataFacts images(const Shape& shape, int64_t size = 50000) {
  return {.name = "photos", .spec = {.shape = shape, .size = size}, .image = true};
}

bool says(const Derived& derived, std::string_view part) {
  return std::any_of(derived.reasons.begin(), derived.reasons.end(),
                     [&](const std::string& line) { return line.find(part) != line.npos; });
}

double parameters_of(const Config& c, const DataSpec& data) {
  const auto count = [](const NetworkSpec& spec, const Shape& input) {
    return network_memory(spec, shapes(spec, input, "test")).parameters;
  };
  return count(c.generator.layers, {c.generator.noise_size}) +
         count(c.discriminator.layers, data.shape);
}

std::vector<Shape> shapes_of_images() {
  std::vector<Shape> out;
  for (const int64_t channels : {1, 3, 4})
    for (const int64_t height : {8, 9, 15, 28, 33, 48, 64, 100, 256})
      for (const int64_t width : {8, 13, 20, 32, 47, 129, 256})
        out.push_back({channels, height, width});
  return out;
}

TEST(Derive, EveryImageGetsNetworksThatFit) {
  for (const Shape& shape : shapes_of_images()) {
    const DataFacts data = images(shape);
    const Derived derived = derive(data, kSmallMachine);
    const Config& c = derived.config;
    SCOPED_TRACE(shape_text(shape));
    EXPECT_NO_THROW(check_fit(c, data.spec));
    EXPECT_EQ(shapes(c.generator.layers, {c.generator.noise_size}, "generator").back().out, shape);
    EXPECT_LT(memory_need(c, data.spec).total(), 8e9);
    EXPECT_LT(parameters_of(c, data.spec), 4e7);
    const std::string text = format_config(c);
    EXPECT_EQ(format_config(parse_config(text, "derived")), text);
    EXPECT_EQ(c.optimizer.schedule_steps, c.training.steps);
    EXPECT_FALSE(derived.reasons.empty());
  }
}

TEST(Derive, TheSmallestMapIsFourToSevenWide) {
  for (const Shape& shape : shapes_of_images()) {
    const NetworkSpec layers = derive(images(shape), kSmallMachine).config.generator.layers;
    const auto first = std::find_if(layers.begin(), layers.end(), [](const LayerSpec& layer) {
      return std::holds_alternative<TransposedConvolution>(layer);
    });
    ASSERT_NE(first, layers.end());
    const Shape& map = std::get<TransposedConvolution>(*first).input;
    EXPECT_GE(std::min(map[1], map[2]), 4) << shape_text(shape);
    EXPECT_LE(std::min(map[1], map[2]), 7) << shape_text(shape);
  }
}

TEST(Derive, OddSidesAreCroppedAndEvenOnesAreNot) {
  const auto crops = [](const Shape& shape) {
    std::vector<Shape> out;
    for (const LayerSpec& layer : derive(images(shape), kSmallMachine).config.generator.layers)
      if (const auto* crop = std::get_if<Crop>(&layer)) out.push_back({crop->height, crop->width});
    return out;
  };
  EXPECT_TRUE(crops({3, 32, 32}).empty());
  EXPECT_TRUE(crops({28, 28}).empty());
  const std::vector<Shape> expected{{9, 12}, {17, 24}, {33, 47}};  // from a map of 5 x 6
  EXPECT_EQ(crops({1, 33, 47}), expected);
}

/// On the machine that the recipe was measured on, Fashion-MNIST gets the recipe's networks.
TEST(Derive, FashionMnistGetsTheNetworksOfItsRecipe) {
  const Config c = derive(images({28, 28}), kSmallMachine).config;
  const Config recipe = parse_config(R"([generator]
noise_size = 64
layers = [
  { layer = "dense", units = 512, activation = "leaky-relu" },
  { layer = "dense", units = 3136, activation = "leaky-relu" },
  { layer = "transposed-convolution", channels = 32, kernel = 4, stride = 2, pad = 1, input = [64, 7, 7], activation = "leaky-relu" },
  { layer = "transposed-convolution", channels = 16, kernel = 4, stride = 2, pad = 1, activation = "leaky-relu" },
  { layer = "convolution", channels = 1, kernel = 3, pad = 1, activation = "hard-sigmoid" },
]
[discriminator]
layers = [
  { layer = "convolution", channels = 32, kernel = 4, stride = 2, pad = 1, activation = "leaky-relu" },
  { layer = "convolution", channels = 64, kernel = 4, stride = 2, pad = 1, activation = "leaky-relu" },
  { layer = "dense", units = 512, activation = "leaky-relu" },
  { layer = "dense", units = 1 },
]
)",
                                     "recipe");
  Config same = recipe;
  same.generator = c.generator;
  same.discriminator = c.discriminator;
  EXPECT_EQ(format_config(same), format_config(recipe));
  EXPECT_EQ(c.training.batch_size, 100);
  EXPECT_EQ(c.data.scale, Scale::unit);
}

TEST(Derive, ColoursAreCentred) {
  const Config c = derive(images({3, 32, 32}), kSmallMachine).config;
  EXPECT_EQ(c.data.scale, Scale::symmetric);
  EXPECT_EQ(std::get<Convolution>(c.generator.layers.back()).activation, Activation::tanh);
}

TEST(Derive, WideNetworksOfColoursLearnSlowly) {
  const DataFacts data = images({3, 32, 32});
  const auto rate = [&](const Machine& machine) {
    return derive(data, machine).config.training.learning_rate;
  };
  EXPECT_EQ(rate({.cores = 64}), 2.5e-4);              // 512 channels in the smallest maps
  EXPECT_LT(rate({.cores = 64}), rate({.cores = 1}));  // few channels
  EXPECT_LE(rate({.cores = 1}), 2e-3);
  EXPECT_EQ(derive(data, {.cores = 64}).config.game.final_r1, 0.1);
  EXPECT_FALSE(derive(images({1, 32, 32}), {.cores = 64}).config.game.final_r1);
}

TEST(Derive, AClassifierOfTheClassesChoosesTheBestCheckpoint) {
  DataFacts data = images({1, 28, 28});
  EXPECT_EQ(derive(data, kSmallMachine).config.run.scores.at(0), WatchedScore::own);
  data.spec.classes = {"cat", "dog"};
  EXPECT_EQ(derive(data, kSmallMachine).config.run.scores.at(0), WatchedScore::frechet);
}

TEST(Derive, AFasterMachineGetsMoreChannels) {
  const DataFacts data = images({3, 64, 64});
  const size_t slow = *derive(data, {.cores = 1}).size, fast = *derive(data, {.cores = 64}).size,
               gpu = *derive(data, {.cores = 1, .gpu = true}).size;
  EXPECT_LT(fast, slow);
  EXPECT_LT(gpu, slow);
  EXPECT_EQ(derive(data, {.cores = 1, .gpu = true}).config.generator.layers.size(), 7u);
}

TEST(Derive, LittleMemoryGetsSmallNetworks) {
  const DataFacts data = images({3, 256, 256});
  const Machine little{.cores = 64, .gpu = true, .memory = 2e9};
  const Derived derived = derive(data, little);
  EXPECT_LE(memory_need(derived.config, data.spec).total(), 1e9);
  EXPECT_EQ(derived.config.run.evaluate_every, 0);
  EXPECT_TRUE(says(derived, "scores: none"));
}

TEST(Derive, SaysWhatTheUserShouldKnow) {
  DataFacts data = images({1, 28, 28}, 300);
  data.spec.classes = {"cat", "dog"};
  const Derived few = derive(data, kSmallMachine);
  EXPECT_TRUE(says(few, "2 classes: G makes the one that it is asked for"));
  EXPECT_TRUE(sees_labels(few.config.generator.layers));
  EXPECT_TRUE(sees_labels(few.config.discriminator.layers));
  check_fit(few.config, data.spec);
  data.spec.classes.pop_back();
  EXPECT_FALSE(sees_labels(derive(data, kSmallMachine).config.generator.layers));
  EXPECT_TRUE(says(few, "may learn 300 images by heart"));
  EXPECT_EQ(few.config.training.batch_size, 30);
  const Derived many = derive(images({1, 28, 28}), kSmallMachine);
  EXPECT_FALSE(says(many, "labels"));
  EXPECT_FALSE(says(many, "by heart"));
  EXPECT_EQ(derive(images({1, 28, 28}, 1), kSmallMachine).config.training.batch_size, 1);
}

TEST(Derive, TheLengthIsTheUsers) {
  const DataFacts data = images({28, 28});
  EXPECT_EQ(derive(data, {}, {.steps = 700}).config.optimizer.schedule_steps, 700);
  EXPECT_EQ(derive(data, {}, {.epochs = 2}).config.training.steps, 1000);
  const Length length{.steps = 12000, .evaluations = 5, .pictures = 10, .checkpoints = 2};
  const Config c = derive(data, {}, {.length = length}).config;
  EXPECT_EQ(c.training.steps, 12000);
  EXPECT_EQ(c.optimizer.schedule_steps, 12000);
  EXPECT_EQ(c.run.evaluate_every, 2400);
  EXPECT_EQ(c.run.sample_every, 1200);
  EXPECT_EQ(c.run.checkpoint_every, 6000);
  EXPECT_EQ(c.game.averaging, 0.99979);
  EXPECT_EQ(derive(data, {}, {.steps = 700}).config.game.averaging, 0.999);
}

TEST(Derive, ASizeCanBeChosen) {
  const DataFacts data = images({28, 28});
  for (size_t size = 0; size < sizes_of_networks().size(); ++size) {
    const Derived derived = derive(data, kSmallMachine, {.size = size});
    EXPECT_EQ(derived.size, size);
    const auto& last = std::get<TransposedConvolution>(
        derived.config.generator.layers[derived.config.generator.layers.size() - 2]);
    EXPECT_EQ(last.channels, sizes_of_networks()[size].channels);
  }
}

TEST(Derive, ATimeChoosesAmongTheSizes) {
  const std::vector<double> seconds{8, 4, 2, 1};
  EXPECT_EQ(size_for(2, 1000, seconds), 2u);
  EXPECT_EQ(size_for(2, 20000, seconds), 2u);
  EXPECT_EQ(size_for(2, 999, seconds), 3u);
  EXPECT_EQ(size_for(1, 300, seconds), 3u);
  EXPECT_EQ(size_for(1, 10, seconds), 3u);
  EXPECT_EQ(size_for(2, 20001, seconds), 0u);
  EXPECT_EQ(size_for(3, 20001, seconds), 1u);  // 5,000 of its steps
  EXPECT_EQ(size_for(3, 20001, {std::numeric_limits<double>::infinity(), 4, 2, 1}), 1u);
  EXPECT_EQ(size_for(3, 5, seconds), 3u);
}

TEST(Derive, SmallerNetworksTakeShorterSteps) {
  const std::vector<double> seconds = step_estimates(images({3, 64, 64}), kSmallMachine);
  ASSERT_EQ(seconds.size(), sizes_of_networks().size());
  EXPECT_TRUE(std::is_sorted(seconds.rbegin(), seconds.rend()));
  // G 4.9 and D 3.4 million multiply-adds: 100 (4 G + 16 D) / 9e10
  EXPECT_NEAR(step_estimates(images({28, 28}), kSmallMachine)[2], 0.08, 0.01);
}

/// What was chosen for rows before images had networks of their own.
TEST(Derive, RowsOfNumbersKeepTheirSettings) {
  const DataFacts rows{.name = "x.csv", .spec = {.shape = {2}, .size = 1000}};
  const Config c = derive(rows, kSmallMachine).config;
  EXPECT_EQ(c.about, "settings chosen from the shape of x.csv");
  EXPECT_EQ(c.data.scale, Scale::standard);
  EXPECT_EQ(c.training.steps, 10000);
  EXPECT_EQ(c.training.batch_size, 100);
  EXPECT_EQ(c.training.learning_rate, 1e-3);
  EXPECT_EQ(c.optimizer.min_rate, 1e-5);
  EXPECT_EQ(c.game.r1, 0.1);
  EXPECT_EQ(c.game.averaging, 0.999);
  EXPECT_EQ(c.generator.noise_size, 8);
  ASSERT_EQ(c.discriminator.layers.size(), 3u);
  EXPECT_EQ(std::get<Dense>(c.discriminator.layers[1]).units, 128);
  DataFacts toy = rows;
  toy.toy = true;
  EXPECT_EQ(derive(toy, kSmallMachine).config.data.scale, Scale::none);
  EXPECT_FALSE(derive(rows, kSmallMachine).size.has_value());
}

TEST(Derive, ImagesThatAreTooNarrowGetDenseLayers) {
  for (const Shape& shape : {Shape{7, 100}, Shape{1, 300, 1}, Shape{3, 4, 5}}) {
    const Derived derived = derive(images(shape), kSmallMachine);
    EXPECT_FALSE(derived.size.has_value());
    EXPECT_TRUE(says(derived, "dense layers of 1200 units"));
    EXPECT_EQ(derived.config.training.steps, 5000);
    EXPECT_NO_THROW(check_fit(derived.config, {.shape = shape}));
  }
}

}  // namespace
}  // namespace gan
