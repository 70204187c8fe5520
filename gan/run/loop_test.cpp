#include "gan/run/loop.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// Learns the sum of all that it has seen; diverges at a given step.
class Summing : public Learner, public GenerativeModel {
 public:
  explicit Summing(int64_t steps, int64_t diverge_at = -1)
      : steps_(steps), diverge_at_(diverge_at) {}
  std::vector<Stage> stages() const override { return {{"warm", 3}, {"", steps_ - 3}}; }
  int64_t batches_per_step() const override { return 2; }
  Scalars step(int64_t t, Batches& data) override {
    sum_ += data.next().x.sum() - 0.5 * data.next().x.sum();
    return {{"loss", t == diverge_at_ ? at::full({}, std::nan("")) : sum_.clone()}};
  }
  void visit_state(const StateVisitor& visit) override { visit("model.sum", sum_); }
  GenerativeModel& model() override { return *this; }
  Tensor sample(int64_t n, uint64_t, int64_t) override { return sum_.expand({n, 1}); }
  double sum() const { return sum_.item<double>(); }

 private:
  int64_t steps_, diverge_at_;
  Tensor sum_ = at::zeros({});
};

class Loop : public testing::Test {
 protected:
  Loop() {
    std::vector<float> values(100);
    for (int i = 0; i < 100; ++i) values[i] = std::sin(static_cast<float>(i));
    examples_ = Examples({1}, values);
    config_.run.log_every = 2;
    config_.run.checkpoint_every = 3;
  }
  Outcome go(const fs::path& path, Learner& learner, const Hooks& hooks = {}) {
    BatchOrder order(examples_, {}, 8, 1);
    const RunFolder run =
        fs::exists(path) ? RunFolder::resume(path) : RunFolder::create(path, config_);
    return train(run, learner, order, at::kCPU, config_, {{"kind", "test"}}, hooks);
  }
  static std::string bytes(const fs::path& path) { return read_file(path); }

  ScratchFolder temp_;
  Examples examples_;
  Config config_;
};

TEST_F(Loop, SamplesThatAreNotFiniteEndIt) {
  config_.run.evaluate_every = 4;
  Summing learner(10);
  Hooks hooks;
  hooks.evaluate = [](int64_t step) {
    Scores scores;
    scores.finite = step < 8;
    return scores;
  };
  try {
    go(temp_.path() / "run", learner, hooks);
    ADD_FAILURE();
  } catch (const DivergedError& error) {
    EXPECT_NE(
        std::string(error.what())
            .find(
                "training diverged at step 8: its samples are not finite; the last good checkpoint is"),
        std::string::npos)
        << error.what();
  }
}

TEST_F(Loop, WritesMetricsAndCheckpointsWhereTheyAreDue) {
  Summing learner(10);
  const Outcome outcome = go(temp_.path() / "run", learner);
  EXPECT_EQ(outcome.how, Ended::steps);
  EXPECT_EQ(outcome.step, 10);
  const RunFolder run = RunFolder::open(temp_.path() / "run");
  EXPECT_EQ(run.last_step(), 10);
  std::vector<int64_t> steps;
  for (const auto& [step, numbers] : run.metrics()) steps.push_back(step);
  EXPECT_EQ(steps, (std::vector<int64_t>{2, 4, 6, 8, 10}));
  EXPECT_FALSE(fs::exists(run.checkpoint(9)));  // only the last is kept
  EXPECT_EQ(run.find_checkpoint("last").filename(), "last");
  EXPECT_THROW(run.find_checkpoint("best"), DataError);
  EXPECT_THROW(run.find_checkpoint("9"), DataError);
  EXPECT_THROW(run.find_checkpoint("9x"), UsageError);
}

TEST_F(Loop, KeepsEveryMultipleThatItIsAskedTo) {
  config_.run.keep_every = 6;
  Summing learner(15);
  go(temp_.path() / "run", learner);
  const RunFolder run = RunFolder::open(temp_.path() / "run");
  for (const int64_t step : {3, 9}) EXPECT_FALSE(fs::exists(run.checkpoint(step))) << step;
  for (const int64_t step : {6, 12, 15}) EXPECT_TRUE(fs::exists(run.checkpoint(step))) << step;
}

TEST_F(Loop, StoppedAndResumedIsTheSameBytes) {
  Summing whole(12), part(7), rest(12);
  Hooks hooks;
  hooks.evaluate = [](int64_t step) {
    return Scores{.numbers = {{"score", std::sin(step)}}, .score = std::sin(step)};
  };
  config_.run.evaluate_every = 2;
  go(temp_.path() / "whole", whole, hooks);
  go(temp_.path() / "parts", part, hooks);
  std::ofstream(temp_.path() / "parts/metrics.jsonl", std::ios::app)
      << "{\"step\":8,\"loss\":1}\n{\"step\": 11, \"torn\": tr";  // as kill -9 leaves it
  std::ofstream(temp_.path() / "parts/checkpoints/.step-0000009.safetensors.gan-17.tmp") << "half";
  go(temp_.path() / "parts", rest, hooks);
  EXPECT_EQ(whole.sum(), rest.sum());
  for (const char* file :
       {"checkpoints/step-0000012.safetensors", "checkpoints/best", "metrics.jsonl"})
    EXPECT_EQ(bytes(temp_.path() / "whole" / file), bytes(temp_.path() / "parts" / file)) << file;
  for (const auto& entry : fs::recursive_directory_iterator(temp_.path()))
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
}

TEST_F(Loop, TheFirstEvaluationMayDieAndNothingIsLost) {
  config_.run.checkpoint_every = 0;
  config_.run.evaluate_every = 5;
  Hooks whole_hooks, dying;
  whole_hooks.evaluate = [](int64_t step) {
    return Scores{.numbers = {{"score", std::sin(step)}}, .score = std::sin(step)};
  };
  dying.evaluate = [](int64_t) -> Scores { throw std::bad_alloc(); };
  Summing whole(12), part(12), rest(12);
  go(temp_.path() / "whole", whole, whole_hooks);
  EXPECT_THROW(go(temp_.path() / "parts", part, dying), std::bad_alloc);
  EXPECT_EQ(RunFolder::open(temp_.path() / "parts").last_step(), 4);
  go(temp_.path() / "parts", rest, whole_hooks);
  for (const char* file :
       {"checkpoints/step-0000012.safetensors", "checkpoints/best", "metrics.jsonl"})
    EXPECT_EQ(bytes(temp_.path() / "whole" / file), bytes(temp_.path() / "parts" / file)) << file;
}

TEST_F(Loop, LastNamesACheckpointOnlyOnceItIsWritten) {
  const RunFolder run = RunFolder::create(temp_.path() / "run", config_);
  run.save(1, "one", false, 0);
  fs::create_directories(run.checkpoint(2) / "in the way");  // a file cannot take a folder's place
  EXPECT_THROW(run.save(2, "two", true, 0), DataError);
  EXPECT_EQ(run.last_step(), 1);
  EXPECT_EQ(bytes(run.find_checkpoint("last")), "one");
  EXPECT_THROW(run.find_checkpoint("best"), DataError);
}

TEST_F(Loop, AnEpochOfStepsSeesNoExampleTwice) {
  struct Seeing : Summing {
    using Summing::Summing;
    Scalars step(int64_t, Batches& data) override {
      for (int64_t i = 0; i < batches_per_step(); ++i) {
        const Tensor x = data.next().x;
        seen.insert(x.data_ptr<float>(), x.data_ptr<float>() + x.numel());
      }
      return {};
    }
    std::set<float> seen;
  } learner(6);
  go(temp_.path() / "run", learner);
  EXPECT_EQ(learner.seen.size(), 96u);  // 6 steps of 2 batches of 8
}

TEST_F(Loop, PatienceEndsAtTheBestScoreAndSoDoesItsResume) {
  config_.run.stop = StopRule::best;
  config_.run.patience = 3;
  config_.run.evaluate_every = 1;
  Hooks hooks;
  hooks.evaluate = [](int64_t step) {
    return Scores{.score = -std::abs(static_cast<double>(step) - 4)};
  };
  Summing learner(50), again(50);
  const Outcome outcome = go(temp_.path() / "run", learner, hooks);
  EXPECT_EQ(outcome.how, Ended::patience);
  EXPECT_EQ(outcome.step, 7);
  EXPECT_EQ(outcome.best_step, 4);
  const RunFolder run = RunFolder::open(temp_.path() / "run");
  EXPECT_EQ(fs::read_symlink(run.find_checkpoint("best")).string(), "step-0000004.safetensors");
  EXPECT_EQ(go(temp_.path() / "run", again, hooks).step, 7);  // over is over
  config_.training.steps = 50;
  EXPECT_EQ(ended(run, config_), Ended::patience);
  config_.run.patience = 4;
  EXPECT_EQ(ended(run, config_), std::nullopt);
  config_.training.steps = 7;
  EXPECT_EQ(ended(run, config_), Ended::steps);
}

TEST_F(Loop, PatienceCountsRisesWithinTheMarginAsNone) {
  config_.run.stop = StopRule::best;
  config_.run.patience = 3;
  config_.run.margin = 2;
  config_.run.evaluate_every = 1;
  // By steps of 1.5 where the margin is 2: each second one is a rise, until they become steps of
  // .5, of which each fifth would be.
  Hooks hooks;
  hooks.evaluate = [](int64_t step) {
    const auto t = static_cast<double>(step);
    return Scores{.score = t <= 7 ? 1.5 * t : 10.5 + 0.5 * (t - 7), .standard_error = 1};
  };
  Summing learner(50), parts[] = {Summing(8), Summing(50)};
  const Outcome outcome = go(temp_.path() / "run", learner, hooks);
  EXPECT_EQ(outcome.how, Ended::patience);
  EXPECT_EQ(outcome.step, 10);       // the last rise was at step 7
  EXPECT_EQ(outcome.best_step, 10);  // the best is the best, by however little
  for (Summing& part : parts)
    EXPECT_EQ(go(temp_.path() / "parts", part, hooks).step, &part == &parts[0] ? 8 : 10);
}

TEST_F(Loop, IndistinguishableNeedsSoManyChecksInARow) {
  config_.run.stop = StopRule::indistinguishable;
  config_.run.checks = 2;
  config_.run.evaluate_every = 1;
  Hooks hooks;
  hooks.evaluate = [](int64_t step) { return Scores{.indistinguishable = step == 2 || step >= 5}; };
  Summing learner(50), never(8);
  const Outcome outcome = go(temp_.path() / "run", learner, hooks);
  EXPECT_EQ(outcome.how, Ended::indistinguishable);
  EXPECT_EQ(outcome.step, 6);
  hooks.evaluate = [](int64_t step) { return Scores{.indistinguishable = step % 2 == 0}; };
  EXPECT_EQ(go(temp_.path() / "never", never, hooks).how, Ended::steps);
}

TEST_F(Loop, ALossThatIsNotFiniteStopsAndKeepsTheLastGoodCheckpoint) {
  Summing learner(20, 7);
  try {
    go(temp_.path() / "run", learner);
    FAIL();
  } catch (const DivergedError& error) {
    EXPECT_EQ(error.code(), Exit::diverged);
    EXPECT_NE(std::string(error.what()).find("diverged at step 8: loss is nan"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("step-0000006.safetensors"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(RunFolder::open(temp_.path() / "run").last_step(), 6);
}

TEST_F(Loop, AFolderThatHoldsSomethingIsNotTaken) {
  fs::create_directories(temp_.path() / "full");
  std::ofstream(temp_.path() / "full/mine") << "x";
  EXPECT_THROW(RunFolder::create(temp_.path() / "full", config_), UsageError);
  EXPECT_THROW(RunFolder::open(temp_.path() / "full"), DataError);
  fs::create_directories(temp_.path() / "empty");
  RunFolder::create(temp_.path() / "empty", config_);
}

TEST_F(Loop, ADamagedLastCheckpointSaysHowToGoOnFromAnEarlierOne) {
  config_.run.keep_every = 3;
  Summing learner(6), again(6);
  const fs::path path = temp_.path() / "run";
  go(path, learner);
  const std::string whole = bytes(path / "checkpoints/last");
  write_file(path / "checkpoints/step-0000006.safetensors", whole.substr(0, whole.size() - 1));
  try {
    go(path, again);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("step-0000006.safetensors: "), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("ln -sfn step-0000003.safetensors "),
              std::string::npos)
        << error.what();
  }
  point_link(path / "checkpoints/last", "step-0000003.safetensors");  // as it was told
  go(path, again);
  EXPECT_EQ(bytes(path / "checkpoints/last"), whole);
}

TEST_F(Loop, OneProcessWritesOthersRead) {
  const fs::path path = temp_.path() / "run";
  const RunFolder run = RunFolder::create(path, config_);
  EXPECT_THROW(RunFolder::resume(path), DataError);
  EXPECT_NO_THROW(RunFolder::open(path));
}

TEST_F(Loop, ACheckpointThatNothingNeedsGoesAfterACrashToo) {
  Summing part(6), rest(9);
  const fs::path path = temp_.path() / "run";
  go(path, part);
  write_file(path / "checkpoints/step-0000003.safetensors", "was to be removed");
  write_file(path / "checkpoints/step-0000008.safetensors", "nothing points to it");
  go(path, rest);
  EXPECT_FALSE(fs::exists(path / "checkpoints/step-0000003.safetensors"));
  EXPECT_FALSE(fs::exists(path / "checkpoints/step-0000008.safetensors"));
}

TEST_F(Loop, StagesNameTheProgress) {
  std::vector<std::string> names;
  Hooks hooks;
  hooks.progress = [&](const Progress& p) { names.push_back(p.stage); };
  Summing learner(5);
  go(temp_.path() / "run", learner, hooks);
  EXPECT_EQ(names, (std::vector<std::string>{"warm", "warm", "warm", "", ""}));
}

}  // namespace
}  // namespace gan
