#include "gan/judge/features.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/golden/testing.h"
#include "gan/judge/classifier.h"
#include "gan/judge/onnx_testing.h"
#include "gan/judge/score_json.h"
#include "gan/judge/script_testing.h"
#include "gan/judge/testing.h"

namespace gan {
namespace {

const auto kSilent = [](const std::string&) {};

std::unique_ptr<Features> features(const Judge& judge, const std::string& what,
                                   const Path& cache = {}) {
  return make_features(judge, {.what = what}, cache, kSilent);
}

TEST(Features, AreChosenByTheData) {
  const DataSet labelled = halves(100);
  const Judge judge(labelled);
  EXPECT_EQ(Json::parse(features(judge, "")->stamp())["name"], "classifier");
  DataSet bare = halves(100);
  for (Examples* split : {&bare.train, &bare.valid, &bare.test})
    *split = Examples({8, 8}, std::vector<uint8_t>(6400, 3));
  const Judge without(bare);
  EXPECT_EQ(Json::parse(features(without, "")->stamp())["name"], "random");
  EXPECT_THROW(features(without, "classifier"), UsageError);
  const DataSet toy = open_data("toy:ring8", {}, {100, 100});
  const Judge points(toy);
  EXPECT_EQ(Json::parse(features(points, "")->stamp())["name"], "values");
  EXPECT_THROW(features(points, "random"), UsageError);
}

TEST(Features, OfAClassifierAreKept) {
  const DataSet data = halves(200);
  const Judge judge(data);
  const ScratchFolder folder;
  int trained = 0;
  const auto count = [&](const std::string&) { ++trained; };
  const auto first = make_features(judge, {.what = "classifier"}, folder.path(), count);
  const Judge other(data);
  const auto second = make_features(other, {.what = "classifier"}, folder.path(), count);
  EXPECT_EQ(trained, 1);
  EXPECT_EQ(first->stamp(), second->stamp());
  EXPECT_TRUE(at::equal(first->of(judge.test()), second->of(judge.test())));
  const Tensor p = second->probabilities(judge.test());
  EXPECT_TRUE(p.sum(1).allclose(at::ones({200}), 1e-5, 1e-5));
  EXPECT_TRUE(at::equal(p.argmax(1), Classifier(judge, 0).classes(judge.test())));

  // A damaged file is made again.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    write_file(entry.path(), "nothing");
  const Judge third(data);
  make_features(third, {.what = "classifier"}, folder.path(), count);
  EXPECT_EQ(trained, 2);
}

TEST(Features, OfRandomConvolutionsSeeTheImage) {
  const DataSet data = halves(100);
  const Judge judge(data);
  const auto random = features(judge, "random");
  const Tensor x = random->of(judge.test());
  EXPECT_EQ(x.size(0), 100);
  EXPECT_TRUE(at::equal(x, features(judge, "random")->of(judge.test())));
  EXPECT_GT(x.std(0).min().item<float>(), 0);
}

TEST(Features, OfANetworkInAFileSeeBytes) {
  const DataSet data = halves(100);
  const Judge judge(data);
  const ScratchFolder folder;
  const Tensor bytes = judge.test() * 255;
  const auto unit =
      features(judge, script(folder, "unit", "def forward(self, x):\n  return x.mean([2, 3])\n"));
  const Tensor mean = unit->of(judge.test());
  ASSERT_EQ(mean.sizes().vec(), (std::vector<int64_t>{100, 3}));  // grey is seen as three channels
  EXPECT_TRUE(mean.select(1, 2).allclose(bytes.mean(1) / 255, 1e-5, 1e-5));
  // Numbers between bytes are seen as the nearest byte.
  EXPECT_TRUE(at::equal(unit->of(judge.test() + 0.3 / 255), mean));
  EXPECT_FALSE(unit->inception());

  const auto styled =
      features(judge, script(folder, "styled",
                             "def forward(self, x, return_features: bool = False):\n"
                             "  return x.mean([2, 3]) if return_features else x.sum([2, 3])\n"));
  EXPECT_TRUE(styled->of(judge.test()).select(1, 0).allclose(bytes.mean(1), 1e-5, 1e-3));
  EXPECT_NE(styled->stamp(), unit->stamp());
  EXPECT_EQ(Json::parse(unit->stamp())["range"], "0..1");
  EXPECT_EQ(Json::parse(styled->stamp())["range"], "0..255");
  EXPECT_EQ(Json::parse(unit->stamp())["resize"], "none");
}

TEST(Features, OfANetworkInOnnxAreThoseOfTheSameInTorchScript) {
  const DataSet data = halves(100);
  const Judge judge(data);
  const ScratchFolder folder;
  const auto of = [&](const std::string& file) {
    return make_features(judge, {.what = file, .resize = FeatureResize::tf1, .size = 11}, {},
                         kSilent);
  };
  const auto script_means =
      of(script(folder, "means", "def forward(self, x):\n  return x.mean([2, 3])\n"));
  std::unique_ptr<Features> means;
  try {
    means = of(onnx_means(folder, "means"));
  } catch (const UsageError& without_opencv) {
    GTEST_SKIP() << without_opencv.what();
  }
  const Tensor found = means->of(judge.test());  // 64 images and 36
  ASSERT_EQ(found.sizes().vec(), (std::vector<int64_t>{100, 3}));
  EXPECT_TRUE(found.allclose(script_means->of(judge.test()), 1e-5, 1e-6));
  EXPECT_EQ(Json::parse(means->stamp())["name"], "means.onnx");
  EXPECT_EQ(Json::parse(means->stamp())["range"], "0..1");
  EXPECT_NE(means->stamp(), script_means->stamp());

  write_file(folder.path() / "text.onnx", "nothing");
  EXPECT_TRUE(holds(complaint([&] { of((folder.path() / "text.onnx").string()); }),
                    "is not an ONNX network that OpenCV"));
  EXPECT_TRUE(holds(complaint([&] { of(onnx_means(folder, "two", 2)); }), "has 2 outputs"));
}

TEST(Features, RefuseFilesThatAreNoNetworks) {
  const DataSet data = halves(100);
  const Judge judge(data);
  const ScratchFolder folder;
  write_file(folder.path() / "text.pt", "nothing");
  EXPECT_THROW(features(judge, (folder.path() / "text.pt").string()), DataError);
  EXPECT_THROW(features(judge, (folder.path() / "missing.pt").string()), DataError);
  EXPECT_THROW(features(judge, script(folder, "one", "def forward(self, x):\n  return x.sum()\n")),
               DataError);
  EXPECT_THROW(
      features(judge, script(folder, "fails", "def forward(self, x):\n  return x.view([7, 11])\n")),
      DataError);
  EXPECT_THROW(make_features(judge, {.what = "random", .resize = FeatureResize::tf1}, {}, kSilent),
               UsageError);
}

/// tools/golden/scores.py, of Pillow
TEST(NetworkInput, IsResizedAsPillowDoes) {
  const auto stored = golden("scores.json");
  const Tensor image = golden_tensor(stored["image"]).to(at::kFloat).view({1, 1, 7, 9}) / 255;
  for (const auto& [name, size] : {std::pair("smaller", 4), std::pair("larger", 13)}) {
    const Tensor found =
        network_input(image, {.resize = FeatureResize::bicubic, .size = size}, FeatureRange::bytes);
    const Tensor expected = golden_tensor(stored[name]).to(at::kFloat);
    for (int64_t c = 0; c < 3; ++c) EXPECT_TRUE(found[0][c].allclose(expected, 1e-4, 1e-2)) << name;
  }
}

/// The output's pixel i lies at i in / out: 4 pixels from 2 lie at 0, 1/2, 1 and 3/2, which is
/// beyond the last pixel.
TEST(NetworkInput, IsResizedAsTensorFlow1Does) {
  const Tensor image = at::tensor({0.0F, 1.0F, 0.0F, 1.0F}).view({1, 1, 2, 2});
  const Tensor row = network_input(image, {.resize = FeatureResize::tf1, .size = 4},
                                   FeatureRange::inception)[0][0][0];
  const Tensor expected = (at::tensor({0.0F, 127.5F, 255.0F, 255.0F}) - 128) / 128;
  EXPECT_TRUE(row.allclose(expected, 1e-5, 1e-5)) << row;
}

}  // namespace
}  // namespace gan
