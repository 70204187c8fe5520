#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/io/npy.h"
#include "gan/io/zip_testing.h"
#include "gan/judge/feature_score.h"
#include "gan/judge/score_json.h"
#include "gan/judge/scores.h"
#include "gan/judge/testing.h"

namespace gan {
namespace {

const std::vector<std::string> kDistances = {"frechet", "kernel",  "precision",
                                             "recall",  "density", "coverage"};

/// Images of halves(), as another draw gives them; only the first `kinds` of its two classes.
class FeatureScoresTest : public testing::Test {
 protected:
  FeatureScoresTest() : data_(halves(600)), judge_(data_) {}

  Subject subject(const Tensor& samples) const {
    return {
        .judge = judge_, .say = [](const std::string&) {}, .samples = samples, .fresh = samples};
  }

  std::map<std::string, Score> scores_of(const Subject& s,
                                         const std::vector<std::string>& names) const {
    std::map<std::string, Score> out;
    const std::vector<ScoreKind> kinds = score_kinds(names);
    for (const Score& score : evaluate(s, kinds).scores()) out[score.key] = score;
    return out;
  }

  DataSet data_;
  Judge judge_;
};

TEST_F(FeatureScoresTest, OfRealExamplesAreThoseOfTheControl) {
  const Subject s = subject(judge_.valid());
  const auto scores = scores_of(s, kDistances);
  ASSERT_EQ(scores.size(), kDistances.size());
  for (const auto& [key, score] : scores) {
    EXPECT_EQ(score.samples, 600) << key;
    ASSERT_EQ(score.controls.size(), 1U) << key;
    EXPECT_EQ(score.controls[0].name, "training examples as samples");
    EXPECT_LE(score.low, score.value) << key;
    EXPECT_GE(score.high, score.value) << key;
    EXPECT_NEAR(score.value, score.controls[0].value, 2 * (score.high - score.low)) << key;
  }
  EXPECT_GT(scores.at("precision").value, 0.6);
  EXPECT_GT(scores.at("coverage").value, 0.8);
}

/// A single image, with a little noise: what is lost is in recall and coverage, not in precision.
TEST_F(FeatureScoresTest, SeeACollapse) {
  const Tensor one = judge_.test().narrow(0, 0, 1).expand({600, 64}).contiguous();
  const Tensor noise = at::arange(600 * 64, at::kFloat).sin().view({600, 64}) * 0.002;
  auto collapsed = scores_of(subject((one + noise).clamp(0, 1)), kDistances);
  auto real = scores_of(subject(judge_.valid()), kDistances);
  EXPECT_GT(collapsed["frechet"].low, 10 * real["frechet"].high);
  EXPECT_GT(collapsed["kernel"].low, real["kernel"].high);
  EXPECT_GT(collapsed["precision"].value, 0.9);
  EXPECT_LT(collapsed["recall"].value, 0.05);
  EXPECT_LT(collapsed["coverage"].value, 0.1);
  const auto more =
      scores_of(subject((one + noise).clamp(0, 1)), {"duplicates", "classifier-score"});
  EXPECT_GT(more.at("duplicates").value, 0.9);
  EXPECT_NEAR(more.at("classifier-score").value, 1, 0.05);  // of two classes, 2 at best
}

TEST_F(FeatureScoresTest, SeeCopiesOfTrainingExamples) {
  const Tensor train = judge_.units(rows_of(data_.train, 0, 600));
  const Score copies = scores_of(subject(train), {"authenticity"}).at("authenticity");
  EXPECT_EQ(copies.value, 0);
  EXPECT_EQ(copies.controls.at(0).name, "test examples as samples");
  EXPECT_GT(copies.controls.at(0).low, 0.3);
  const Score honest = scores_of(subject(judge_.valid()), {"authenticity"}).at("authenticity");
  EXPECT_NEAR(honest.value, honest.controls.at(0).value, 0.15);
}

/// Copies of training examples lie at none; the control is the median over test examples.
TEST_F(FeatureScoresTest, MeasureTheDistanceToTrainingExamples) {
  Subject s = subject(judge_.units(rows_of(data_.train, 0, 600)));
  const std::string key = "nearest-training-features";
  const Score copies = scores_of(s, {key}).at(key);
  EXPECT_NEAR(copies.value, 0, 1e-3);
  EXPECT_NEAR(copies.high, 0, 1e-3);
  EXPECT_FALSE(copies.higher_is_better);
  ASSERT_EQ(copies.controls.at(0).name, "test examples as samples");
  const Tensor test = space_of(s).unseen_control(s).samples().x, train = space_of(s).training();
  const Tensor sorted = std::get<0>(std::get<0>(at::cdist(test, train).min(1)).sort());
  EXPECT_NEAR(copies.controls[0].value, sorted[299].item<double>(), 1e-3);
  EXPECT_NEAR(copies.controls[0].low, sorted[274].item<double>(),
              1e-3);  // 300 - 1.96 sqrt(600) / 2
  EXPECT_NEAR(copies.controls[0].high, sorted[325].item<double>(), 1e-3);
}

TEST_F(FeatureScoresTest, AreStampedInJson) {
  const std::vector<ScoreKind> kinds = score_kinds(kDistances);
  const Json json = Json::parse(evaluate(subject(judge_.valid()), kinds).json());
  ASSERT_EQ(json["scores"].size(), kDistances.size());
  for (const Json& score : json["scores"]) {
    EXPECT_TRUE(score["value"].is_number() && score["low"].is_number() &&
                score["high"].is_number());
    EXPECT_EQ(score["samples"], 600);
    EXPECT_TRUE(score["control"]["value"].is_number());
    const Json& protocol = score["protocol"];
    EXPECT_EQ(protocol["features"]["name"], "classifier");
    EXPECT_EQ(protocol["features"]["hash"].get<std::string>().size(), 8U);
    EXPECT_EQ(protocol["reference"]["name"], "test");
    EXPECT_EQ(protocol["reference"]["hash"], data_.hash);
    EXPECT_EQ(protocol["reference"]["examples"], 600);
  }
}

TEST_F(FeatureScoresTest, OfTooFewExamplesDoNotApply) {
  EXPECT_TRUE(scores_of(subject(judge_.valid().narrow(0, 0, 39)), kDistances).empty());
}

TEST_F(FeatureScoresTest, OfNoMoreExamplesThanFeaturesHaveNoInterval) {
  const Subject s = subject(judge_.valid().narrow(0, 0, 45));
  const Score few = scores_of(s, {"frechet"}).at("frechet");
  EXPECT_GT(few.value, 0);
  EXPECT_TRUE(std::isnan(few.low)) << few.low;
  EXPECT_TRUE(std::isnan(few.high)) << few.high;
  EXPECT_EQ(few.cell.find('['), std::string::npos) << few.cell;
}

TEST_F(FeatureScoresTest, OfChainsHaveIntervalsOverChains) {
  Subject s = subject(judge_.valid().narrow(0, 0, 60).repeat_interleave(10, 0).contiguous());
  const auto as_independent = scores_of(s, {"precision", "density", "frechet"});
  s.states_per_chain = s.fresh_states_per_chain = 10;
  s.space.reset();
  const auto in_chains = scores_of(s, {"precision", "density", "frechet"});
  const auto width = [](const Score& score) { return score.high - score.low; };
  EXPECT_GT(width(in_chains.at("density")), 2 * width(as_independent.at("density")));
  EXPECT_GT(width(in_chains.at("precision")), 1.5 * width(as_independent.at("precision")));
  EXPECT_TRUE(std::isnan(in_chains.at("frechet").low));
}

TEST_F(FeatureScoresTest, StatesOfOneChainAreNoNeighbours) {
  const Tensor sixty = judge_.valid().narrow(0, 0, 60);
  const std::vector<std::string> names = {"recall", "coverage", "duplicates"};
  const auto alone = scores_of(subject(sixty), names);
  Subject s = subject(sixty.repeat_interleave(10, 0).contiguous());
  const auto as_independent = scores_of(s, names);
  s.states_per_chain = s.fresh_states_per_chain = 10;
  s.space.reset();
  const auto in_chains = scores_of(s, names);
  EXPECT_EQ(as_independent.at("recall").value, 0);  // the third neighbour is the same example
  EXPECT_LT(in_chains.at("recall").value, alone.at("recall").value + 1e-9);
  EXPECT_GT(in_chains.at("recall").value, 0.1);
  EXPECT_EQ(in_chains.at("coverage").value, alone.at("coverage").value);
  EXPECT_EQ(as_independent.at("duplicates").value, 1);
  EXPECT_LT(in_chains.at("duplicates").value, 0.5);
  for (const char* name : {"recall", "coverage"})
    EXPECT_TRUE(std::isnan(in_chains.at(name).low)) << name;
  EXPECT_EQ(Json::parse(in_chains.at("recall").stamp)["chains"], 60);
  EXPECT_FALSE(Json::parse(alone.at("recall").stamp).contains("chains"));
}

TEST_F(FeatureScoresTest, SayHowManySamplesEachIsOf) {
  const std::vector<std::string> names = {"frechet", "authenticity", "duplicates", "kernel"};
  const auto scores = scores_of(subject(judge_.valid()), names);
  for (const auto& [name, score] : scores) EXPECT_EQ(score.samples, 600) << name;
  EXPECT_GT(scores.at("kernel").deviation, 0);
  EXPECT_TRUE(std::isnan(scores.at("frechet").deviation));
  const auto more = scores_of(subject(at::cat({judge_.valid(), judge_.test()})), names);
  EXPECT_EQ(more.at("frechet").samples, 1200);
  EXPECT_EQ(more.at("authenticity").samples, 1000);
  EXPECT_EQ(more.at("duplicates").samples, 600);  // as many as the reference has
}

TEST_F(FeatureScoresTest, TheTableHoldsWhatIsAskedFor) {
  const std::vector<ScoreKind> kinds = score_kinds(std::vector<std::string>{"density"});
  const Evaluation found = evaluate(subject(judge_.valid()), kinds);
  EXPECT_EQ(score_table({{"a", &found}}, kinds)[0].size(), 1U);
  EXPECT_EQ(score_table({{"a", &found}}, kinds, true)[0].size(), 2U);
  EXPECT_EQ(sample_counts({{"a", &found}}, true), "n = 600 samples");
  EXPECT_EQ(sample_counts({{"a", &found}}), "");
}

TEST_F(FeatureScoresTest, ControlsAreKept) {
  const ScratchFolder folder;
  Subject s = subject(judge_.valid());
  s.cache = folder.path();
  const double first = scores_of(s, {"frechet"}).at("frechet").controls.at(0).value;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().filename().string().starts_with("control-")) {
      ++files;
      write_file(entry.path(), R"({"value": 7.5})");
    }
  EXPECT_EQ(files, 1);
  s.space.reset();
  const Score again = scores_of(s, {"frechet"}).at("frechet");
  EXPECT_NE(first, 7.5);
  EXPECT_EQ(again.controls.at(0).value, 7.5);
  EXPECT_TRUE(std::isnan(again.controls.at(0).low));
}

TEST_F(FeatureScoresTest, DifferentStampsDoNotShareAColumn) {
  const Subject s = subject(judge_.valid());
  Subject other = subject(judge_.valid());
  other.reference = "train";
  const std::vector<ScoreKind> kinds = score_kinds(std::vector<std::string>{"frechet"});
  const Evaluation a = evaluate(s, kinds), b = evaluate(other, kinds);
  EXPECT_EQ(score_table({{"a", &a}, {"again", &a}}, kinds)[0].size(), 2U);
  const TableRows table = score_table({{"a", &a}, {"b", &b}}, kinds);
  ASSERT_EQ(table[0].size(), 3U);
  EXPECT_EQ(table[0][1], "Fréchet distance");
  EXPECT_EQ(table[0][2].find("Fréchet distance (reference {\"name\":\"train\""), 0U) << table[0][2];
  EXPECT_EQ(table[1][2], "-");
  EXPECT_EQ(table[2][1], "-");
  EXPECT_EQ(table[2][2], b.scores().at(0).shown());
}

TEST_F(FeatureScoresTest, TakeAPublishedReference) {
  const ScratchFolder folder;
  Subject s = subject(judge_.valid());
  s.features.what = "values";
  const double expected = scores_of(s, {"frechet"}).at("frechet").value;
  const Moments of_test = moments_of(judge_.test());
  const auto npy = [](const Tensor& t) {
    const Tensor x = t.to(at::kFloat).contiguous();
    return format_npy(x.sizes().vec(), {x.data_ptr<float>(), static_cast<size_t>(x.numel())});
  };
  const Path file = folder.path() / "stats.npz";
  put_zip(file, {{"mu.npy", npy(of_test.mean)}, {"sigma.npy", npy(of_test.covariance)}});
  Subject published = subject(judge_.valid());
  published.features.what = "values";
  published.reference = file.string();
  const auto scores = scores_of(published, {"frechet", "precision"});
  EXPECT_NEAR(scores.at("frechet").value, expected, 1e-4);
  EXPECT_FALSE(scores.contains("precision"));  // there are no features of the reference

  Subject other_size = published;
  other_size.space.reset();
  other_size.features.what = "classifier";
  EXPECT_THROW(scores_of(other_size, {"frechet"}), UsageError);
  put_zip(file, {{"other.npy", npy(of_test.mean)}});
  Subject empty = published;
  empty.space.reset();
  EXPECT_THROW(scores_of(empty, {"frechet"}), DataError);
}

class Silent : public GenerativeModel {
 public:
  Tensor sample(int64_t, uint64_t, int64_t) override { return {}; }
};

TEST_F(FeatureScoresTest, WhileTrainingTheFirstOneChooses) {
  Config config;
  config.run.scores = {{WatchedScore::frechet, WatchedScore::precision}};
  Silent model;
  const Encoding encoding;
  const ScoredModel of{.model = model,
                       .learner = nullptr,
                       .setup = {.config = config},
                       .encoding = encoding,
                       .own_units = {}};
  Subject s = subject(judge_.valid());
  s.model = &of;
  gan::Scores out;
  watch_feature_score(kFrechet, s, out);
  ASSERT_EQ(out.numbers.size(), 1U);
  EXPECT_EQ(out.numbers[0].first, "frechet_valid");
  EXPECT_GT(out.numbers[0].second, 0);
  EXPECT_EQ(out.score, -out.numbers[0].second);  // higher is better
  EXPECT_GT(out.standard_error, 0);
  watch_feature_score(kPrecision, s, out);
  watch_feature_score(kRecall, s, out);
  ASSERT_EQ(out.numbers.size(), 2U);
  EXPECT_EQ(out.numbers[1].first, "precision_valid");
  EXPECT_EQ(out.score, -out.numbers[0].second);
}

TEST(ScoreKinds, AreChosenByName) {
  EXPECT_EQ(score_kinds(std::vector<std::string>{"two-sample", "two_sample"}).size(), 2U);
  EXPECT_THROW(score_kinds(std::vector<std::string>{"frechett"}), UsageError);
}

}  // namespace
}  // namespace gan
