#include "gan/judge/stacked_modes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "gan/core/error.h"
#include "gan/judge/kinds.h"
#include "gan/judge/testing.h"

namespace gan {
namespace {

Tensor triples(std::vector<int64_t> digits) {
  return at::tensor(digits).view({-1, 3});
}

TEST(StackedModes, CountsByHand) {
  // 1-2-3 twice, 3-2-1 once, 0-0-9 once.
  const StackedModes m = stacked_modes(triples({1, 2, 3, 3, 2, 1, 1, 2, 3, 0, 0, 9}), 10);
  EXPECT_EQ(m.modes, 1000);
  EXPECT_EQ(m.covered, 3);
  EXPECT_NEAR(m.kl, 0.5 * std::log(500) + 0.5 * std::log(250), 1e-12);
}

TEST(StackedModes, OfAllModesEquallyOftenTheDivergenceIsZero) {
  std::vector<int64_t> digits;
  for (int64_t i = 0; i < 1000; ++i)
    for (const int64_t digit : {i / 100, i / 10 % 10, i % 10}) digits.push_back(digit);
  const StackedModes m = stacked_modes(triples(digits), 10);
  EXPECT_EQ(m.covered, 1000);
  EXPECT_NEAR(m.kl, 0, 1e-12);
  EXPECT_THROW(stacked_modes(at::zeros({0, 3}, at::kLong), 10), DataError);
}

/// n stacks of two images of halves(): those of the wanted classes, over and over.
Examples stacks_of(const Examples& images, std::vector<std::vector<int32_t>> wanted, int64_t n) {
  std::vector<std::vector<int64_t>> of_class(2);
  for (int64_t i = 0; i < images.size(); ++i) of_class[images.label(i)].push_back(i);
  std::vector<uint8_t> bytes;
  for (int64_t i = 0; i < n; ++i)
    for (const int32_t label : wanted[i % std::ssize(wanted)]) {
      const auto& some = of_class[label];
      for (const std::byte b : images.raw(some[i % std::ssize(some)]))
        bytes.push_back(static_cast<uint8_t>(b));
    }
  return Examples({2, 8, 8}, std::move(bytes));
}

TEST(StackedModes, TheScoreReadsEachChannelBesideTestExamples) {
  const auto images = std::make_shared<const DataSet>(halves(400));
  DataSet data;
  data.name = "stacked";
  data.image = true;
  data.low = 0;
  data.high = 255;
  data.train = stacks_of(images->train, {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, 200);
  data.valid = stacks_of(images->valid, {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, 100);
  data.test = stacks_of(images->test, {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, 100);
  data.stacked_from = images;
  data.hash = content_hash(data);
  const Judge judge(data);
  const Examples samples = stacks_of(images->test, {{1, 0}, {1, 0}, {1, 0}, {0, 0}}, 80);
  Subject s{.judge = judge, .say = [](const std::string&) {}};
  ASSERT_TRUE(stacked_modes_apply(s));
  EXPECT_FALSE(parzen_applies(s));
  s.samples = judge.units(rows_of(samples, 0, 80));
  const ScoreReport report = score_stacked_modes(s);
  ASSERT_EQ(report.scores.size(), 2);
  EXPECT_EQ(report.scores[0].value, 2);
  EXPECT_EQ(report.scores[0].controls.at(0).value, 4);
  EXPECT_EQ(report.scores[0].samples, 80);
  EXPECT_NEAR(report.scores[1].value, 0.75 * std::log(3), 1e-9);
  EXPECT_NEAR(report.scores[1].controls.at(0).value, 0, 1e-9);
  Scores watched;
  watch_stacked_modes(s, 0, watched);
  EXPECT_NEAR(watched.score.value(), -0.75 * std::log(3), 1e-9);
}

}  // namespace
}  // namespace gan
