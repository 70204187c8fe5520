#include "gan/evaluate.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

constexpr SplitSizes kSplit = {.train = 2000, .valid = 1000};

std::vector<ScoreKind> only(const std::vector<std::string>& names) {
  std::vector<ScoreKind> out;
  for (const ScoreKind& kind : score_kinds())
    for (const std::string& name : names)
      if (kind.name == name) out.push_back(kind);
  return out;
}

Model model_of(const DataSet& data, std::unique_ptr<GenerativeModel> model) {
  Config config;
  config.data.scale = Scale::none;
  const DataCard card{.name = data.name,
                      .hash = data.hash,
                      .shape = data.train.shape(),
                      .low = data.low,
                      .high = data.high};
  return Model(config, card, 1, std::move(model));
}

/// Gives the modes of ring8 in turn.
class Modes : public GenerativeModel {
 public:
  Tensor sample(int64_t n, uint64_t, int64_t first) override {
    std::vector<float> centres = make_toy("ring8")->modes();
    const Tensor all = at::from_blob(centres.data(), {8, 2}, at::kFloat).clone();
    return all.index_select(0, at::arange(first, first + n, at::kLong).remainder(8));
  }
};

TEST(Evaluate, LoadedModelOfKnownCoverage) {
  const DataSet data = open_data("toy:ring8", {}, kSplit);
  Model model = model_of(data, std::make_unique<Modes>());
  const std::vector<ScoreKind> kinds = only({"modes", "nearest_training_example"});
  std::vector<std::string> said;
  const Evaluation found = evaluate(
      model, data,
      {.seed = 3, .say = [&](const std::string& text) { said.push_back(text); }, .kinds = kinds});
  const std::vector<Score> scores = found.scores();
  ASSERT_EQ(scores.size(), 4u);
  EXPECT_EQ(scores[0].value, 8);
  EXPECT_EQ(scores[1].value, 1);  // all within 3 deviations
  EXPECT_EQ(scores[2].value, 0);  // no spread
  EXPECT_EQ(scores[0].samples, 10000);
  EXPECT_EQ(said.at(0), "drawing 10,000 samples");
  EXPECT_EQ(Json::parse(found.json())["protocol"]["seed"], 3);
}

/// Counts how often it is asked for samples.
class Counting : public Modes {
 public:
  explicit Counting(int& draws) : draws_(draws) {}
  Tensor sample(int64_t n, uint64_t seed, int64_t first) override {
    ++draws_;
    return Modes::sample(n, seed, first);
  }

 private:
  int& draws_;
};

TEST(Evaluate, OtherSamplesAreDrawnOnlyForScoresThatReadThem) {
  const DataSet data = open_data("toy:ring8", {}, kSplit);
  const auto draws_for = [&](const std::string& score) {
    int draws = 0;
    Model model = model_of(data, std::make_unique<Counting>(draws));
    const std::vector<ScoreKind> kinds = only({score});
    EXPECT_FALSE(evaluate(model, data, {.kinds = kinds}).scores().empty()) << score;
    return draws;
  };
  EXPECT_EQ(draws_for("modes"), 1);
  EXPECT_EQ(draws_for("frechet"), 1);
  EXPECT_EQ(draws_for("two_sample"), 2);
}

TEST(Evaluate, ExamplesOfAnotherShapeAreRefused) {
  Model model = model_of(open_data("toy:ring8", {}, kSplit), std::make_unique<Modes>());
  EXPECT_THROW(evaluate(model, open_data("toy:gaussian1d", {}, kSplit)), UsageError);
}

/// Grey images, all of one value.
class Grey : public GenerativeModel {
 public:
  Tensor sample(int64_t n, uint64_t, int64_t) override { return at::full({n, 4}, 0.25f); }
};

TEST(Evaluate, DataAreBinarisedAsTheRecipeSays) {
  std::vector<uint8_t> bytes;
  for (int i = 0; i < 400; ++i) bytes.push_back(static_cast<uint8_t>(i * 37 % 256));
  const Examples images({2, 2}, bytes);
  const DataSet data{.name = "grey",
                     .image = true,
                     .train = images.slice(0, 60),
                     .valid = images.slice(60, 20),
                     .test = images.slice(80, 20),
                     .low = 0,
                     .high = 255,
                     .hash = "0123456789abcdef"};
  Config config;
  config.data.binarise = true;
  config.data.scale = Scale::unit;
  const DataCard card{.name = "grey", .shape = {2, 2}, .image = true};
  Model model(config, card, 1, std::make_unique<Grey>());
  const Evaluation found = evaluate(model, data, {.kinds = {}});
  const Json protocol = Json::parse(found.json())["protocol"];
  EXPECT_EQ(protocol.value(Json::json_pointer("/binarised/from"), ""), data.hash);
  EXPECT_TRUE(protocol.contains("draws")) << "grey samples are means beside binary data";
}

/// The density of gaussian1d itself.
class Truth : public GenerativeModel, public Likelihood {
 public:
  explicit Truth(const DataSet& data) : data_(data) {}
  Tensor sample(int64_t n, uint64_t, int64_t first) override {
    return rows_of(data_.train, first, n).repeat({n / data_.train.size() + 1, 1}).narrow(0, 0, n);
  }
  Kind kind() const override { return Kind::exact; }
  Tensor log_probability(const Tensor& x) override {
    Tensor out = at::empty({x.size(0)}, at::kDouble);
    for (int64_t i = 0; i < x.size(0); ++i) {
      const double at = x[i][0].item<double>();
      out[i] = data_.toy->log_density(std::span(&at, 1));
    }
    return out;
  }

 private:
  const DataSet& data_;
};

TEST(Evaluate, TrueDensityAndTrainingExamples) {
  const DataSet data = open_data("toy:gaussian1d", {}, kSplit);
  Model model = model_of(data, std::make_unique<Truth>(data));
  const std::vector<ScoreKind> kinds =
      only({"log_probability", "parzen", "nearest_training_example"});
  const Evaluation found = evaluate(model, data, {.kinds = kinds});
  const Json json = Json::parse(found.json());
  Truth truth(data);
  const double expected =
      truth.log_probability(rows_of(data.test, 0, data.test.size())).mean().item<double>();
  EXPECT_NEAR(json["log_probability"]["test"].get<double>(), expected, 1e-9);
  EXPECT_EQ(json["log_probability"]["kind"], "exact");
  // Windows on 2,000 samples of the truth come near to it. No density scores more on average.
  const double parzen = json["parzen"]["log_likelihood"];
  EXPECT_NEAR(parzen, expected, 0.05);
  EXPECT_EQ(json["nearest_training_example"]["median_distance"], 0);
  EXPECT_GT(json["nearest_training_example"]["median_distance_of_test"].get<double>(), 0);
  EXPECT_FALSE(json.contains("closed_form"));
}

TEST(Evaluate, AnybodysSamplesThatAreDrawnAsTheDataAre) {
  const DataSet data = open_data("toy:gaussian1d", {}, {.train = 4000, .valid = 1000});
  const Judge judge(data);
  const std::vector<ScoreKind> kinds = only({"two_sample", "log_probability", "closed_form"});
  const Evaluation found =
      evaluate(judge, {.values = rows_of(data.train, 0, 2000)}, {.kinds = kinds});
  const std::vector<Score> scores = found.scores();
  ASSERT_EQ(scores.size(), 1u) << "samples alone have neither log p nor D";
  EXPECT_EQ(scores[0].name, "two-sample accuracy");
  EXPECT_LT(scores[0].low, 0.5);
  EXPECT_GT(scores[0].high, 0.5);
}

TEST(Evaluate, LearnerOfOneDimensionHasClosedForms) {
  Config config = derive(facts_of(open_data("toy:gaussian1d", {}, kSplit)), {}).config;
  config.data.source = "toy:gaussian1d";
  config.data.train = kSplit.train;
  config.data.valid = kSplit.valid;
  config.training.batch_size = 20;
  config.run.threads = 1;
  config.generator.noise_size = 1;
  const Problem problem = prepare(config);
  const auto learner = make_learner(problem);
  const Judge judge(problem.data);
  const std::vector<ScoreKind> kinds = only({"closed_form"});
  const Evaluation found = evaluate(problem, judge, *learner, {.kinds = kinds});
  const Json form = Json::parse(found.json())["closed_form"];
  EXPECT_LE(form["value"].get<double>(), form["optimal_value"].get<double>());
  EXPECT_NEAR(form["optimal_value"].get<double>(),
              -std::log(4.0) + 2 * form["jensen_shannon"].get<double>(), 1e-9);
  EXPECT_TRUE(form["exact_density"].get<bool>());
  EXPECT_GT(found.sampling_seconds, 0);
}

}  // namespace
}  // namespace gan
