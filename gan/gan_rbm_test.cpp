#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/baselines/rbm/rbm.h"
#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/io/safetensors.h"
#include "gan/judge/ais.h"
#include "gan/nets/draw.h"
#include "gan/testing.h"

namespace gan {
namespace {

TEST(GanRbm, AnnealedImportanceSamplingHoldsTheEnumeratedConstant) {
  int64_t inside = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const bool gaussian = seed % 4 == 0;
    const int64_t visible = 8 + static_cast<int64_t>(seed),
                  hidden = 3 + static_cast<int64_t>(seed) / 3;
    Rbm m(hidden, gaussian, 1, draw_uniform(Stream(seed, "mean"), 1, visible, 0)[0]);
    m.weights().copy_(draw_normal(Stream(seed, "w"), visible, hidden, 0) * (gaussian ? 0.3 : 1.0));
    m.visible_bias().copy_(draw_normal(Stream(seed, "b"), 1, visible, 0)[0]);
    m.hidden_bias().copy_(draw_normal(Stream(seed, "c"), 1, hidden, 0)[0]);
    const LogZ exact = estimate_log_z(m, {}),
               sampled = estimate_log_z(m, {.runs = 100, .temperatures = 1000, .seed = seed}, true);
    ASSERT_TRUE(exact.exact && !sampled.exact);
    inside += sampled.low <= exact.value && exact.value <= sampled.high;
    EXPECT_NEAR(sampled.value, exact.value, 0.3) << seed;
    EXPECT_GT(sampled.effective_runs, 20) << seed;
  }
  EXPECT_GE(inside, 19);  // three standard errors
}

/// Four kinds of 3 x 3 images.
Config bars(const std::filesystem::path& file) {
  Config c = model_of_rows(file, "rbm", 4);
  c.training.epochs = 60;
  c.training.learning_rate = 0.1;
  c.optimizer.method = Method::momentum;
  c.optimizer.final_momentum = 0.5;
  c.rbm = {.hidden = 8, .k = 5, .persistent = true, .chains = 40, .burn_in = 50};
  return c;
}

TEST(GanRbm, IsTrainedLoadedAndSampledLikeAnyOther) {
  const ScratchFolder temp;
  train(bars(temp.path() / "x.npy"), temp.path() / "run");
  Model model = load(temp.path() / "run");
  auto& path = dynamic_cast<AnnealedPath&>(model.generative());
  EXPECT_TRUE(dynamic_cast<Chain*>(&model.generative()));
  EXPECT_FALSE(dynamic_cast<Likelihood*>(&model.generative()));  // log Z is the judge's to find
  AnnealedLikelihood likelihood(path, estimate_log_z(path, {}));
  EXPECT_EQ(likelihood.kind(), Likelihood::Kind::exact);
  const at::Tensor x = at::tensor({1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f}).view({1, 9});
  EXPECT_GT(likelihood.log_probability(x).item<double>(), -2.2);  // at most log 1/4 = -1.39
  EXPECT_LT(likelihood.log_probability(1 - x).item<double>(), -5);
  EXPECT_EQ(model.sample(3, 0).sizes(), (std::vector<int64_t>{3, 3, 3}));
  EXPECT_EQ(read_file(temp.path() / "run/checkpoints/last").find(temp.path().string()),
            std::string::npos);
}

TEST(GanRbm, ARunInPartsHasTheSameBytes) {
  const ScratchFolder temp;
  for (const bool persistent : {false, true}) {
    Config c = bars(temp.path() / "x.npy");
    c.training.epochs = 0;
    c.training.steps = 30;
    c.rbm.persistent = persistent;
    c.rbm.sparsity_cost = 0.01;
    const auto whole = temp.path() / (persistent ? "a" : "b"),
               parts = temp.path() / (persistent ? "c" : "d");
    train(c, whole);
    train_in_parts(c, parts, {11, 30});
    EXPECT_EQ(read_file(whole / "checkpoints/last"), read_file(parts / "checkpoints/last"))
        << persistent;
  }
}

TEST(GanRbm, UnitsMustFitTheirData) {
  const ScratchFolder temp;
  Config c = bars(temp.path() / "x.npy");
  EXPECT_EQ(complaint(c), "");
  c.data.binarise = false;
  EXPECT_NE(complaint(c).find("set data.binarise = true"), std::string::npos);
  c.data.binarise = true;
  c.data.scale = Scale::symmetric;
  EXPECT_NE(complaint(c).find("data of 0 and 1"), std::string::npos);
  c.data.binarise = false;
  c.rbm.visible = VisibleKind::gaussian;
  EXPECT_NE(complaint(c).find("set data.scale = 'standard'"), std::string::npos);
  c.data.scale = Scale::standard;
  EXPECT_EQ(complaint(c), "");
  EXPECT_EQ(prepare(c).config.run.device, "cpu");
}

TEST(GanRbm, ARateThatIsTooHighEndsTheRun) {
  const ScratchFolder temp;
  Config c = bars(temp.path() / "x.npy");
  c.data.binarise = false;
  c.data.scale = Scale::standard;
  c.rbm.visible = VisibleKind::gaussian;
  c.training.learning_rate = 50;
  try {
    train(c, temp.path() / "run");
    FAIL();
  } catch (const DivergedError& error) {
    EXPECT_NE(std::string(error.what()).find("Try a lower training.learning_rate"),
              std::string::npos)
        << error.what();
    EXPECT_EQ(std::string(error.what()).find("game."), std::string::npos) << error.what();
  }
}

TEST(GanRbm, ADamagedCheckpointIsRefused) {
  const ScratchFolder temp;
  Config c = bars(temp.path() / "x.npy");
  c.training.epochs = 1;
  train(c, temp.path() / "run");
  SafeTensors content;
  const std::string bytes = read_file(temp.path() / "run/checkpoints/last");
  const auto complaint = [&](const char* from, const char* to) {
    content = parse_safetensors(bytes, "run");
    std::string& config = content.metadata.at("config");
    config.replace(config.find(from), std::string(from).size(), to);
    content.metadata["checksum"] = checksum(content);
    write_file(temp.path() / "x.safetensors", format_safetensors(content));
    return gan::complaint([&] { load(temp.path() / "x.safetensors"); });
  };
  EXPECT_NE(complaint("hidden = 8", "hidden = 800000").find("its network needs"),
            std::string::npos);
  EXPECT_NE(complaint("hidden = 8", "hidden = 7")
                .find("'model.weights' is F32 [9, 8], expected F32 [9, 7]"),
            std::string::npos);
  EXPECT_NE(complaint("hidden = 8", "hidden = 0").find("a number from 1"), std::string::npos);
}

}  // namespace
}  // namespace gan
