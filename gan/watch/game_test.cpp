#include "gan/watch/game.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "gan/io/testing.h"
#include "gan/watch/testing.h"

namespace gan {
namespace {

using Json = nlohmann::json;
constexpr double kSeen = 2e-4;  // of the digits that are sent

Json game(const LinearGame& players) {
  return Json::parse(game_json(players.checkpoint(), std::string(kWho)));
}

double sigmoid(double a) {
  return 1 / (1 + std::exp(-a));
}

double normal(double x, double mean, double deviation) {
  const double u = (x - mean) / deviation;
  return std::exp(-u * u / 2) / (deviation * std::sqrt(2 * std::numbers::pi));
}

TEST(Game, OfOneDimensionIsFigure1) {  // G(z) = 2 z + 3 makes N(3, 2^2) of N(0, 1)
  const Json out = game({});
  EXPECT_EQ(out["step"], 7);
  EXPECT_EQ(out["dim"], 1);
  ASSERT_EQ(out["grid"].size(), out["D"].size());
  EXPECT_NEAR(out["grid"].front().get<double>(), -5, kSeen);  // 30% around the data's -2 to 8
  EXPECT_NEAR(out["grid"].back().get<double>(), 11, kSeen);
  for (size_t i = 0; i < out["grid"].size(); ++i) {
    const double x = out["grid"][i], p_data = normal(x, 4, 1.25), p_g = normal(x, 3, 2);
    EXPECT_NEAR(out["p_data"][i].get<double>(), p_data, kSeen);
    EXPECT_NEAR(out["p_g"][i].get<double>(), p_g, kSeen);
    EXPECT_NEAR(out["D"][i].get<double>(), sigmoid(x), kSeen);
    EXPECT_NEAR(out["D_best"][i].get<double>(), p_data / (p_data + p_g), 1e-3) << x;
  }
  for (size_t i = 0; i < out["z"].size(); ++i)
    EXPECT_NEAR(out["x"][i][0].get<double>(), 2 * out["z"][i][0].get<double>() + 3, 3 * kSeen);
}

TEST(Game, OfSeveralNoisesDrawsTheDensityOfManySamples) {
  const Json out = game({.weight = {1.2F, 1.6F}});  // again N(3, 2^2)
  double largest = 0, sum = 0;
  for (size_t i = 0; i < out["grid"].size(); ++i) {
    const double p_g = out["p_g"][i];
    largest = std::max(largest, std::abs(p_g - normal(out["grid"][i], 3, 2)));
    sum += p_g * 16 / 240;
  }
  EXPECT_LT(largest, .04);  // five standard deviations of a cell's count
  EXPECT_NEAR(sum, 1, 1e-3);
}

const LinearGame kPlane{
    .toy = "ring8", .weight = {1, 0, 0, 1}, .bias = {0, 0}, .slope = {.5, -.25}, .at_zero = {.3}};

TEST(Game, OfTwoDimensionsHasTheSurfaceOfD) {
  const Json out = game(kPlane);
  const Json &box = out["box"], &surface = out["surface"];
  const size_t n = surface.size();
  EXPECT_EQ(out["data"].size(), out["x"].size());
  for (size_t row = 0; row < n; row += 19)
    for (size_t column = 0; column < n; column += 19) {
      const auto at = [&](size_t i, const Json& low, const Json& high) {
        return low.get<double>() + (high.get<double>() - low.get<double>()) *
                                       static_cast<double>(i) / static_cast<double>(n - 1);
      };
      const double x = at(column, box[0], box[1]), y = at(row, box[2], box[3]);
      EXPECT_NEAR(surface[row][column].get<double>(), sigmoid(.5 * x - .25 * y + .3), kSeen);
    }
}

TEST(Game, ArrowsAreMinusTheGradientOfGsLoss) {
  const auto check = [](const LinearGame& players, const auto& pull) {
    const Json out = game(players);
    for (size_t i = 0; i < out["arrows"].size(); ++i) {
      const double logit =
          .5 * out["x"][i][0].get<double>() - .25 * out["x"][i][1].get<double>() + .3;
      EXPECT_NEAR(out["arrows"][i][0].get<double>(), .5 * pull(logit), 3e-3) << players.value;
      EXPECT_NEAR(out["arrows"][i][1].get<double>(), -.25 * pull(logit), 3e-3) << players.value;
    }
  };
  LinearGame players = kPlane;
  check(players, [](double logit) { return 1 - sigmoid(logit); });
  players.value = "minimax";
  check(players, sigmoid);
  players.value = "wasserstein";
  check(players, [](double) { return 1; });
}

TEST(Game, AnswersCountFromTheOneThatCannotTell) {
  LinearGame players = kPlane;
  players.slope = {0, 0};
  for (const char* value : {"least-squares", "relativistic"}) {  // targets 0 and 1; differences
    players.value = value;
    players.at_zero = {value == std::string("relativistic") ? 40.0F : 0.5F};
    EXPECT_NEAR(game(players)["surface"][3][4].get<double>(), .5, kSeen) << value;
  }
}

TEST(Game, TheBestDIsDrawnWhereItIsThatRatio) {
  LinearGame players;
  EXPECT_TRUE(game(players).contains("D_best"));
  players.value = "hinge";
  EXPECT_FALSE(game(players).contains("D_best"));
}

TEST(Game, SaysWhatDGivesOnAverage) {
  const Json out = game(kPlane);
  for (const auto& [points, mean] : {std::pair("data", "D_data"), std::pair("x", "D_samples")}) {
    double sum = 0;
    for (const Json& x : out[points])
      sum += sigmoid(.5 * x[0].get<double>() - .25 * x[1].get<double>() + .3);
    EXPECT_NEAR(out[mean].get<double>(), sum / static_cast<double>(out[points].size()), kSeen);
  }
}

TEST(Game, ExamplesOfAnotherSizeThanTheToysAreRefused) {
  for (const size_t n : {1, 3, 5}) {
    LinearGame players;
    players.toy = "ring8";
    players.weight = players.bias = players.slope = std::vector<float>(n, 1);
    expect_data_error([&] { game(players); }, "those of toy:ring8 have 2 numbers");
  }
}

TEST(Game, IsDrawnOfToysAlone) {
  LinearGame players;
  players.toy = "ring9";
  EXPECT_THROW(game(players), UsageError);
  std::string bytes = LinearGame().checkpoint();
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
  expect_data_error([&] { game_json(bytes, std::string(kWho)); }, "checksum");
}

}  // namespace
}  // namespace gan
