#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/baselines/rbm/rbm.h"
#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/judge/ais.h"
#include "gan/testing.h"

namespace gan {
namespace {

/// 3 x 3 images of one full row.
Config rows(const std::filesystem::path& file, NceNoise noise) {
  Config c = model_of_rows(file, "nce", 3);
  c.training.epochs = 100;
  c.training.learning_rate = 0.03;
  c.nce = {.noise = noise, .noise_epochs = 3, .nu = 10, .hidden = 8, .burn_in = 50};
  c.mixture.components = 2;
  return c;
}

TEST(GanNce, ItsModelIsAnOrdinaryRbm) {
  const ScratchFolder temp;
  train(rows(temp.path() / "x.npy", NceNoise::marginals), temp.path() / "run");
  Model model = load(temp.path() / "run");
  auto& path = dynamic_cast<AnnealedPath&>(model.generative());
  EXPECT_TRUE(dynamic_cast<Chain*>(&model.generative()) && dynamic_cast<Rbm*>(&model.generative()));
  AnnealedLikelihood likelihood(path, estimate_log_z(path, {}));
  EXPECT_EQ(likelihood.kind(), Likelihood::Kind::exact);
  const at::Tensor x = at::tensor({1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f}).view({1, 9});
  EXPECT_GT(likelihood.log_probability(x).item<double>(),
            -2.5);  // at most log 1/3 = -1.10; of the marginals -5.7
  EXPECT_EQ(model.sample(3, 0).sizes(), (std::vector<int64_t>{3, 3, 3}));
}

TEST(GanNce, ARunInPartsHasTheSameBytes) {
  const ScratchFolder temp;
  for (const NceNoise noise : {NceNoise::marginals, NceNoise::mixture}) {
    Config c = rows(temp.path() / "x.npy", noise);
    const int64_t first = noise == NceNoise::mixture ? 3 * prepare(c).batches_per_epoch : 0,
                  steps = first + 30;
    EXPECT_EQ(prepare(c).config.training.steps, first + 100 * prepare(c).batches_per_epoch);
    c.training.epochs = 0;
    c.training.steps = steps;
    const std::string name = noise == NceNoise::mixture ? "mixture" : "marginals";
    const auto whole = temp.path() / name, parts = temp.path() / (name + " in parts");
    EXPECT_EQ(train(c, whole).step, steps);
    train_in_parts(c, parts, {11, steps});
    EXPECT_EQ(read_file(whole / "checkpoints/last"), read_file(parts / "checkpoints/last")) << name;
  }
}

TEST(GanNce, NeedsBinaryDataAndEnoughExamples) {
  const ScratchFolder temp;
  Config c = rows(temp.path() / "x.npy", NceNoise::mixture);
  EXPECT_EQ(complaint(c), "");
  c.mixture.components = 801;
  EXPECT_NE(complaint(c).find("mixture.components"), std::string::npos);
  c.data.binarise = false;
  EXPECT_NE(complaint(c).find("set data.binarise = true"), std::string::npos);
}

}  // namespace
}  // namespace gan
