#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/baselines/dbm/dbm.h"
#include "gan/baselines/dbn/dbn.h"
#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/judge/ais.h"
#include "gan/nets/draw.h"
#include "gan/testing.h"

namespace gan {
namespace {

/// With parameters of middling size, more units than can be gone through with `sampled`.
void fill(const std::vector<Tensor*>& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i)
    parameters[i]->copy_(
        draw_normal(Stream(6).child(i), 1, parameters[i]->numel(), 0).view_as(*parameters[i]) *
        0.6);
}

TEST(GanDeep, AnnealingFindsTheirConstants) {
  int inside = 0;
  constexpr int kRuns = 12;
  for (int i = 0; i < kRuns; ++i) {
    Dbn dbn({8, 7}, false, 1, at::full({12}, 0.3));
    dbn.set_stage(2);
    Rbm& top = dbn.layers()[1];
    fill({&top.weights(), &top.visible_bias(), &top.hidden_bias()});
    Dbm two({8, 7}, {}, 1, at::full({12}, 0.3)), three({8, 7, 6}, {}, 1, at::full({12}, 0.3));
    two.set_composed();
    three.set_composed();
    fill({&two.weights()[0], &two.weights()[1], &two.biases()[0], &two.biases()[1],
          &two.biases()[2]});
    fill({&three.weights()[0], &three.weights()[1], &three.weights()[2], &three.biases()[0],
          &three.biases()[1], &three.biases()[2], &three.biases()[3]});
    for (AnnealedPath* path : std::initializer_list<AnnealedPath*>{&dbn, &two, &three}) {
      const double exact = *path->exact_log_z();
      const LogZ sampled = estimate_log_z(
          *path, {.runs = 100, .temperatures = 500, .seed = static_cast<uint64_t>(i)}, true);
      EXPECT_NEAR(sampled.value, exact, 0.5);
      EXPECT_GT(sampled.effective_runs, 20);
      inside += sampled.low <= exact && exact <= sampled.high;
    }
  }
  EXPECT_GE(inside, 3 * kRuns - 1);  // three standard errors
}

StackSection& layers_of(Config& c) {
  if (c.run.model == "dbn") return c.dbn;
  return c.dbm;
}

/// Four kinds of 3 x 3 images.
Config bars(const std::filesystem::path& file, const std::string& model) {
  Config c = model_of_rows(file, model, 4);
  c.training.learning_rate = 0.02;
  c.optimizer.method = Method::momentum;
  c.optimizer.final_momentum = 0.5;
  StackSection& s = layers_of(c);
  s.hidden = {{8, 6}};
  s.epochs = {{40}};
  s.rates = {{0.1}};
  s.k = {{3}};
  s.weight_decay = 1e-4;
  s.chains = 40;
  s.burn_in = 50;
  c.dbn.joint_epochs = 10;
  c.dbm.joint_epochs = 60;
  return c;
}

TEST(GanDeep, AreTrainedLoadedAndSampledLikeAnyOther) {
  for (const std::string kind : {"dbn", "dbm"}) {
    const ScratchFolder temp;
    train(bars(temp.path() / "x.npy", kind), temp.path() / "run");
    Model model = load(temp.path() / "run");
    auto& path = dynamic_cast<AnnealedPath&>(model.generative());
    EXPECT_TRUE(dynamic_cast<Chain*>(&model.generative()));
    AnnealedLikelihood likelihood(path, estimate_log_z(path, {}));
    EXPECT_EQ(likelihood.kind(), Likelihood::Kind::bound);
    EXPECT_TRUE(likelihood.log_z().exact);
    const at::Tensor x = at::tensor({1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f}).view({1, 9});
    EXPECT_GT(likelihood.log_probability(x).item<double>(), -3) << kind;  // at most log 1/4 = -1.39
    EXPECT_LT(likelihood.log_probability(1 - x).item<double>(), -4);
    EXPECT_EQ(model.sample(3, 0).sizes(), (std::vector<int64_t>{3, 3, 3}));
    EXPECT_EQ(read_file(temp.path() / "run/checkpoints/last").find(temp.path().string()),
              std::string::npos);
  }
}

TEST(GanDeep, ARunInPartsHasTheSameBytes) {
  for (const std::string kind : {"dbn", "dbm"}) {
    const ScratchFolder temp;
    Config c = bars(temp.path() / "x.npy", kind);
    layers_of(c).epochs = {{0.5, 0.25}};
    layers_of(c).joint_epochs = 0.5;  // 8, 4 and 8 steps; a pass of the 640 examples is 16
    train(c, temp.path() / "whole");
    for (const int64_t steps : {3, 8, 10, 14, 0}) {
      c.training.steps = steps;
      const Problem problem = prepare(c);
      EXPECT_EQ(problem.config.training.steps, steps == 0 ? 20 : steps);
      const auto learner = make_learner(problem);
      EXPECT_EQ(learner->has_model(), kind == "dbn");
      const auto parts = temp.path() / "parts";
      train(std::filesystem::exists(parts) ? RunFolder::open(parts)
                                           : RunFolder::create(parts, problem.config),
            problem, *learner);
    }
    EXPECT_EQ(read_file(temp.path() / "whole/checkpoints/last"),
              read_file(temp.path() / "parts/checkpoints/last"))
        << kind;
  }
}

TEST(GanDeep, SettingsMustFit) {
  const ScratchFolder temp;
  for (const std::string kind : {"dbn", "dbm"}) {
    Config c = bars(temp.path() / "x.npy", kind);
    EXPECT_EQ(complaint(c), "");
    c.data.binarise = false;
    EXPECT_NE(complaint(c).find("set data.binarise = true"), std::string::npos);
    c.data.binarise = true;
    layers_of(c).rates = {{0.1, 0.1, 0.1}};
    EXPECT_NE(complaint(c).find(".rates: holds 3 values, there are 2 hidden layers"),
              std::string::npos);
    layers_of(c).rates = {{0.1}};
    layers_of(c).hidden = {{8}};
    EXPECT_NE(complaint(c).find("expected two layers or more"), std::string::npos);
    layers_of(c).hidden = {{8, 800'000'000}};
    EXPECT_NE(complaint(c).find("this training needs about"), std::string::npos);
  }
}

TEST(GanDeep, ACheckpointOfLayersAloneSaysSo) {
  const ScratchFolder temp;
  Config c = bars(temp.path() / "x.npy", "dbm");
  c.training.steps = 10;
  train(c, temp.path() / "run");
  Model model = load(temp.path() / "run");
  try {
    model.sample(1, 0);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("trained one by one"), std::string::npos);
  }
}

}  // namespace
}  // namespace gan
