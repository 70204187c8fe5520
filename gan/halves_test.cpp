/// A minibatch may be computed in parts, by one worker or by several: what is drawn for a row is a
/// function of its number in the whole minibatch, so the parts' updates average to the whole one's.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gan/baselines/testing.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/families.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/nets/draw.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

constexpr int64_t kExamples = 80, kBatch = 8, kPixels = 12;

struct Kind {
  std::string name, recipe;
  int64_t step;       ///< the one that is computed in halves; whole ones come before
  bool adds = false;  ///< halves are added up, as sufficient statistics are; else averaged
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) {
  return out << kind.name;
}

/// Plain gradient descent, so that an update is linear in its gradient.
const std::string kDescent = "[optimizer]\nmethod = 'momentum'\nmomentum = 0\nfinal_momentum = 0\n";

/// Both players move at once, each along a mean over examples. D drops inputs of both halves.
const std::string kGame =
    "[game]\nupdate = 'simultaneous'\n"
    "[generator]\nnoise_size = 3\nlayers = [{ layer = 'dense', units = 7, activation = 'relu' }, "
    "{ layer = 'dropout' }, { layer = 'dense', units = 12, activation = 'sigmoid' }]\n"
    "[discriminator]\nlayers = [{ layer = 'dropout', keep = 0.8, scale = 1.25 }, "
    "{ layer = 'maxout', units = 5, pieces = 2 }, { layer = 'dropout' }, "
    "{ layer = 'dense', units = 1 }]\n";

const std::vector<Kind> kKinds{
    {"rbm_cd", "[rbm]\nhidden = 5\nk = 3\n", 1},
    {"rbm_gaussian_cd", "[rbm]\nhidden = 5\nk = 2\nvisible = 'gaussian'\n", 1},
    {"rbm_pcd", "[rbm]\nhidden = 5\nk = 2\npersistent = true\nchains = 6\n", 2},
    {"nce", "[nce]\nhidden = 4\nnu = 3\n", 2},
    {"gsn", "[gsn]\nhidden = [6, 5]\nwalkback = 3\nmomentum = 0\nnoise = 0.5\n", 1},
    {"stacked-cae", "[cae]\nhidden = [6, 5]\nmomentum = 0\nlayer_epochs = 0.25\n", 2},
    {"dbn_layer", "[dbn]\nhidden = [6, 5]\nepochs = 0.25\nup_down_epochs = 1\n", 3},
    {"dbn_updown", "[dbn]\nhidden = [6, 5]\nepochs = 0.25\nup_down_epochs = 1\n", 5},
    {"dbm_layer", "[dbm]\nhidden = [6, 5]\nepochs = 0.25\njoint_epochs = 1\n", 3},
    {"dbm_joint", "[dbm]\nhidden = [6, 5]\nepochs = 0.25\njoint_epochs = 1\n", 5},
    {"adversarial_reference", kGame, 2},
    {"adversarial_fused", kGame, 2},
    {"bernoulli-mixture", "[mixture]\ncomponents = 3\n", 1, true},
};

class Halves : public testing::TestWithParam<Kind> {};

using State = std::map<std::string, Tensor>;

State state_of(Learner& learner) {
  State out;
  learner.visit_state([&](const std::string& name, Tensor& value) {
    const bool counts = !at::isFloatingType(value.scalar_type());
    if (!counts) out[name] = value.detach().to(at::kDouble).clone();
  });
  return out;
}

/// A learner that has seen `step` whole minibatches.
std::unique_ptr<Learner> trained(const Problem& problem, const Tensor& x, int64_t steps) {
  auto learner = make_learner(problem);
  Rows rows(x, kBatch);
  for (int64_t t = 0; t < steps; ++t) learner->step(t, rows);
  return learner;
}

/// The name of the family that a kind is of.
std::string family_name(const Kind& kind) {
  return kind.name.substr(0, kind.name.find('_'));
}

TEST(HalvesOfFamilies, NoneIsLeftOut) {
  for (const Family* family : families())
    EXPECT_TRUE(std::any_of(kKinds.begin(), kKinds.end(), [&](const Kind& kind) {
      return family_name(kind) == family->spec->name;
    })) << family->spec->name;
}

TEST_P(Halves, UpdateAsTheWholeMinibatch) {
  const Kind& kind = GetParam();
  const ScratchFolder folder;
  const bool gaussian = kind.recipe.find("gaussian") != std::string::npos;
  const std::filesystem::path file = folder.path() / "x.npy";
  const Tensor drawn = draw_uniform(Stream(3, "data"), kExamples, kPixels, 0);
  const std::vector<float> values(drawn.data_ptr<float>(), drawn.data_ptr<float>() + drawn.numel());
  write_file(file, format_npy({kExamples, kPixels}, values));
  const std::string model = family_name(kind);
  const bool has_descent_of_its_own = model == "gsn" || model == "stacked-cae";
  const bool descends = !has_descent_of_its_own && !kind.adds;
  const std::string descent = descends ? kDescent : "";
  std::string engine;
  if (kind.name.ends_with("_reference")) engine = "engine = 'reference'\n";
  if (kind.name.ends_with("_fused")) engine = "engine = 'fused'\nprecision = 'fp32'\n";
  const Config config = parse_config(
      "[run]\nmodel = '" + model + "'\nthreads = 1\n" + engine + "[data]\nsource = '" +
          file.string() + "'\ntrain = 64\nvalid = 8\n" +
          (gaussian ? "scale = 'standard'\n" : "scale = 'unit'\nbinarise = true\n") +
          "[training]\nsteps = 40\nbatch_size = 8\nlearning_rate = 0.1\n" + descent + kind.recipe,
      "test");
  const Problem problem = prepare(config);
  const Tensor x = gaussian ? draw_normal(Stream(4), 64, kPixels, 0)
                            : draw_uniform(Stream(4), 64, kPixels, 0).lt(0.4).to(at::kFloat);

  const auto before = state_of(*trained(problem, x, kind.step));
  const auto after = [&](int64_t first, int64_t rows) {
    const auto learner = trained(problem, x, kind.step);
    const int64_t at = kind.step * kBatch % x.size(0) + first;
    Rows part(x, rows, at, first);
    learner->step(kind.step, part);
    return state_of(*learner);
  };
  const State whole = after(0, kBatch), left = after(0, kBatch / 2),
              right = after(kBatch / 2, kBatch / 2);

  double moved = 0;
  for (const auto& [name, start] : before) {
    const Tensor update = whole.at(name) - start;
    const Tensor of_halves = left.at(name) - start + (right.at(name) - start);
    const Tensor expected = kind.adds ? of_halves : of_halves / 2;
    moved = std::max(moved, update.abs().max().item<double>());
    EXPECT_LT((expected - update).abs().max().item<double>(), 1e-6) << name;
  }
  EXPECT_GT(moved, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, Halves, testing::ValuesIn(kKinds), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace gan
