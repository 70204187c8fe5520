#include "gan/score_page.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gan/core/testing.h"
#include "gan/io/npy.h"
#include "gan/judge/script_testing.h"

namespace gan {
namespace {

/// 600 images 8 x 8 of noise, and networks that have not been trained.
Config config_of_noise(const ScratchFolder& folder) {
  const Path file = folder.path() / "x.npy";
  std::vector<float> values;
  for (int i = 0; i < 600 * 64; ++i) values.push_back(static_cast<float>(i * 37 % 101));
  write_file(file, format_npy({600, 8, 8}, values));
  Config c = parse_config(
      "[run]\nthreads = 1\n[training]\nsteps = 1\nbatch_size = 10\n[generator]\nnoise_size = 3\n"
      "layers = [{ layer = 'dense', units = 64, activation = 'sigmoid' }]\n"
      "[discriminator]\nlayers = [{ layer = 'dense', units = 1 }]\n",
      "test");
  c.data.source = file.string();
  return c;
}

/// With a slow network, the features of the held-out examples take minutes.
TEST(ScorePictures, TakeTheFeaturesOfTheDataFromTheScores) {
  const ScratchFolder folder;
  const Problem problem = prepare(config_of_noise(folder));
  const auto learner = make_learner(problem);
  const Judge judge(problem.data);
  std::vector<std::string> said;
  const std::vector<ScoreKind> kinds = score_kinds(std::vector<std::string>{"precision"});
  EvaluateSettings settings{.say = [&](const std::string& text) { said.push_back(text); },
                            .kinds = kinds};
  settings.features.what =
      script(folder, "rows", "def forward(self, x):\n  return x.mean([1, 2])\n");
  const Evaluation found = evaluate(problem, judge, *learner, settings);
  ASSERT_EQ(found.scores().size(), 1U);
  const auto pictures = score_pictures(problem, judge, *learner, settings, found);
  EXPECT_TRUE(std::any_of(pictures.begin(), pictures.end(), [](const PagePicture& p) {
    return holds(p.title, "where the data are densest");
  }));
  EXPECT_EQ(std::count_if(said.begin(), said.end(),
                          [](const std::string& text) { return holds(text, "test examples"); }),
            1);
}

TEST(ScorePage, OfAnybodysSamplesHasPicturesScoresAndStamps) {
  const ScratchFolder folder;
  const Problem problem = prepare(config_of_noise(folder));
  const Judge judge(problem.data);
  const std::vector<ScoreKind> kinds = score_kinds(std::vector<std::string>{"precision", "kernel"});
  const EvaluateSettings settings{.kinds = kinds};
  const Tensor samples = at::rand({80, 8, 8}) * 100;
  const Evaluation found = evaluate(judge, Samples{.values = samples}, settings);
  const auto pictures = sample_pictures(judge, samples, settings, found);
  ASSERT_EQ(pictures.size(), 4U);  // all, with the nearest, where data are densest and sparsest
  EXPECT_EQ(pictures[0].caption, "the first 80 of 80");
  const std::string page = score_page("mine <&>", found, pictures);
  EXPECT_TRUE(holds(page, "mine &lt;&amp;&gt;")) << page.substr(0, 300);
  for (const Score& score : found.scores()) {
    EXPECT_TRUE(holds(page, score.shown())) << score.name;
    EXPECT_TRUE(holds(page, "; 80 samples")) << score.name;
  }
  EXPECT_TRUE(holds(page, "&quot;hash&quot;") || holds(page, "\"hash\"")) << "the stamp";
  size_t images = 0;
  for (size_t at = page.find("data:image/png"); at != page.npos;
       at = page.find("data:image/png", at + 1))
    ++images;
  EXPECT_EQ(images, 4U);
}

}  // namespace
}  // namespace gan
