/// A run whose networks see labels, from files to a sample of the loaded model.

#include <ATen/ATen.h>

#include "gan/core/error.h"
#include "gan/data/published_testing.h"
#include "gan/gan.h"
#include "gan/selection.h"

namespace gan {
namespace {

class LabelledRun : public Sources {};

TEST_F(LabelledRun, IsTrainedLoadedAndSampled) {
  write_idx("data/mnist", 60, 12);
  std::vector<uint8_t> labels(60);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<uint8_t>(i % 3);
  write_file("data/mnist/train-labels-idx1-ubyte", format_idx({{60}, labels}));
  const Config config = parse_config(
      "[run]\nthreads = 1\n[data]\nsource = 'mnist'\n"
      "[training]\nsteps = 4\nbatch_size = 10\n"
      "[generator]\nnoise_size = 2\nlayers = [{ layer = 'class-embedding', size = 3 }, "
      "{ layer = 'dense', units = 4, activation = 'sigmoid' }]\n"
      "[discriminator]\nlayers = [{ layer = 'dense', units = 5, activation = 'relu' }, "
      "{ layer = 'projection' }]\n",
      "test");
  train(config, "run");
  Model model = load("run");
  EXPECT_EQ(model.data().classes, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(model.config().run.engine, Engine::fused);
  const Tensor samples = model.sample(7, 3);
  EXPECT_EQ(samples.sizes(), (Shape{7, 2, 2}));
  EXPECT_TRUE(at::isfinite(samples).all().item<bool>());
  EXPECT_TRUE(at::equal(model.sample(4, 3, 3), samples.slice(0, 3)));
  const Tensor twos = sample(model, {.label = label_of(model, "2")}, 5, 3);
  EXPECT_EQ(twos.sizes(), (Shape{5, 2, 2}));
  EXPECT_FALSE(at::equal(twos, sample(model, {.label = label_of(model, "1")}, 5, 3)));
  EXPECT_THROW(label_of(model, "bag"), UsageError);
}

}  // namespace
}  // namespace gan
