#include "gan/gan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/io/npy.h"
#include "gan/io/safetensors.h"
#include "gan/kernels/products.h"

namespace gan {
namespace {

Config ring() {
  Config c = derive(facts_of(open_data("toy:ring8")), {}).config;
  c.training.steps = 6;
  c.training.batch_size = 32;
  c.run.threads = 1;
  c.generator.layers = {Dense{.units = 16, .activation = Activation::relu}, Dense{.units = 2}};
  c.discriminator.layers = {Dense{.units = 16, .activation = Activation::leaky_relu},
                            Dense{.units = 1}};
  return c;
}

TEST(Gan, TrainsLoadsAndSamples) {
  const ScratchFolder temp;
  train(ring(), temp.path() / "run");
  Model model = load(temp.path() / "run");
  EXPECT_EQ(model.step(), 6);
  const at::Tensor samples = model.sample(5, 1);
  EXPECT_EQ(samples.sizes(), (std::vector<int64_t>{5, 2}));
  EXPECT_TRUE(at::equal(samples, load(temp.path() / "run/checkpoints/last").sample(5, 1)));
  EXPECT_FALSE(at::equal(samples, model.sample(5, 2)));
  EXPECT_TRUE(at::allclose(model.sample(3, 1), samples.narrow(0, 0, 3), 1e-4, 1e-5));
}

TEST(Gan, SamplesComeBackInTheDatasOwnUnits) {
  const ScratchFolder temp;
  Config c = ring();
  c.data.scale = Scale::symmetric;
  train(c, temp.path() / "run");
  Model model = load(temp.path() / "run");
  const at::Tensor scaled = model.generative().sample(50, 3), own = model.sample(50, 3);
  const DataSet data = open_data("toy:ring8");
  const double half = (data.high - data.low) / 2, middle = (data.high + data.low) / 2;
  EXPECT_TRUE(at::allclose(own, scaled * half + middle, 1e-4, 1e-4));
}

TEST(Gan, AContrastNormalisedRunTrainsOnSuchData) {
  const ScratchFolder temp;
  std::vector<float> values(200 * 12);  // bytes
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::floor(100 + 90 * std::sin(static_cast<float>(i)));
  write_file(temp.path() / "x.npy", format_npy({200, 3, 2, 2}, values));
  Config c = ring();
  c.data.source = (temp.path() / "x.npy").string();
  c.data.scale = Scale::gcn;
  c.data.norm = 10;
  c.generator.layers.back() = Dense{.units = 12};
  const Problem problem = prepare(c);
  std::vector<float> rows = problem.data.test.rows(0, problem.data.test.size());
  rows = problem.encoding.encode(std::move(rows));
  const at::Tensor scaled = at::from_blob(rows.data(), {problem.data.test.size(), 12}, at::kFloat);
  EXPECT_LT(scaled.mean(1).abs().max().item<float>(), 1e-5);
  EXPECT_TRUE(at::allclose(scaled.norm(2, {1}), at::full({problem.data.test.size()}, 10.0f)));
  EXPECT_NE(problem.data.hash, open_data(c.data.source).hash);  // scores are kept by it
  train(c, temp.path() / "run");
  Model model = load(temp.path() / "run");
  const at::Tensor own = model.sample(5, 1), zero = model.own_units(at::zeros({1, 12}));
  EXPECT_EQ(own.sizes(), (std::vector<int64_t>{5, 3, 2, 2}));
  EXPECT_NEAR(zero.min().item<float>(), 100, 10);  // mid grey is the data's
  EXPECT_EQ(zero.min().item<float>(), zero.max().item<float>());
}

TEST(Gan, NoPathAndNoClockGoesIntoACheckpoint) {
  const ScratchFolder temp;
  for (const char* name : {"a", "b"}) train(ring(), temp.path() / name);
  const auto bytes = [&](const char* name) {
    return read_file(temp.path() / name / "checkpoints/last");
  };
  EXPECT_EQ(bytes("a"), bytes("b"));
  EXPECT_EQ(bytes("a").find(temp.path().string()), std::string::npos);
}

TEST(Gan, ResumeRefusesDataThatHaveChanged) {
  const ScratchFolder temp;
  std::vector<float> values(400);
  for (int i = 0; i < 400; ++i) values[i] = std::sin(static_cast<float>(i));
  const auto write = [&] { write_file(temp.path() / "x.npy", format_npy({200, 2}, values)); };
  const auto go = [&] {
    Config c = ring();
    c.data.source = (temp.path() / "x.npy").string();
    const Problem problem = prepare(c);
    const auto learner = make_learner(problem);
    const bool there = std::filesystem::exists(temp.path() / "run");
    return train(there ? RunFolder::open(temp.path() / "run")
                       : RunFolder::create(temp.path() / "run", problem.config),
                 problem, *learner);
  };
  write();
  go();
  EXPECT_EQ(go().step, 6);
  values[7] += 1;
  write();
  EXPECT_THROW(go(), DataError);
}

TEST(Gan, ResumeRefusesSettingsThatWereEdited) {
  const ScratchFolder temp;
  train(ring(), temp.path() / "run");
  const RunFolder run = RunFolder::open(temp.path() / "run");
  const auto complaint = [&](const std::string& assignment) {
    Config c = run.config();
    override_config(c, assignment);
    return gan::complaint([&] { check_continues(run, prepare(c)); });
  };
  EXPECT_EQ(complaint("training.steps=60"), "");
  EXPECT_EQ(complaint("run.threads=2"), "");
  EXPECT_NE(
      complaint("training.batch_size=16")
          .find("run/config.toml: training.batch_size is 16, but the run was trained with 32"),
      std::string::npos);
  EXPECT_NE(complaint("optimizer.method=momentum").find("optimizer.method"), std::string::npos);
  EXPECT_NE(complaint("generator.layers=[{layer=\"dense\",units=2}]")
                .find("generator.layers[1] is { layer = "),
            std::string::npos);
  EXPECT_NE(complaint("game.k=2").find("game.k is 2"), std::string::npos);
}

/// What prepare_trained says of a run after `change`.
std::string complaint_of_changed(const RunFolder& run, const std::string& assignment) {
  Config c = run.config();
  override_config(c, assignment);
  return complaint([&] { prepare_trained(run, run.find_checkpoint("last"), c); });
}

TEST(Gan, ATrainedRunIsUsedWithItsOwnDataAndSettingsAlone) {
  const ScratchFolder temp;
  std::vector<float> values(400);
  for (int i = 0; i < 400; ++i) values[i] = std::sin(static_cast<float>(i));
  const auto write = [&] { write_file(temp.path() / "x.npy", format_npy({200, 2}, values)); };
  write();
  Config c = ring();
  c.data.source = (temp.path() / "x.npy").string();
  train(c, temp.path() / "run");
  const RunFolder run = RunFolder::open(temp.path() / "run");
  EXPECT_EQ(complaint_of_changed(run, "run.threads=2"), "");
  EXPECT_NE(complaint_of_changed(run, "data.scale=unit")
                .find("config.toml: data.scale is \"unit\", but the run was trained with"),
            std::string::npos);
  values[7] += 1;
  write();
  EXPECT_NE(complaint_of_changed(run, "run.threads=2").find("was trained on other data than"),
            std::string::npos);
  EXPECT_NO_THROW(prepare_on_other_data(run, run.find_checkpoint("last"), c.data.source));
  EXPECT_THROW(prepare_on_other_data(run, run.find_checkpoint("last"), "toy:gaussian1d"),
               DataError);
}

TEST(Gan, LoadSaysWhatIsWrong) {
  const ScratchFolder temp;
  EXPECT_THROW(load(temp.path() / "nothing"), DataError);
  EXPECT_THROW(load(temp.path()), DataError);
  write_file(temp.path() / "x.safetensors", format_safetensors({}));
  try {
    load(temp.path() / "x.safetensors");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("no checkpoint of gan"), std::string::npos)
        << error.what();
  }
}

TEST(Gan, ANetworkLargerThanItsFileIsNotAllocated) {
  const ScratchFolder temp;
  train(ring(), temp.path() / "run");
  const std::string bytes = read_file(temp.path() / "run/checkpoints/last");
  SafeTensors content = parse_safetensors(bytes, "run");
  std::string& config = content.metadata.at("config");
  for (size_t at; (at = config.find("units = 16,")) != config.npos;)
    config.replace(at, 11, "units = 16000000,");
  content.metadata["checksum"] = checksum(content);
  write_file(temp.path() / "x.safetensors", format_safetensors(content));
  try {
    load(temp.path() / "x.safetensors");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("its network needs"), std::string::npos)
        << error.what();
  }
}

TEST(Gan, TheEngineIsChosenOnceAndRecorded) {
  const auto chosen = [](Config c) { return prepare(c).config.run; };
  Config c = ring();
  EXPECT_EQ(chosen(c).engine, Engine::fused);
  EXPECT_NE(chosen(c).precision, Precision::automatic);
  c.run.precision = Precision::fp32;
  EXPECT_EQ(chosen(c).precision, Precision::fp32);
  c.game.r1 = 1;
  c.discriminator.layers[0] = Dense{.units = 16, .activation = Activation::tanh};
  EXPECT_EQ(chosen(c).engine, Engine::fused);
  c.discriminator.layers[0] = Dense{.units = 16, .spectral_norm = {.on = true}};
  EXPECT_EQ(chosen(c).engine, Engine::reference);
  EXPECT_EQ(chosen(c).precision, Precision::fp32);
  c.run.engine = Engine::fused;
  EXPECT_THROW(prepare(c), UsageError);
  c.run.engine = Engine::reference;
  c.run.precision = Precision::bf16;
  EXPECT_THROW(prepare(c), UsageError);
  c.run.engine = Engine::automatic;
  c.run.precision = Precision::automatic;
  c.discriminator.layers[0] = Convolution{.channels = 16, .kernel = 1, .input = {1, 1, 2}};
  EXPECT_EQ(chosen(c).engine, Engine::fused);
  c.discriminator.layers[0] =
      MaxoutConvolution{.channels = 16, .pieces = 2, .kernel = 1, .input = {1, 1, 2}};
  EXPECT_EQ(chosen(c).engine, Engine::reference);
}

TEST(Gan, EpochsBecomeSteps) {
  Config c = ring();
  c.training.steps = 0;
  c.training.epochs = 1.5;
  c.training.batch_size = 1000;
  EXPECT_EQ(prepare(c).config.training.steps, 150);  // 100,000 examples
  c.game.k = 3;
  EXPECT_EQ(prepare(c).config.training.steps, 50);
  c.training.epochs = 1e30;
  EXPECT_THROW(prepare(c), UsageError);
  c.training.epochs = 0.001;
  try {
    prepare(c);
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "training.epochs = 0.001: that is not one step; an epoch of toy:ring8 has 33.3333 steps");
  }
  c.training.batch_size = 1000000;
  EXPECT_THROW(prepare(c), UsageError);
}

TEST(Gan, AMixtureIsTrainedByTheSameLoop) {
  const ScratchFolder temp;
  std::vector<float> values;  // two kinds of 2 x 2 images
  for (int i = 0; i < 400; ++i)
    for (int pixel = 0; pixel < 4; ++pixel)
      values.push_back((pixel < 2) == (i % 2 == 0) ? 1.f : 0.f);
  write_file(temp.path() / "x.npy", format_npy({400, 2, 2}, values));
  Config c;
  c.run.model = "bernoulli-mixture";
  c.run.threads = 1;
  c.data.source = (temp.path() / "x.npy").string();
  c.data.binarise = true;
  c.training.epochs = 8;
  c.training.batch_size = 64;
  c.mixture.components = 4;
  train(c, temp.path() / "run");
  Model model = load(temp.path() / "run");
  auto& likelihood = dynamic_cast<Likelihood&>(model.generative());
  const at::Tensor x = at::tensor({1.f, 1.f, 0.f, 0.f}).view({1, 4});
  EXPECT_NEAR(likelihood.log_probability(x).item<double>(), std::log(0.5), 0.15);
  EXPECT_EQ(model.sample(3, 0).sizes(), (std::vector<int64_t>{3, 2, 2}));
  EXPECT_EQ(read_file(temp.path() / "run/checkpoints/last").find(temp.path().string()),
            std::string::npos);
}

/// 2 x 2 images, grey, as bytes would give them.
void write_images(const Path& file) {
  std::vector<float> values;
  for (int i = 0; i < 400; ++i)
    for (int pixel = 0; pixel < 4; ++pixel)
      values.push_back((pixel < 2) == (i % 2 == 0) ? 250.f : static_cast<float>(i % 7));
  write_file(file, format_npy({400, 2, 2}, values));
}

TEST(Gan, AutoencodersAndGsnsAreTrainedByTheSameLoop) {
  for (const char* model : {"gsn", "stacked-cae"}) {
    const ScratchFolder temp;
    write_images(temp.path() / "x.npy");
    Config c;
    c.run.model = model;
    c.run.threads = 1;
    c.data.source = (temp.path() / "x.npy").string();
    c.training.epochs = 4;
    c.training.batch_size = 32;
    c.training.learning_rate = 0.5;
    c.gsn.hidden = {{10, 8}};
    c.cae.hidden = {{10, 8}};
    c.cae.layer_epochs = 2;
    c.gsn.burn_in = c.cae.burn_in = 5;
    c.gsn.chain_length = c.cae.chain_length = 4;
    train(c, temp.path() / "run");
    Model read = load(temp.path() / "run");
    EXPECT_EQ(read.config().run.engine, Engine::fused);
    EXPECT_EQ(read.config().run.precision, Precision::fp32);
    const at::Tensor x = read.sample(30, 1);
    EXPECT_EQ(x.sizes(), (std::vector<int64_t>{30, 2, 2}));
    EXPECT_GE(x.min().item<float>(), 0);
    EXPECT_GT(x.max().item<float>(), 128);  // the data's own units
    EXPECT_TRUE(at::equal(x, load(temp.path() / "run/checkpoints/last").sample(30, 1)));
    EXPECT_EQ(read_file(temp.path() / "run/checkpoints/last").find(temp.path().string()),
              std::string::npos);
    auto& chain = dynamic_cast<Chain&>(read.generative());
    at::Tensor state = chain.start_at(at::full({3, 4}, 0.5), 1);
    chain.advance(state, 1, 0);
    EXPECT_EQ(chain.show(state).sizes(), (std::vector<int64_t>{3, 4}));

    c.data.scale = Scale::symmetric;
    EXPECT_THROW(make_learner(prepare(c)), UsageError);
    c.data.scale = Scale::unit;
    c.run.engine = Engine::reference;
    EXPECT_THROW(prepare(c), UsageError);
    c.run.engine = Engine::fused;
    c.run.precision = Precision::bf16;
    if (!kernels::has_bf16()) continue;
    EXPECT_EQ(prepare(c).config.run.precision, Precision::bf16);
    const auto end = [&](Precision precision,
                         const char* name) {  // also where another precision is faster
      c.run.precision = precision;
      c.training.epochs = 0;
      c.training.steps = 3;
      train(c, temp.path() / name);
      return load(temp.path() / name / "checkpoints/last").sample(3, 1);
    };
    EXPECT_FALSE(at::equal(end(Precision::bf16, "half"), end(Precision::fp32, "single")))
        << "what is asked for is what is done";
  }
}

}  // namespace
}  // namespace gan
