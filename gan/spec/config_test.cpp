#include "gan/spec/config.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/spec/family.h"
#include "gan/spec/testing.h"

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
  EXPECT_EQ(std::get<Dropout>(c.discriminator.layers[0]).scale,
            1.25);  // 1 / keep unless it is given
  EXPECT_EQ(std::get<Maxout>(c.discriminator.layers[1]).max_norm, 1.9365);
  EXPECT_EQ(std::get<Dense>(c.discriminator.layers[2]).bias.value, -2);
}

template <class E>
void expect_names(std::initializer_list<std::pair<std::string_view, E>> all) {
  ASSERT_EQ(names_of(E{}).size(), all.size());
  for (const auto& [name, value] : all)
    EXPECT_EQ(names_of(value)[static_cast<size_t>(value)], name);
}

TEST(Config, EveryNameMeansWhatItSays) {
  expect_names<HiddenActivation>(
      {{"tanh", HiddenActivation::tanh}, {"sigmoid", HiddenActivation::sigmoid}});
  expect_names<StopRule>({{"steps", StopRule::steps},
                          {"best", StopRule::best},
                          {"indistinguishable", StopRule::indistinguishable}});
  expect_names<Scale>({{"unit", Scale::unit},
                       {"symmetric", Scale::symmetric},
                       {"standard", Scale::standard},
                       {"none", Scale::none},
                       {"gcn", Scale::gcn}});
  expect_names<Method>({{"momentum", Method::momentum}, {"adam", Method::adam}});
  expect_names<Schedule>({{"constant", Schedule::constant},
                          {"exponential", Schedule::exponential},
                          {"cosine", Schedule::cosine},
                          {"linear", Schedule::linear}});
  expect_names<VisibleKind>(
      {{"bernoulli", VisibleKind::bernoulli}, {"gaussian", VisibleKind::gaussian}});
  expect_names<NceNoise>({{"marginals", NceNoise::marginals}, {"mixture", NceNoise::mixture}});
  expect_names<Update>(
      {{"alternating", Update::alternating}, {"simultaneous", Update::simultaneous}});
  expect_names<NoiseKind>({{"uniform", NoiseKind::uniform}, {"normal", NoiseKind::normal}});
  expect_names<Activation>({{"linear", Activation::linear},
                            {"relu", Activation::relu},
                            {"leaky-relu", Activation::leaky_relu},
                            {"sigmoid", Activation::sigmoid},
                            {"hard-sigmoid", Activation::hard_sigmoid},
                            {"tanh", Activation::tanh}});
  expect_names<Init::Kind>({{"he", Init::Kind::he},
                            {"glorot", Init::Kind::glorot},
                            {"uniform", Init::Kind::uniform},
                            {"normal", Init::Kind::normal},
                            {"sparse", Init::Kind::sparse},
                            {"zero", Init::Kind::zero}});
}

TEST(Config, TheKindOfModelIsARowOfTheTable) {
  std::string names;
  for (const FamilySpec* family : family_specs()) names += std::string(family->name) + " ";
  EXPECT_EQ(names, "adversarial bernoulli-mixture rbm dbn dbm nce gsn stacked-cae ");
  for (const FamilySpec* family : family_specs()) {
    const std::string name(family->name);
    EXPECT_EQ(parse_config("[run]\nmodel = '" + name + "'\n", "x").run.model, family->name);
  }
  EXPECT_SAYS(refused("[run]\nmodel = 'stacked-cea'\n"),
              "x.toml:2: run.model = 'stacked-cea': expected one of 'adversarial', ");
  EXPECT_SAYS(refused("[run]\nmodel = 'stacked-cea'\n"), "did you mean 'stacked-cae'?");
  EXPECT_SAYS(refused("[run]\nmodel = 3\n"), "run.model: expected one of 'adversarial', ");
  Config c;
  c.run.model = "no such model";
  EXPECT_SAYS(complaint([&] { format_config(c); }), "there is no such kind of model");
}

TEST(Config, WritingAndReadingIsTheIdentity) {
  for (const char* model : {"adversarial", "bernoulli-mixture", "gsn", "stacked-cae"}) {
    Config c = model[0] == 'a' ? parse_config(kRecipe, "x") : Config{};
    override_config(c, std::string("run.model=") + model);
    for (const char* about :
         {"quotes \" and\nlines", "\n\nbegins with line ends", "\t\x7f \u00e9 \\ '''"}) {
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
  EXPECT_SAYS(complaint([&] { override_config(c, "data.norm=1"); }),
              "'data.norm' is not a known key");
  override_config(c, "data.scale=gcn");
  EXPECT_EQ(c.data.norm, 55);  // as published
  override_config(c, "data.norm=1");
  EXPECT_EQ(parse_config(format_config(c), "written").data.norm, 1);
  EXPECT_SAYS(complaint([&] { override_config(c, "training.batch_sise=3"); }),
              "did you mean 'batch_size'?");
  EXPECT_SAYS(complaint([&] { override_config(c, "batch_size=3"); }), "section.key=value");
  EXPECT_SAYS(complaint([&] { override_config(c, "training.batch_size=0"); }),
              "a number of at least 1");
  override_config(c, "data.source=caf\xe9.csv");
  EXPECT_SAYS(complaint([&] { format_config(c); }), "expected text in UTF-8");
}

TEST(Config, AFinalValueIsANumberOrNone) {
  Config c = parse_config("[optimizer]\nfinal_beta2 = 0.99\n[game]\nfinal_r1 = 0\n", "x");
  EXPECT_EQ(c.optimizer.final_beta2, 0.99);
  EXPECT_EQ(c.game.final_r1, 0.0);
  EXPECT_FALSE(c.game.final_r2);
  EXPECT_SAYS(format_config(c), "final_beta2 = 0.99\n");
  EXPECT_SAYS(format_config(c), "final_r2 = \"none\"\n");
  EXPECT_EQ(flatten(parse_config(format_config(c), "written")), flatten(c));
  override_config(c, "optimizer.final_beta2=none");
  EXPECT_FALSE(c.optimizer.final_beta2);
  EXPECT_SAYS(complaint([&] { override_config(c, "game.final_r1=off"); }),
              "game.final_r1: expected a number or \"none\", got a value of type string ('off')");
  EXPECT_SAYS(complaint([&] { override_config(c, "game.final_r1=-1"); }),
              "game.final_r1 = -1: expected a number of at least 0");
  EXPECT_SAYS(complaint([&] { override_config(c, "optimizer.final_beta2=1"); }),
              "optimizer.final_beta2 = 1: expected a number from 0 up to 0.9999999");
}

TEST(Config, SizesOfHiddenLayersAreAList) {
  Config c = parse_config("[run]\nmodel = 'gsn'\n[gsn]\nhidden = [7, 5, 3]\n", "x");
  EXPECT_EQ(c.gsn.hidden.values, (std::vector<int64_t>{7, 5, 3}));
  EXPECT_EQ(Config{}.gsn.hidden.values, (std::vector<int64_t>{1500, 1500}));  // as published
  override_config(c, "gsn.hidden=20");                                        // one may stand alone
  EXPECT_EQ(parse_config(format_config(c), "written").gsn.hidden.values,
            (std::vector<int64_t>{20}));
  EXPECT_SAYS(complaint([&] { override_config(c, "gsn.hidden=[]"); }),
              "gsn.hidden: expected at least one value");
  EXPECT_SAYS(complaint([&] { override_config(c, "gsn.hidden=[20, 0]"); }),
              "gsn.hidden = 0: expected a number");
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
  const Difference layer = after(
      "generator.layers=[{ layer = \"dense\", units = 12, activation = \"relu\", init = { uniform = 0.05 } }]");
  EXPECT_EQ(layer.key, "generator.layers[2]");
  EXPECT_EQ(layer.before, "{ layer = \"batch-norm\", momentum = 0.1, epsilon = 1e-05 }");
  EXPECT_EQ(layer.now, "nothing");
}

TEST(Config, ComplaintsNameTheLineAndWhatWasExpected) {
  EXPECT_SAYS(refused("[training]\nsteps = 3\nbatch_sise = 4\n"),
              "x.toml:3: 'training.batch_sise' is not a known key (did you mean 'batch_size'?)");
  EXPECT_SAYS(refused("[trainin]\n"), "did you mean 'training'?");
  EXPECT_SAYS(refused("[training]\nsteps = \"many\"\n"),
              "x.toml:2: training.steps: expected a whole number, got a value of type string");
  EXPECT_SAYS(refused("[training]\nlearning_rate = -1\n"),
              "x.toml:2: training.learning_rate = -1: expected a number above 0");
  EXPECT_SAYS(refused("[training]\nlearning_rate = nan\n"), "finite");
  EXPECT_SAYS(refused("[training\n"), "x.toml:1");
  EXPECT_SAYS(refused("a" + std::string(20000, '.') + "a = 1\n"), "nests more than 32 deep");
  EXPECT_SAYS(
      refused("[training]\nlearning_rate = 1e300\n"),
      "x.toml:2: training.learning_rate = 1e+300: expected a finite number within float's range");
  EXPECT_SAYS(
      refused("[run]\nbatch_size = 3\n"),
      "x.toml:2: 'run.batch_size' is not a known key (did you mean 'training.batch_size'?)");
  EXPECT_SAYS(refused("batch_size = 3\n"), "(did you mean 'training.batch_size'?)");
  EXPECT_SAYS(refused("\nrun = 3\n"), "x.toml:2: 'run' must be a section: [run]");
  EXPECT_SAYS(refused("# nothing\n"), "x.toml: says nothing");
  EXPECT_SAYS(refused("[run]\nstop = \"indistinguishible\"\n"),
              "did you mean 'indistinguishable'?");
  EXPECT_SAYS(refused("format = 99\n"), "newer version");
  const auto layer = [](const std::string& text) {
    return refused("[generator]\nlayers = [\n" + text + "\n]\n");
  };
  EXPECT_SAYS(
      layer("{ layer = \"dens\", units = 2 }"),
      "x.toml:3: generator.layers[1].layer = 'dens' is not a known layer (did you mean 'dense'?)");
  EXPECT_SAYS(layer("{ layer = \"dense\" }"), "generator.layers[1].units is missing");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 0 }"),
              "generator.layers[1].units = 0: expected a number from 1");
  EXPECT_SAYS(layer("{ units = 2 }"), "layer is missing");
  EXPECT_SAYS(layer("{ layer = \"dropout\", keep = 0 }"), "generator.layers[1].keep = 0");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 2, init = \"uniform\" }"), "needs a number");
  EXPECT_SAYS(layer("{ layer = \"dense\", units = 2, init = { uniforn = 1 } }"),
              "did you mean 'uniform'?");
  EXPECT_SAYS(layer("3"), "a table such as");
  const auto init = [&](const std::string& text) {
    return layer("{ layer = \"dense\", units = 2, init = " + text + " }");
  };
  EXPECT_SAYS(init("{ unifrom = 1 }"),
              "x.toml:3: generator.layers[1].init = 'unifrom': expected one of");
  EXPECT_SAYS(init("{ zero = 2 }"), "x.toml:3: generator.layers[1].init: 'zero' takes no number");
  EXPECT_SAYS(init("{ sparse = 2.5 }"), "a whole number of weights");
  EXPECT_SAYS(init("{ uniform = 1, normal = 2 }"), "got 2 of them");
  EXPECT_SAYS(init("\"sparse\""), "e.g. { sparse = 15 }");
}

TEST(Config, NoTomlIsSaidInOurWords) {
  EXPECT_SAYS(refused("[training\n"), "x.toml:1: is no TOML in this table header");
  EXPECT_SAYS(refused("\n[run]\ndevice = cpu\n"), "x.toml:3: is no TOML in this value");
  EXPECT_SAYS(
      refused("[run]\nseed = 1\nseed = 2\n"),
      "x.toml:3: is no TOML in this key-value pair: cannot redefine existing integer 'seed'");
  EXPECT_SAYS(refused("\x89PNG\xff"), "x.toml:1: is no text in UTF-8");
  EXPECT_EQ(refused("a = " + std::string(5000, '[')).find("TOML_"), std::string::npos);
}

TEST(Config, ListsHaveAValueForEachLayerOrOneForAll) {
  const auto read = [](const std::string& text) {
    return parse_config("[run]\nmodel = \"dbn\"\n[dbn]\n" + text, "x.toml");
  };
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
  EXPECT_SAYS(complaint([&] { read("hidden = [3, 0]\n"); }),
              "x.toml:4: dbn.hidden = 0: expected a number from 1");
  EXPECT_SAYS(complaint([&] { read("hidden = [3, 2.5]\n"); }),
              "dbn.hidden: expected a whole number");
  EXPECT_SAYS(complaint([&] { read("joint_epochs = 3\n"); }),
              "'dbn.joint_epochs' is not a known key");
}

}  // namespace
}  // namespace gan
