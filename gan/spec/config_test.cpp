#include "gan/spec/config.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr const char* kRecipe = R"(about = "a test"
[run]
seed = 7
stop = "best"
[data]
source = "mnist"
[training]
steps = 40
learning_rate = 1
[optimizer]
method = "momentum"
momentum = 0.5
[game]
value = "minimax"
update = "simultaneous"
[generator]
noise = "uniform"
layers = [
  { layer = "dense", units = 12, activation = "relu", init = { uniform = 0.05 } },
  { layer = "batch-norm" },
  { layer = "dense", units = 4, activation = "sigmoid", bias = "marginals", init = "glorot" },
]
[discriminator]
layers = [
  { layer = "dropout", keep = 0.8 },
  { layer = "maxout", units = 3, pieces = 5, init = { sparse = 2 }, max_norm = 1.9365 },
  { layer = "dense", units = 1, bias = -2 },
]
)";

/// The message of the UsageError that `make` must throw.
template <class Make> std::string complaint(Make make) {
  try {
    make();
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}
std::string refused(const std::string& toml) { return complaint([&] { parse_config(toml, "x.toml"); }); }
#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Config, ReadsARecipe) {
  const Config c = parse_config(kRecipe, "x.toml");
  EXPECT_EQ(c.about, "a test");
  EXPECT_EQ(c.run.seed, 7);
  EXPECT_EQ(c.run.stop, StopRule::best);
  EXPECT_EQ(c.training.learning_rate, 1.0);
  EXPECT_EQ(c.game.update, Update::simultaneous);
  ASSERT_EQ(c.generator.layers.size(), 3u);
  const auto& last = std::get<Dense>(c.generator.layers[2]);
  EXPECT_TRUE(last.bias.marginals);
  EXPECT_EQ(last.init.kind, Init::Kind::glorot);
  EXPECT_EQ(std::get<Dropout>(c.discriminator.layers[0]).scale, 1.25);  // 1 / keep unless it is given
  EXPECT_EQ(std::get<Maxout>(c.discriminator.layers[1]).max_norm, 1.9365);
  EXPECT_EQ(std::get<Dense>(c.discriminator.layers[2]).bias.value, -2);
}

template <class E> void expect_names(std::initializer_list<std::pair<std::string_view, E>> all) {
  ASSERT_EQ(names_of(E{}).size(), all.size());
  for (const auto& [name, value] : all) EXPECT_EQ(names_of(value)[static_cast<size_t>(value)], name);
}

TEST(Config, EveryNameMeansWhatItSays) {
  expect_names<ModelKind>({{"adversarial", ModelKind::adversarial}, {"bernoulli-mixture", ModelKind::bernoulli_mixture}, {"rbm", ModelKind::rbm},
                           {"dbn", ModelKind::dbn}, {"dbm", ModelKind::dbm},
                           {"nce", ModelKind::nce}, {"gsn", ModelKind::gsn}, {"stacked-cae", ModelKind::stacked_cae}});
  expect_names<HiddenActivation>({{"tanh", HiddenActivation::tanh}, {"sigmoid", HiddenActivation::sigmoid}});
  expect_names<StopRule>({{"steps", StopRule::steps}, {"best", StopRule::best}, {"indistinguishable", StopRule::indistinguishable}});
  expect_names<Scale>({{"unit", Scale::unit}, {"symmetric", Scale::symmetric}, {"standard", Scale::standard}, {"none", Scale::none}, {"gcn", Scale::gcn}});
  expect_names<Method>({{"momentum", Method::momentum}, {"adam", Method::adam}});
  expect_names<Schedule>({{"constant", Schedule::constant}, {"exponential", Schedule::exponential}, {"cosine", Schedule::cosine}, {"linear", Schedule::linear}});
  expect_names<VisibleKind>({{"bernoulli", VisibleKind::bernoulli}, {"gaussian", VisibleKind::gaussian}});
  expect_names<NceNoise>({{"marginals", NceNoise::marginals}, {"mixture", NceNoise::mixture}});
  expect_names<Update>({{"alternating", Update::alternating}, {"simultaneous", Update::simultaneous}});
  expect_names<NoiseKind>({{"uniform", NoiseKind::uniform}, {"normal", NoiseKind::normal}});
  expect_names<Activation>({{"linear", Activation::linear}, {"relu", Activation::relu}, {"leaky-relu", Activation::leaky_relu},
                            {"sigmoid", Activation::sigmoid}, {"tanh", Activation::tanh}});
  expect_names<Init::Kind>({{"he", Init::Kind::he}, {"glorot", Init::Kind::glorot}, {"uniform", Init::Kind::uniform},
                            {"normal", Init::Kind::normal}, {"sparse", Init::Kind::sparse}});
}

TEST(Config, WritingAndReadingIsTheIdentity) {
  for (const char* model : {"adversarial", "bernoulli-mixture", "gsn", "stacked-cae"}) {
    Config c = model[0] == 'a' ? parse_config(kRecipe, "x") : Config{};
    override_config(c, std::string("run.model=") + model);
    for (const char* about : {"quotes \" and\nlines", "\n\nbegins with line ends", "\t\x7f \u00e9 \\ '''"}) {
      c.about = about;
      const std::string text = format_config(c);
      EXPECT_EQ(parse_config(text, "written").about, about);
      EXPECT_EQ(format_config(parse_config(text, "written")), text);
      EXPECT_EQ(flatten(parse_config(text, "written")), flatten(c));
    }
  }
}

TEST(Config, OverridesByKind) {
  Config c = parse_config(kRecipe, "x");
  override_config(c, "training.learning_rate=0.25");
  override_config(c, "training.batch_size=64");
  override_config(c, "game.value=hinge");
  override_config(c, "data.binarise=true");
  override_config(c, "generator.layers=[{ layer = \"dense\", units = 9 }]");
  EXPECT_EQ(c.training.learning_rate, 0.25);
  EXPECT_EQ(c.training.batch_size, 64);
  EXPECT_EQ(c.game.value, "hinge");
  EXPECT_TRUE(c.data.binarise);
  EXPECT_EQ(c.generator.layers.size(), 1u);
  EXPECT_EQ(c.training.steps, 40);  // what is not named stays
  EXPECT_SAYS(complaint([&] { override_config(c, "data.norm=1"); }), "'data.norm' is not a known key");
  override_config(c, "data.scale=gcn");
  EXPECT_EQ(c.data.norm, 55);  // as published
  override_config(c, "data.norm=1");
  EXPECT_EQ(parse_config(format_config(c), "written").data.norm, 1);
  EXPECT_SAYS(complaint([&] { override_config(c, "training.batch_sise=3"); }), "did you mean 'batch_size'?");
  EXPECT_SAYS(complaint([&] { override_config(c, "batch_size=3"); }), "section.key=value");
  EXPECT_SAYS(complaint([&] { override_config(c, "training.batch_size=0"); }), "a number of at least 1");
  override_config(c, "data.source=caf\xe9.csv");
  EXPECT_SAYS(complaint([&] { format_config(c); }), "expected text in UTF-8");
}

TEST(Config, SizesOfHiddenLayersAreAList) {
  Config c = parse_config("[run]\nmodel = 'gsn'\n[gsn]\nhidden = [7, 5, 3]\n", "x");
  EXPECT_EQ(c.gsn.hidden.values, (std::vector<int64_t>{7, 5, 3}));
  EXPECT_EQ(Config{}.gsn.hidden.values, (std::vector<int64_t>{1500, 1500}));  // as published
  override_config(c, "gsn.hidden=20");  // one may stand alone
  EXPECT_EQ(parse_config(format_config(c), "written").gsn.hidden.values, (std::vector<int64_t>{20}));
  EXPECT_SAYS(complaint([&] { override_config(c, "gsn.hidden=[]"); }), "gsn.hidden: expected at least one value");
  EXPECT_SAYS(complaint([&] { override_config(c, "gsn.hidden=[20, 0]"); }), "gsn.hidden = 0: expected a number");
  EXPECT_SAYS(complaint([&] { override_config(c, "gsn.hidden=[2.5]"); }), "a whole number");
}

TEST(Config, TheFirstDifferenceHasANameAndBothValues) {
  const Config a = parse_config(kRecipe, "x");
  const auto after = [&](const std::string& assignment) {
    Config b = a;
    override_config(b, assignment);
    return first_difference(a, b).value_or(Difference{});
  };
  EXPECT_FALSE(first_difference(a, a));
  EXPECT_EQ(after("training.batch_size=7").key, "training.batch_size");
  EXPECT_EQ(after("training.batch_size=7").before, "100");
  EXPECT_EQ(after("training.batch_size=7").now, "7");
  EXPECT_EQ(after("optimizer.method=adam").key, "optimizer.method");
  const Difference layer = after("generator.layers=[{ layer = \"dense\", units = 12, activation = \"relu\", init = { uniform = 0.05 } }]");
  EXPECT_EQ(layer.key, "generator.layers[2]");
  EXPECT_EQ(layer.before, "{ layer = \"batch-norm\", momentum = 0.1, epsilon = 1e-05 }");
  EXPECT_EQ(layer.now, "nothing");
}

TEST(Config, ComplaintsNameTheLineAndWhatWasExpected) {
  EXPECT_SAYS(refused("[training]\nsteps = 3\nbatch_sise = 4\n"), "x.toml:3: 'training.batch_sise' is not a known key (did you mean 'batch_size'?)");
  EXPECT_SAYS(refused("[trainin]\n"), "did you mean 'training'?");
  EXPECT_SAYS(refused("[training]\nsteps = \"many\"\n"), "x.toml:2: training.steps: expected a whole number, got a value of type string");
  EXPECT_SAYS(refused("[training]\nlearning_rate = -1\n"), "x.toml:2: training.learning_rate = -1: expected a number above 0");
  EXPECT_SAYS(refused("[training]\nlearning_rate = nan\n"), "finite");
  EXPECT_SAYS(refused("[training\n"), "x.toml:1");
  EXPECT_SAYS(refused("a" + std::string(20000, '.') + "a = 1\n"), "nests more than 32 deep");
  EXPECT_SAYS(refused("[training]\nlearning_rate = 1e300\n"), "x.toml:2: training.learning_rate = 1e+300: expected a finite number within float's range");
  EXPECT_SAYS(refused("[run]\nbatch_size = 3\n"), "x.toml:2: 'run.batch_size' is not a known key (did you mean 'training.batch_size'?)");
  EXPECT_SAYS(refused("batch_size = 3\n"), "(did you mean 'training.batch_size'?)");
  EXPECT_SAYS(refused("\nrun = 3\n"), "x.toml:2: 'run' must be a section: [run]");
  EXPECT_SAYS(refused("# nothing\n"), "x.toml: says nothing");
  EXPECT_SAYS(refused("[run]\nstop = \"indistinguishible\"\n"), "did you mean 'indistinguishable'?");
  EXPECT_SAYS(refused("format = 99\n"), "newer version");
  const auto layer = [](const std::string& text) { return refused("[generator]\nlayers = [\n" + text + "\n]\n"); };
  EXPECT_SAYS(layer("{ layer = \"dens\", units = 2 }"), "x.toml:3: generator.layers[1].layer = 'dens' is not a known layer (did you mean 'dense'?)");
  EXPECT_SAYS(layer("{ layer = \"dense\" }"), "generator.layers[1].units is missing");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 0 }"), "generator.layers[1].units = 0: expected a number from 1");
  EXPECT_SAYS(layer("{ units = 2 }"), "layer is missing");
  EXPECT_SAYS(layer("{ layer = \"dropout\", keep = 0 }"), "generator.layers[1].keep = 0");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 2, init = \"uniform\" }"), "needs a number");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 2, init = { uniforn = 1 } }"), "did you mean 'uniform'?");
  EXPECT_SAYS(layer("3"), "a table such as");
  const auto init = [&](const std::string& text) { return layer("{ layer = \"dense\", units = 2, init = " + text + " }"); };
  EXPECT_SAYS(init("{ unifrom = 1 }"), "x.toml:3: generator.layers[1].init = 'unifrom': expected one of");
  EXPECT_SAYS(init("{ zero = 2 }"), "x.toml:3: generator.layers[1].init: 'zero' takes no number");
  EXPECT_SAYS(init("{ sparse = 2.5 }"), "a whole number of weights");
  EXPECT_SAYS(init("{ uniform = 1, normal = 2 }"), "got 2 of them");
  EXPECT_SAYS(init("\"sparse\""), "e.g. { sparse = 15 }");
}

TEST(Config, NoTomlIsSaidInOurWords) {
  EXPECT_SAYS(refused("[training\n"), "x.toml:1: is no TOML in this table header");
  EXPECT_SAYS(refused("\n[run]\ndevice = cpu\n"), "x.toml:3: is no TOML in this value");
  EXPECT_SAYS(refused("[run]\nseed = 1\nseed = 2\n"), "x.toml:3: is no TOML in this key-value pair: cannot redefine existing integer 'seed'");
  EXPECT_SAYS(refused("\x89PNG\xff"), "x.toml:1: is no text in UTF-8");
  EXPECT_EQ(refused("a = " + std::string(5000, '[')).find("TOML_"), std::string::npos);
}

TEST(NetworkSpec, NamesWhatCannotBeBuilt) {
  const auto says = [](const NetworkSpec& spec) { return complaint([&] { shapes(spec, 8, "generator"); }); };
  EXPECT_SAYS(says({Dense{.units = 4}, Dense{.units = 2, .init = {Init::Kind::sparse, 5}}}), "[generator] layer 2 (dense 2 linear, sparse 5): init = { sparse = 5 } is more than the 4 weights of a unit; give at most 4");
  EXPECT_SAYS(says({Dense{.units = 4, .bias = {.marginals = true}}, Dense{.units = 4}}), "[generator] layer 1");
  EXPECT_SAYS(says({Maxout{.units = 4, .pieces = 2, .bias = {.marginals = true}}}), "bias = \"marginals\" is for the dense layer");
  EXPECT_SAYS(says({Dense{.units = 4, .bias = {.marginals = true}}, Convolution{.channels = 1, .kernel = 1, .input = {1, 2, 2}}}), "[generator] layer 1");
  EXPECT_EQ(shapes({Dense{.units = 4, .bias = {.marginals = true}}, Dropout{}}, 8, "generator").size(), 2u);
  EXPECT_EQ(parameter_count(Maxout{.units = 1 << 24, .pieces = 1024}, {.in = {1 << 24}}), (int64_t{1} << 58) + (int64_t{1} << 34));  // the most
  EXPECT_EQ(parameter_count(Convolution{.channels = 1 << 24, .kernel = 128}, {.in = {1 << 24, 1, 1}, .detector = {1 << 24, 1, 1}}),
            (int64_t{1} << 62) + (int64_t{1} << 24));
}

TEST(NetworkSpec, WidthsNameTheLayerThatDoesNotFit) {
  const auto fitted = shapes({Dropout{}, Maxout{.units = 3, .pieces = 2}, Dense{.units = 1}}, 8, "discriminator");
  EXPECT_EQ(fitted[0].out, Dims{8});
  EXPECT_EQ(fitted[1].out, Dims{3});
  EXPECT_EQ(fitted[2].in, Dims{3});
  EXPECT_EQ(fitted[2].out, Dims{1});
  EXPECT_SAYS(complaint([] { shapes({Dense{.units = 2}, Dense{.units = 0}}, 8, "generator"); }), "[generator] layer 2");
  EXPECT_SAYS(complaint([] { shapes({}, 8, "generator"); }), "[generator] has no layers");
  EXPECT_EQ(parameter_count(Maxout{.units = 240, .pieces = 5}, {.in = {784}}), 942000);
}

/// The convolutional networks of the paper's authors' code, whose sizes are known.
TEST(NetworkSpec, ImagesHaveThePapersShapes) {
  const auto pooled = [](int64_t channels, int64_t kernel, int64_t pad, int64_t pool) {
    return MaxoutConvolution{.channels = channels, .pieces = 2, .kernel = kernel, .pad = pad, .pool = pool, .pool_stride = 2};
  };
  MaxoutConvolution first = pooled(32, 8, 4, 4);
  first.input = {3, 32, 32};
  const NetworkSpec d{Dropout{}, first, Dropout{}, pooled(32, 8, 3, 4), BatchNorm{}, pooled(192, 5, 3, 2), Maxout{.units = 500, .pieces = 5}};
  const auto fitted = shapes(d, 3072, "discriminator");
  EXPECT_EQ(fitted[0].out, Dims{3072});
  EXPECT_EQ(fitted[1].in, (Dims{3, 32, 32}));
  EXPECT_EQ(fitted[1].detector, (Dims{64, 33, 33}));
  EXPECT_EQ(fitted[1].out, (Dims{32, 16, 16}));
  EXPECT_EQ(fitted[3].out, (Dims{32, 7, 7}));  // an image goes through dropout
  EXPECT_EQ(fitted[5].out, (Dims{192, 5, 5}));
  EXPECT_EQ(fitted[6].in, fitted[5].out);
  EXPECT_EQ(parameter_count(d[1], fitted[1]), 64 * (3 * 8 * 8 + 1));
  EXPECT_EQ(parameter_count(d[4], fitted[4]), 2 * 32);
  EXPECT_EQ(parameter_count(d[6], fitted[6]), 2500 * (192 * 5 * 5 + 1));

  const NetworkSpec g{Dense{.units = 8000}, TransposedConvolution{.channels = 3, .kernel = 5, .stride = 3, .input = {80, 10, 10}, .tied = false}};
  EXPECT_EQ(shapes(g, 100, "generator")[1].out, (Dims{3, 32, 32}));
  EXPECT_EQ(parameter_count(g[1], shapes(g, 100, "generator")[1]), 80 * 3 * 25 + 3072);
  EXPECT_EQ(describe(g[1]), "transposed convolution 3 linear, 5x5 kernels, stride 3, he, a bias for each position");
  EXPECT_EQ(describe(d[1]), "maxout convolution 32x2, 8x8 kernels, pad 4, pool 4 stride 2, he");
}

TEST(NetworkSpec, NamesTheImageThatDoesNotFit) {
  const auto says = [](const LayerSpec& layer, const NetworkSpec& before = {}) {
    NetworkSpec spec = before;
    spec.push_back(layer);
    return complaint([&] { shapes(spec, 12, "discriminator"); });
  };
  const Convolution fits{.channels = 2, .kernel = 2, .input = {3, 2, 2}};
  Convolution c = fits;
  c.input = {};
  EXPECT_SAYS(says(c), "[discriminator] layer 1 (convolution 2 linear, 2x2 kernels, he): takes images, but 12 numbers in a row come in: say input = [channels, height, width]");
  EXPECT_SAYS(says(c, {Dropout{}, Dense{.units = 5}}), "layer 3 (convolution");
  c.input = {3, 2, 3};
  EXPECT_SAYS(says(c), "input = [3, 2, 3], but [12] comes in");
  c.input = {int64_t{1} << 24, int64_t{1} << 24, int64_t{1} << 24};
  EXPECT_SAYS(says(c), "but [12] comes in");
  EXPECT_SAYS(says(fits, {fits}), "layer 2 (convolution 2 linear, 2x2 kernels, he): input = [3, 2, 2], but [2, 1, 1] comes in");
  c = fits, c.kernel = 5, c.pad = 1;
  EXPECT_SAYS(says(c), "its kernel is larger than the image [3, 2, 2] with pad 1: at most 4 fits");
  c = fits, c.pad = 127, c.channels = 1 << 9;
  EXPECT_SAYS(says(c), "makes [512, 255, 255], more than 16777216 numbers");
  c = fits, c.stride = 0;
  EXPECT_SAYS(says(c), "stride = 0, expected at least 1");
  EXPECT_SAYS(says(Convolution{.input = {3, 2, 2}}), "channels and a kernel of at least 1 were expected");
  c = fits, c.init = {Init::Kind::sparse, 13};
  EXPECT_SAYS(says(c), "init = { sparse = 13 } is more than the 12 weights of a kernel");
  c = fits, c.bias.marginals = true;
  EXPECT_SAYS(says(c), "bias = \"marginals\" is for the dense layer");
  EXPECT_SAYS(says(TransposedConvolution{.channels = 1, .kernel = 2, .stride = 2, .pad = 2, .input = {3, 2, 2}}), "pad = 2 cuts off all that it makes of [3, 2, 2]");
  EXPECT_SAYS(says(TransposedConvolution{.channels = 300, .kernel = 128, .stride = 128, .input = {3, 2, 2}}), "makes [300, 256, 256]");
  EXPECT_SAYS(says(MaxoutConvolution{.channels = 1, .pieces = 2, .kernel = 1, .pool = 3, .pool_stride = 1, .input = {3, 2, 2}}), "pool = 3 is more than the 2 x 2 positions");
  EXPECT_SAYS(says(MaxoutConvolution{.channels = 1, .pieces = 2, .kernel = 1, .pool = 1, .pool_stride = 2, .input = {3, 2, 2}}), "pool_stride = 2, expected 1 to pool = 1");
}

TEST(Config, ImagesAreReadAndWritten) {
  const auto layers = [](const std::string& text) { return parse_config("[generator]\nlayers = [\n" + text + "\n]\n", "x.toml").generator.layers; };
  const NetworkSpec read = layers(R"({ layer = "convolution", channels = 4, kernel = 3, stride = 2, pad = 1, input = [3, 8, 6], activation = "leaky-relu", slope = 0.1, tied = false },
    { layer = "transposed-convolution", channels = 2, kernel = 5, max_norm = 1.9 },
    { layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 3, pool = 4 },
    { layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 3, pool = 4, pool_stride = 2 })");
  ASSERT_EQ(read.size(), 4u);
  const auto& first = std::get<Convolution>(read[0]);
  EXPECT_EQ((std::vector<int64_t>{first.channels, first.kernel, first.stride, first.pad}), (std::vector<int64_t>{4, 3, 2, 1}));
  EXPECT_EQ(first.input, (Dims{3, 8, 6}));
  EXPECT_EQ(first.activation, Activation::leaky_relu);
  EXPECT_FALSE(first.tied);
  const auto& second = std::get<TransposedConvolution>(read[1]);
  EXPECT_EQ(second.stride, 1);
  EXPECT_EQ(second.max_norm, 1.9);
  EXPECT_TRUE(second.tied);
  EXPECT_TRUE(second.input.empty());
  EXPECT_EQ(std::get<MaxoutConvolution>(read[2]).pool_stride, 4);  // windows side by side
  EXPECT_EQ(std::get<MaxoutConvolution>(read[3]).pool_stride, 2);

  Config c;
  c.generator.layers = read;
  const std::string text = format_config(c);
  EXPECT_SAYS(text, "{ layer = \"convolution\", channels = 4, kernel = 3, stride = 2, pad = 1, input = [3, 8, 6], activation = \"leaky-relu\", slope = 0.1,");
  EXPECT_EQ(format_config(parse_config(text, "written")), text);

  const auto refuse = [&](const std::string& text) { return complaint([&] { layers(text); }); };
  EXPECT_SAYS(refuse("{ layer = \"convolution\", kernel = 3 }"), "generator.layers[1].channels is missing");
  EXPECT_SAYS(refuse("{ layer = \"maxout-convolution\", channels = 3, kernel = 3 }"), "generator.layers[1].pieces is missing");
  EXPECT_SAYS(refuse("{ layer = \"transposed-convolution\", channels = 3 }"), "x.toml:3: generator.layers[1].kernel is missing");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, stride = 0 }"), "stride = 0: expected a number from 1 up to 128");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = 3 }"), "input: expected [channels, height, width], got a value of type integer");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8] }"), "input: expected [channels, height, width], got 2 of them");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8, 0] }"), "input = 0: expected a number from 1");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8, 2.5] }"), "input: expected a whole number");
  EXPECT_SAYS(refuse("{ layer = \"convolutions\" }"), "did you mean 'convolution'?");
}

TEST(Config, ListsHaveAValueForEachLayerOrOneForAll) {
  const auto read = [](const std::string& text) { return parse_config("[run]\nmodel = \"dbn\"\n[dbn]\n" + text, "x.toml"); };
  Config c = read("hidden = [3, 4, 5]\nrates = 0.5\nk = [1, 2]\npersistent = [true, false]\n");
  EXPECT_EQ(c.dbn.hidden.values, (std::vector<int64_t>{3, 4, 5}));
  EXPECT_EQ(c.dbn.rates.at(2), 0.5);
  EXPECT_EQ(c.dbn.k.at(0), 1);
  EXPECT_EQ(c.dbn.k.at(2), 2);  // the last stands for all further ones
  EXPECT_TRUE(c.dbn.persistent.at(0) && !c.dbn.persistent.at(1));
  override_config(c, "dbn.epochs=[7, 8.5]");
  const std::string text = format_config(c);
  EXPECT_SAYS(text, "hidden = [3, 4, 5]\n");
  EXPECT_SAYS(text, "epochs = [7, 8.5]\n");
  EXPECT_SAYS(text, "rates = 0.5\n");
  EXPECT_SAYS(text, "persistent = [true, false]\n");
  EXPECT_EQ(format_config(parse_config(text, "written")), text);
  EXPECT_SAYS(complaint([&] { read("hidden = []\n"); }), "dbn.hidden: expected at least one value");
  EXPECT_SAYS(complaint([&] { read("hidden = [3, 0]\n"); }), "x.toml:4: dbn.hidden = 0: expected a number from 1");
  EXPECT_SAYS(complaint([&] { read("hidden = [3, 2.5]\n"); }), "dbn.hidden: expected a whole number");
  EXPECT_SAYS(complaint([&] { read("joint_epochs = 3\n"); }), "'dbn.joint_epochs' is not a known key");
}

}  // namespace
}  // namespace gan
