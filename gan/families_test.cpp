/// Every row of the table of families, and a family that only this file knows.

#include "gan/families.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/evaluate.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/nets/draw.h"
#include "gan/testing.h"

namespace gan {
namespace {

/// A few units of everything, for data of three bits.
Setup small(const Family& family) {
  Config c;
  c.run.model = family.spec->name;
  c.data.binarise = true;
  c.training.epochs = 4;
  c.generator = {.noise_size = 2, .layers = {Dense{.units = 3}}};
  c.discriminator.layers = {Dense{.units = 1}};
  c.mixture.components = 2;
  c.rbm.hidden = c.nce.hidden = 4;
  c.dbn.hidden = c.dbm.hidden = c.gsn.hidden = c.cae.hidden = {{4, 5}};
  c.dbn.epochs = c.dbm.epochs = {{1}};
  c.cae.layer_epochs = 1;
  c.training.steps = family.steps(c, 5);
  c.training.epochs = 0;
  return {.config = c,
          .data = {.shape = {3}, .size = 20},
          .batches_per_epoch = 5,
          .means = at::full({3}, 0.5),
          .examples = [](std::span<const int64_t> numbers) {
            return at::ones({static_cast<int64_t>(numbers.size()), 3});
          }};
}

using Shapes = std::map<std::string, std::vector<int64_t>>;

StateVisitor into(Shapes& shapes) {
  return [&shapes](const std::string& name, Tensor& t) { shapes[name] = t.sizes().vec(); };
}

TEST(Families, EveryRowHasALearnerAndAModelThatReadsItsState) {
  ASSERT_EQ(families().size(), family_specs().size());
  for (const Family* family : families()) {
    const std::string name(family->spec->name);
    const gan::Setup setup = small(*family);
    check_fit(setup.config, setup.data);
    const auto learner = family->learner(setup);
    int64_t steps = 0;
    for (const Stage& stage : learner->stages()) steps += stage.steps;
    EXPECT_EQ(steps, setup.config.training.steps) << name;
    EXPECT_FALSE(learner->advice_on_divergence().empty()) << name;
    Shapes learned, read;
    learner->visit_state(into(learned));
    family->model(setup)->visit_state(into(read));
    EXPECT_FALSE(read.empty()) << name;
    for (const auto& [key, shape] : read) {
      EXPECT_TRUE(key.starts_with("model.")) << name << " " << key;
      ASSERT_TRUE(learned.contains(key)) << name << " " << key;
      EXPECT_EQ(learned.at(key), shape) << name << " " << key;
    }
  }
}

TEST(Families, StepsAreThoseOfTheirSettings) {
  const auto steps = [](const char* model, double epochs) {
    Config c;
    c.run.model = model;
    c.training.steps = 7;
    c.training.epochs = epochs;
    c.game.k = 2;
    c.nce.noise = NceNoise::mixture;
    c.nce.noise_epochs = 3;
    c.dbn.epochs = {{1, 2}};
    return family_of(c).steps(c, 10);
  };
  EXPECT_EQ(steps("adversarial", 0), 7);
  EXPECT_EQ(steps("adversarial", 4), 20);  // each takes two minibatches
  EXPECT_EQ(steps("rbm", 4), 40);
  EXPECT_EQ(steps("nce", 0), 7);
  EXPECT_EQ(steps("nce", 4), 30 + 40);  // the noise is trained first
  EXPECT_EQ(steps("dbn", 0), 7);
  EXPECT_EQ(steps("dbn", 4), 30);  // its own stages end before
}

/// Independent normal numbers.
class Gaussian : public GenerativeModel, public Likelihood {
 public:
  explicit Gaussian(int64_t dim) : mean_(at::zeros({dim})), deviation_(at::ones({dim})) {}

  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override {
    const Tensor z = draw_normal(Stream(seed, "gaussian"), n, mean_.size(0), 0, first);
    return z * deviation_ + mean_;
  }
  void visit_state(const StateVisitor& visit) override {
    visit("model.mean", mean_);
    visit("model.deviation", deviation_);
  }
  Kind kind() const override { return Kind::exact; }
  Tensor log_probability(const Tensor& x) override {
    const Tensor z = (x - mean_) / deviation_;  // [N, D]
    const double constant = 0.5 * std::log(2 * std::numbers::pi);
    return -(z.square() / 2 + deviation_.log() + constant).sum(1);
  }

  Tensor mean_, deviation_;  // [D]
};

/// By the moments of all examples seen so far.
class MomentsLearner : public Learner {
 public:
  explicit MomentsLearner(const Setup& setup)
      : steps_(setup.config.training.steps),
        model_(setup.data.dim()),
        count_(at::zeros({}, at::kDouble)),
        sum_(at::zeros({setup.data.dim()}, at::kDouble)),
        squares_(at::zeros_like(sum_)) {}

  std::vector<Stage> stages() const override { return {{.name = "", .steps = steps_}}; }
  Scalars step(int64_t, Batches& data) override {
    const Tensor x = data.next().rows().to(at::kDouble);  // [B, D]
    count_ += static_cast<double>(x.size(0));
    sum_ += x.sum(0);
    squares_ += x.square().sum(0);
    const Tensor mean = sum_ / count_;
    model_.mean_.copy_(mean);
    model_.deviation_.copy_((squares_ / count_ - mean.square()).sqrt());
    return {{"log_likelihood", model_.log_probability(x).mean()}};
  }
  void visit_state(const StateVisitor& visit) override {
    model_.visit_state(visit);
    visit("learner.count", count_);
    visit("learner.sum", sum_);
    visit("learner.squares", squares_);
  }
  GenerativeModel& model() override { return model_; }

 private:
  int64_t steps_;
  Gaussian model_;
  Tensor count_, sum_, squares_;
};

const FamilySpec kGaussianSpec = {
    .name = "gaussian",
    .about = "independent normal numbers, by their moments",
    .sections = [](const Config&) { return std::vector<std::string_view>(); },
    .check =
        [](const Config& c, const DataSpec&) {
          if (c.data.binarise) throw UsageError("a gaussian is no model of bits");
        },
    .memory = [](const Config&, const DataSpec& data) -> MemoryNeed {
      const int64_t dim = data.dim();
      return {.parameters = 32 * static_cast<double>(dim)};
    },
    .model_bytes = [](const Config&,
                      const DataSpec& data) { return 8 * static_cast<double>(data.dim()); },
    .needs_means = [](const Config&) { return false; },
};

const Family kGaussian = {
    .spec = &kGaussianSpec,
    .engines = {.why_not_fused = never_fused},
    .steps = one_batch_a_step,
    .learner = [](const Setup& setup) -> std::unique_ptr<Learner> {
      return std::make_unique<MomentsLearner>(setup);
    },
    .model = [](const Setup& setup) -> std::unique_ptr<GenerativeModel> {
      return std::make_unique<Gaussian>(setup.data.dim());
    },
};

class AFamilyOfATest : public testing::Test {
 protected:
  /// Numbers around 3 and -1, with deviations 2 and 0.5.
  AFamilyOfATest() {
    const Tensor x =
        draw_normal(Stream(5), 2000, 2, 0) * at::tensor({2.f, 0.5f}) + at::tensor({3.f, -1.f});
    const std::span values(x.data_ptr<float>(), static_cast<size_t>(x.numel()));
    write_file(temp_.path() / "x.npy", format_npy({2000, 2}, values));
    config_ = parse_config("[run]\nmodel = 'gaussian'\nthreads = 1\n[data]\nscale = 'none'\n", "x");
    config_.data.source = (temp_.path() / "x.npy").string();
    config_.training.epochs = 3;
  }

  const AddedFamily added_{kGaussian};
  const ScratchFolder temp_;
  Config config_;
};

TEST_F(AFamilyOfATest, IsTrainedLoadedAndSampled) {
  const Outcome outcome = train(config_, temp_.path() / "run");
  EXPECT_EQ(outcome.step, 48);  // 3 passes of 1,600 training examples, 100 at a time
  Model model = load(temp_.path() / "run");
  EXPECT_EQ(model.config().run.model, "gaussian");
  EXPECT_EQ(model.config().run.engine, Engine::reference);
  const Tensor x = model.sample(20'000, 1);
  EXPECT_TRUE(at::allclose(x.mean(0), at::tensor({3.f, -1.f}), 0, 0.15)) << x.mean(0);
  EXPECT_TRUE(at::allclose(x.std(0), at::tensor({2.f, 0.5f}), 0, 0.1)) << x.std(0);
  EXPECT_TRUE(at::equal(model.sample(10, 1, 20), x.slice(0, 20, 30)));
}

TEST_F(AFamilyOfATest, GoesOnWhereItStopped) {
  train(config_, temp_.path() / "whole");
  config_.training.epochs = 0;
  train_in_parts(config_, temp_.path() / "parts", {7, 30, 48});
  EXPECT_EQ(read_file(temp_.path() / "whole/checkpoints/last"),
            read_file(temp_.path() / "parts/checkpoints/last"));
}

TEST_F(AFamilyOfATest, IsJudgedByTheTableOfScores) {
  train(config_, temp_.path() / "run");
  Model model = load(temp_.path() / "run");
  const Evaluation found = evaluate(model, open_data(config_.data.source), {.seed = 1});
  const auto value_of = [&](const std::string& name) {
    for (const Score& score : found.scores())
      if (score.name == name) return score.value;
    ADD_FAILURE() << "no score " << name;
    return 0.0;
  };
  const double entropy = std::log(2 * std::numbers::pi * std::numbers::e);  // deviations: 2 x 0.5
  const double exact = value_of("log p, exact");
  EXPECT_NEAR(exact, -entropy, 0.25);
  EXPECT_NEAR(value_of("Parzen"), exact, 0.1);
}

TEST_F(AFamilyOfATest, IsCheckedAsItsRowSays) {
  EXPECT_EQ(complaint(config_), "");
  config_.run.engine = Engine::fused;
  EXPECT_NE(complaint(config_).find("only the reference engine"), std::string::npos);
  config_.run.engine = Engine::automatic;
  config_.run.precision = Precision::bf16;
  EXPECT_NE(complaint(config_).find("'bf16' needs the fused engine"), std::string::npos);
  config_.run.precision = Precision::fp32;
  config_.data.binarise = true;
  EXPECT_NE(complaint(config_).find("no model of bits"), std::string::npos);
}

TEST(Families, ARowIsThereWhileItLives) {
  const std::string recipe = "[run]\nmodel = 'gaussian'\n";
  {
    const AddedFamily added(kGaussian);
    EXPECT_EQ(&family_of(parse_config(recipe, "x")), &kGaussian);
  }
  EXPECT_THROW(parse_config(recipe, "x"), UsageError);
  EXPECT_EQ(families().size(), family_specs().size());
  const AddedFamilySpec untrained(kGaussianSpec);
  EXPECT_THROW(family_of(parse_config(recipe, "x")), UsageError);
}

}  // namespace
}  // namespace gan
