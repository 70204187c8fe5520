/// Scores on features beside references of other kinds, and rows that compare classes or halves.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gan/core/testing.h"
#include "gan/io/npy.h"
#include "gan/io/zip_testing.h"
#include "gan/judge/feature_score.h"
#include "gan/judge/scores.h"
#include "gan/judge/script_testing.h"
#include "gan/judge/testing.h"

namespace gan {
namespace {

class FeatureReference : public testing::Test {
 protected:
  FeatureReference() : data_(halves(600)), judge_(data_) {}

  Subject subject(const Tensor& samples) {
    return {.judge = judge_,
            .say = [this](const std::string& text) { said_.push_back(text); },
            .samples = samples,
            .fresh = samples};
  }
  Score score_of(const Subject& s, const std::string& name) const {
    const std::vector<ScoreKind> kinds = score_kinds(std::vector<std::string>{name});
    const auto scores = evaluate(s, kinds).scores();
    return scores.empty() ? Score{} : scores.at(0);
  }
  int64_t times_said(const std::string& part) const {
    int64_t n = 0;
    for (const std::string& text : said_) n += holds(text, part) ? 1 : 0;
    return n;
  }

  ScratchFolder folder_;
  DataSet data_;
  Judge judge_;
  std::vector<std::string> said_;
};

TEST_F(FeatureReference, MayBeFeaturesInAFile) {
  Subject s = subject(judge_.valid());
  s.features.what = "values";
  const Tensor x = judge_.test().to(at::kFloat).contiguous();
  const Path file = folder_.path() / "feats.npz";
  put_zip(file, {{"feats.npy", format_npy(x.sizes().vec(),
                                          {x.data_ptr<float>(), static_cast<size_t>(x.numel())})}});
  Subject published = s;
  published.space.reset();
  published.reference = file.string();
  for (const char* name : {"frechet", "precision", "coverage"})
    EXPECT_NEAR(score_of(published, name).value, score_of(s, name).value, 1e-3) << name;
}

TEST_F(FeatureReference, IsKeptForANetworkAndItsResize) {
  const std::string network =
      script(folder_, "means", "def forward(self, x):\n  return x.mean([2])[:, 0]\n");
  const auto evaluated = [&](int64_t size) {
    Subject s = subject(judge_.valid());
    s.cache = folder_.path() / "cache";
    s.features = {.what = network, .resize = FeatureResize::tf1, .size = size};
    return score_of(s, "frechet").value;
  };
  const double first = evaluated(8);
  EXPECT_EQ(times_said("test examples"), 1);
  EXPECT_EQ(evaluated(8), first);
  EXPECT_EQ(times_said("test examples"), 1);  // it was kept
  EXPECT_NE(evaluated(12), first);
  EXPECT_EQ(times_said("test examples"), 2);
}

TEST_F(FeatureReference, OnlyWhatLooksLikeInceptionMayGiveAnFid) {
  const auto is_inception = [&](const std::string& name, const std::string& forward) {
    const FeatureSettings settings{.what = script(folder_, name, forward)};
    return make_features(judge_, settings, {}, [](const std::string&) {})->inception();
  };
  const std::string features = "  return x.mean([2, 3]).repeat([1, 683])[:, 0:";
  const std::string styled = "def forward(self, x, return_features: bool = False):\n";
  EXPECT_TRUE(is_inception("inception", styled + features + "2048]\n"));
  EXPECT_FALSE(is_inception("narrow", styled + features + "2047]\n"));
  EXPECT_FALSE(is_inception("plain", "def forward(self, x):\n" + features + "2048]\n"));
}

TEST_F(FeatureReference, ClassDistancesAreMeansOverAllClasses) {
  Subject s = subject(judge_.valid());
  FeatureSpace& space = space_of(s);
  const Tensor x = at::randn({90, 2}), y = at::randn({120, 2}) + 0.5;
  const Tensor of_x = at::arange(90, at::kLong).remainder(3),
               of_y = at::arange(120, at::kLong).remainder(3);
  const auto reference = std::make_shared<FeatureSet>(FeatureSet{.x = y, .labels = of_y});
  const auto moments = std::make_shared<Moments>(moments_of(y));
  double mean = 0;
  for (int64_t c = 0; c < 3; ++c) {
    const auto those = [c](const Tensor& all, const Tensor& labels) {
      return all.index_select(0, labels.eq(c).nonzero().flatten());
    };
    mean += frechet_distance(moments_of(those(x, of_x)), moments_of(those(y, of_y))) / 3;
  }
  const FeatureComparison all({.x = x, .labels = of_x}, reference, moments);
  const Measured found = kClassFrechet.measure(space, all, 0);
  EXPECT_NEAR(found.value, mean, 1e-9);
  EXPECT_EQ(found.samples, 90);
  // The third class has no more samples than features.
  const Tensor few = at::cat({of_x.remainder(2).narrow(0, 0, 88), at::full({2}, 2, at::kLong)});
  const FeatureComparison some({.x = x, .labels = few}, reference, moments);
  EXPECT_TRUE(std::isnan(kClassFrechet.measure(space, some, 0).value));
}

TEST_F(FeatureReference, AClassifierOfFeaturesSeparatesWhatDiffersAlone) {
  Subject s = subject(judge_.valid());
  s.features.what = "values";
  EXPECT_NEAR(score_of(s, "two-sample-features").value, 0.5, 0.1);
  Subject other = subject(judge_.valid() * 0.5);
  other.features.what = "values";
  EXPECT_GT(score_of(other, "two-sample-features").value, 0.9);
}

}  // namespace
}  // namespace gan
