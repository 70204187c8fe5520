#include "gan/judge/scores.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/core/testing.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

class ScoresTest : public testing::Test {
 protected:
  ScoresTest() : data_(open_data("toy:ring8", {}, {.train = 2000, .valid = 1000})), judge_(data_) {}

  /// Toys are judged in their own units.
  Subject subject(const Tensor& samples) const {
    return {
        .judge = judge_, .say = [](const std::string&) {}, .samples = samples, .fresh = samples};
  }
  /// n points, in turn at each of the first `modes` modes: [n, 2].
  Tensor at_modes(int64_t n, int64_t modes) const {
    std::vector<float> centres = data_.toy->modes();
    const Tensor all = at::from_blob(centres.data(), {8, 2}, at::kFloat).clone();
    return all.index_select(0, at::arange(n, at::kLong).remainder(modes));
  }

  DataSet data_;
  Judge judge_;
};

std::vector<ScoreKind> only(const std::string& name) {
  for (const ScoreKind& kind : score_kinds())
    if (kind.name == name) return {kind};
  return {};
}

// A kind that the library does not know: how far the samples' mean lies to the right.
ScoreReport score_shift(const Subject& s) {
  const double shift = s.samples.select(1, 0).mean().item<double>();
  return {.scores = {{.name = "shift",
                      .unit = "metres",
                      .protocol = "mean of the first coordinate",
                      .value = shift,
                      .low = shift - 0.5,
                      .high = shift + 0.5,
                      .controls = {{"the origin", "0", 0}}}}};
}
const ScoreKind kShift = {
    .name = "shift_to_the_right",
    .applies = [](const Subject& s) { return s.samples.size(1) == 2; },
    .compute = score_shift,
    .watch =
        [](const Subject& s, int64_t, Scores& out) {
          out.numbers.emplace_back("shift", s.samples.select(1, 0).mean().item<double>());
        },
};

TEST_F(ScoresTest, KindOfOneRowIsSeenEverywhere) {
  std::vector<ScoreKind> kinds(score_kinds().begin(), score_kinds().end());
  kinds.erase(std::remove_if(kinds.begin(), kinds.end(),
                             [](const ScoreKind& kind) { return kind.name != "modes"; }),
              kinds.end());
  kinds.push_back(kShift);
  const Evaluation found = evaluate(subject(at::full({800, 2}, 3.25f)), kinds);
  EXPECT_TRUE(holds(found.text(),
                    "\n  score                    samples  control\n"
                    "  shift, metres  3.25 [2.75, 3.75]        0\n\n"
                    "  control            the origin\n"))
      << found.text();
  const Json json = Json::parse(found.json());
  EXPECT_EQ(json["shift_to_the_right"]["shift"]["value"], 3.25);
  EXPECT_EQ(json["shift_to_the_right"]["shift"]["interval"], Json({2.75, 3.75}));
  EXPECT_EQ(json["shift_to_the_right"]["shift"]["controls"][0]["name"], "the origin");
  const Evaluation other = evaluate(subject(at_modes(800, 8)), kinds);
  const TableRows rows = score_table({{"one", &found}, {"two", &other}}, kinds);
  ASSERT_EQ(rows.size(), 4u);  // titles, two evaluations, a control
  EXPECT_EQ(rows[0].front(), "run");
  EXPECT_EQ(rows[0].back(), "shift, metres");
  EXPECT_EQ(rows[1].back(), "3.25 [2.75, 3.75]");
  EXPECT_EQ(rows[2].front(), "two");
  EXPECT_EQ(rows[3].front(), "control: the origin");
  EXPECT_EQ(rows[3].back(), "0");
}

TEST_F(ScoresTest, RowThatDoesNotApplyIsLeftOut) {
  const std::vector<ScoreKind> kinds = {kShift};
  const Evaluation found = evaluate(subject(at::zeros({5, 3})), kinds);
  EXPECT_TRUE(found.scores().empty());
  EXPECT_FALSE(Json::parse(found.json()).contains("shift_to_the_right"));
}

/// Draws points at (1, 2).
class OnePoint : public GenerativeModel {
 public:
  Tensor sample(int64_t n, uint64_t, int64_t) override {
    return at::tensor({1.f, 2.f}).expand({n, 2}).clone();
  }
};

TEST_F(ScoresTest, TrainingLogsWhatTheRowsSay) {
  OnePoint model;
  const Encoding encoding;
  const ScoredModel of{.model = model,
                       .learner = nullptr,
                       .setup = {.config = {}, .data = {.shape = {2}}},
                       .encoding = encoding,
                       .own_units = [](const Tensor& x) { return x.clone(); }};
  Subject s = subject({});
  s.model = &of;
  std::vector<ScoreKind> kinds = {kShift};
  kinds.push_back(only("modes").at(0));  // of an earlier line
  const Scores logged = watch(s, 7, kinds);
  const RunFolder::Numbers expected = {{"modes", 0}, {"within", 0}, {"shift", 1}};
  EXPECT_EQ(logged.numbers, expected);
  EXPECT_TRUE(logged.finite);
  ASSERT_TRUE(logged.score.has_value());
}

TEST_F(ScoresTest, CoverageOfPointsAtModes) {
  const Evaluation all = evaluate(subject(at_modes(800, 8)), only("modes"));
  EXPECT_EQ(Json::parse(all.json())["modes"]["covered"], 8);
  EXPECT_EQ(Json::parse(all.json())["modes"]["spread_within"], 0);
  EXPECT_TRUE(holds(all.text(), "modes found        8 of 8, 100.0% of samples")) << all.text();
  const Evaluation three = evaluate(subject(at_modes(900, 3)), only("modes"));
  const std::vector<Score> scores = three.scores();
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].name, "modes");
  EXPECT_EQ(scores[0].value, 3);
  EXPECT_EQ(scores[0].cell, "3 of 8");
  EXPECT_NEAR(Json::parse(three.json())["modes"]["kl"].get<double>(), std::log(8 / 3.), 1e-6);
}

TEST_F(ScoresTest, TrainingExamplesLieAtDistanceZero) {
  const Evaluation copies = evaluate(subject(judge_.units(rows_of(data_.train, 0, 500))),
                                     only("nearest_training_example"));
  const std::vector<Score> scores = copies.scores();
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_EQ(scores[0].value, 0);
  EXPECT_GT(scores[0].controls.at(0).value, 0);  // of test examples
}

TEST_F(ScoresTest, OfOneStateOfEachChain) {
  const Tensor far = at::full({1, 2}, 9.f);  // the first chain; the others are training examples
  Subject s = subject(at::cat({far.repeat({10, 1}), judge_.units(rows_of(data_.train, 0, 90))}));
  EXPECT_EQ(evaluate(s, only("nearest_training_example")).scores().at(0).samples, 100);
  s.states_per_chain = s.fresh_states_per_chain = 10;
  const Score score = evaluate(s, only("nearest_training_example")).scores().at(0);
  EXPECT_EQ(score.samples, 10);
  EXPECT_EQ(score.value, 0);
}

TEST_F(ScoresTest, AllHaveTheSameKeysAndTheDatasProtocol) {
  const Evaluation found = evaluate(subject(at_modes(800, 8)),
                                    score_kinds(std::vector<std::string>{"modes", "two-sample"}));
  const Json scores = Json::parse(found.json())["scores"];
  ASSERT_EQ(scores.size(), 4u);
  const Json& accuracy = scores[3];
  EXPECT_EQ(accuracy["name"], "two-sample");
  EXPECT_TRUE(accuracy["control"]["low"].is_number());
  EXPECT_LT(accuracy["control"]["low"], accuracy["control"]["high"]);
  EXPECT_EQ(accuracy["protocol"]["samples"], 800);
  for (const Json& score : scores) {
    EXPECT_TRUE(score.contains("control")) << score;
    EXPECT_EQ(score["protocol"]["hashes"]["data"], data_.hash) << score;
  }
}

TEST_F(ScoresTest, UnderflowOfThePValueIsNotPrintedAsZero) {
  const Evaluation apart = evaluate(subject(at::full({2400, 2}, 50.f)), only("two_sample"));
  EXPECT_EQ(Json::parse(apart.json())["two_sample"]["p_value"], 0);
  EXPECT_TRUE(holds(apart.text(),
                    "accuracy on 2,400 test examples\n"
                    "                     (50% is guessing; p < 1e-300)\n"))
      << apart.text();
  EXPECT_EQ(apart.scores().at(0).value, 1);
}

/// Scores of kinds without words of their own, which lie wide apart.
TEST_F(ScoresTest, TextFitsATerminal) {
  Evaluation found;
  const std::string wide = "0.0001234 [-0.0001134, 0.0001334]";
  const auto add = [&](const std::string& name, const std::string& cell,
                       const std::string& control) {
    found.reports.push_back(
        {.scores = {{.name = name, .cell = cell, .controls = {{control, cell, 0}}}},
         .json = "{}",
         .features = "128 features of a classifier of data with a name that is "
                     "long; 10,000 samples against 10,000 test examples"});
  };
  add("Fréchet distance", "12.5 [12.1, 12.9]", "training examples as samples");
  add("authenticity", "75.0% [74.0, 76.0]", "test examples as samples");
  add("nearest training", "6.5", "test examples as samples");
  const std::string text = found.text();
  EXPECT_TRUE(text.starts_with("  score ")) << text;
  EXPECT_LE(width_of(text), kTextWidth) << text;
  EXPECT_TRUE(holds(text, "  Fréchet distance   12.5 [12.1, 12.9]   12.5 [12.1, 12.9]\n")) << text;
  EXPECT_TRUE(
      holds(text,
            "  control            training examples as samples; of authenticity and nearest\n"
            "                     training: test examples as samples\n"))
      << text;
  add("kernel distance", wide, "training examples as samples");
  const std::string shorter = found.text();
  EXPECT_LE(width_of(shorter), kTextWidth) << shorter;
  EXPECT_TRUE(holds(shorter, "  kernel distance   " + wide + "  0.0001234\n")) << shorter;
  EXPECT_TRUE(holds(shorter, "its intervals: --json")) << shorter;
}

TEST_F(ScoresTest, TooFewForATestAreToldSo) {
  const Evaluation few = evaluate(subject(at_modes(20, 8)), only("two_sample"));
  EXPECT_TRUE(holds(few.text(), "two-sample test    none: it needs")) << few.text();
  EXPECT_FALSE(Json::parse(few.json()).contains("two_sample"));
  EXPECT_EQ(score_table({{"one", &few}}).at(1).at(1), "too few");
}

}  // namespace
}  // namespace gan
