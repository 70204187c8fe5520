#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/spec/config.h"
#include "gan/spec/testing.h"

namespace gan {
namespace {

TEST(NetworkSpec, NamesWhatCannotBeBuilt) {
  const auto says = [](const NetworkSpec& spec) {
    return complaint([&] { shapes(spec, {8}, "generator"); });
  };
  EXPECT_SAYS(
      says({Dense{.units = 4}, Dense{.units = 2, .init = {Init::Kind::sparse, 5}}}),
      "[generator] layer 2 (dense 2 linear, sparse 5): init = { sparse = 5 } is more than the 4 weights of a unit; give at most 4");
  EXPECT_SAYS(says({Dense{.units = 4, .bias = {.marginals = true}}, Dense{.units = 4}}),
              "[generator] layer 1");
  EXPECT_SAYS(says({Maxout{.units = 4, .pieces = 2, .bias = {.marginals = true}}}),
              "bias = \"marginals\" is for the dense layer");
  EXPECT_SAYS(says({Dense{.units = 4, .bias = {.marginals = true}},
                    Convolution{.channels = 1, .kernel = 1, .input = {1, 2, 2}}}),
              "[generator] layer 1");
  EXPECT_EQ(
      shapes({Dense{.units = 4, .bias = {.marginals = true}}, Dropout{}}, {8}, "generator").size(),
      2u);
  EXPECT_EQ(parameter_count(Maxout{.units = 1 << 24, .pieces = 1024}, {.in = {1 << 24}}),
            (int64_t{1} << 58) + (int64_t{1} << 34));  // the most
  EXPECT_EQ(parameter_count(Convolution{.channels = 1 << 24, .kernel = 128},
                            {.in = {1 << 24, 1, 1}, .detector = {1 << 24, 1, 1}}),
            (int64_t{1} << 62) + (int64_t{1} << 24));
}

TEST(NetworkSpec, WidthsNameTheLayerThatDoesNotFit) {
  const auto fitted =
      shapes({Dropout{}, Maxout{.units = 3, .pieces = 2}, Dense{.units = 1}}, {8}, "discriminator");
  EXPECT_EQ(fitted[0].out, Shape{8});
  EXPECT_EQ(fitted[1].out, Shape{3});
  EXPECT_EQ(fitted[2].in, Shape{3});
  EXPECT_EQ(fitted[2].out, Shape{1});
  EXPECT_SAYS(complaint([] {
                shapes({Dense{.units = 2}, Dense{.units = 0}}, {8}, "generator");
              }),
              "[generator] layer 2");
  EXPECT_SAYS(complaint([] { shapes({}, {8}, "generator"); }), "[generator] has no layers");
  EXPECT_EQ(parameter_count(Maxout{.units = 240, .pieces = 5}, {.in = {784}}), 942000);
}

TEST(NetworkSpec, LayersAreCalledByTheirKindAndNumberOrAsTheyWereNamed) {
  LayerSpec stem = Dense{.units = 3};
  stem.name = "stem";
  const NetworkSpec spec{stem, Dropout{}, Dense{.units = 3}, BatchNorm{}, Dense{.units = 3}};
  EXPECT_EQ(layer_names(spec),
            (std::vector<std::string>{"stem", "dropout1", "dense2", "batch-norm1", "dense3"}));
  const auto says = [](const std::string& name, const LayerSpec& after) {
    LayerSpec named = Dense{.units = 3};
    named.name = name;
    return complaint([&] { shapes({named, after}, {3}, "generator"); });
  };
  EXPECT_SAYS(says("dense2", Dense{.units = 3}),
              "[generator] layer 2: is called 'dense2' as another layer is");
  EXPECT_SAYS(says("a.b", Dropout{}), "layer 1: name = 'a.b': expected letters, digits, - and _");
  EXPECT_SAYS(complaint([&] {
                shapes({Residual{.layers = {stem, stem}}}, {3}, "generator");
              }),
              "(residual (dense 3 linear, he; dense 3 linear, he)), layer 2: is called 'stem'");
  EXPECT_EQ(shapes({stem, Residual{.layers = {stem}}}, {3}, "generator").size(), 2u);
}

TEST(NetworkSpec, ARecipeNamesLayers) {
  const auto read = [](const std::string& layer) {
    return parse_config("[generator]\nlayers = [\n" + layer + "\n]\n", "x.toml");
  };
  const Config config = read("{ layer = \"dense\", name = \"to_image-1\", units = 4 }");
  EXPECT_EQ(config.generator.layers.at(0).name, "to_image-1");
  const std::string text = format_config(config);
  EXPECT_SAYS(text, "{ layer = \"dense\", name = \"to_image-1\", units = 4,");
  EXPECT_EQ(format_config(parse_config(text, "written")), text);
  for (const std::string name : {"", "two words", "a.b", "caf\u00e9"})
    EXPECT_SAYS(
        complaint([&] { read("{ layer = \"dense\", units = 4, name = \"" + name + "\" }"); }),
        "x.toml:3: generator.layers[1].name = '" + name + "': expected letters, digits");
}

TEST(NetworkSpec, ExamplesAreImagesOrRows) {
  EXPECT_EQ(seen_by_networks({3, 8, 6}), (Shape{3, 8, 6}));
  EXPECT_EQ(seen_by_networks({8, 6}), (Shape{1, 8, 6}));
  EXPECT_EQ(seen_by_networks({5}), Shape{5});
  EXPECT_EQ(seen_by_networks({2, 3, 4, 5}), Shape{120});
  const NetworkSpec d{Convolution{.channels = 2, .kernel = 3}, Dense{.units = 1}};
  const auto fitted = shapes(d, {8, 6}, "discriminator");
  EXPECT_EQ(fitted[0].in, (Shape{1, 8, 6}));
  EXPECT_EQ(fitted[0].out, (Shape{2, 6, 4}));
  EXPECT_EQ(parameter_count(d[1], fitted[1]), 49);
}

TEST(NetworkSpec, LabelsAreForLayersThatSeeThem) {
  const auto says = [](const NetworkSpec& spec, int64_t classes) {
    return complaint([&] { shapes(spec, {2, 2, 2}, "discriminator", classes); });
  };
  EXPECT_SAYS(says({ClassEmbedding{.size = 4}}, 0),
              "[discriminator] layer 1 (class embedding 4): needs a label of each example");
  EXPECT_SAYS(says({Dense{.units = 3}, Projection{}}, 0),
              "[discriminator] layer 2 (projection onto labels, he): needs a label");
  EXPECT_SAYS(says({Projection{}, Dense{.units = 1}}, 5), "must be the last layer");
  EXPECT_SAYS(says({Residual{.layers = {Projection{}}}}, 5), "must be the last layer");
  const NetworkSpec spec{ClassEmbedding{.size = 4}, Projection{}};
  const auto fitted = shapes(spec, {2, 2, 2}, "discriminator", 5);
  EXPECT_EQ(fitted[0].out, Shape{12});
  EXPECT_EQ(fitted[1].out, Shape{1});
  EXPECT_EQ(parameter_count(spec[0], fitted[0]), 5 * 4);
  EXPECT_EQ(parameter_count(spec[1], fitted[1]), 12 + 1 + 5 * 12);
}

TEST(NetworkSpec, MemoryIsOfParametersAndOfWhatIsKept) {
  const NetworkSpec spec{Maxout{.units = 4, .pieces = 5}, Dense{.units = 3},
                         Residual{.layers = {Dense{.units = 3}}}};
  const LayerMemory memory = network_memory(spec, shapes(spec, {6}, "test"));
  EXPECT_EQ(memory.parameters, 20 * 7 + 3 * 5 + 3 * 4);
  EXPECT_EQ(memory.kept, 3 * 4 + 2 * 3 + (2 * 3 + 2 * 3));
  EXPECT_EQ(memory.widest, 20);
}

/// The convolutional networks of the paper's authors' code, whose sizes are known.
TEST(NetworkSpec, ImagesHaveThePapersShapes) {
  const auto pooled = [](int64_t channels, int64_t kernel, int64_t pad, int64_t pool) {
    return MaxoutConvolution{.channels = channels,
                             .pieces = 2,
                             .kernel = kernel,
                             .pad = pad,
                             .pool = pool,
                             .pool_stride = 2};
  };
  MaxoutConvolution first = pooled(32, 8, 4, 4);
  first.input = {3, 32, 32};
  const NetworkSpec d{Dropout{},
                      first,
                      Dropout{},
                      pooled(32, 8, 3, 4),
                      BatchNorm{},
                      pooled(192, 5, 3, 2),
                      Maxout{.units = 500, .pieces = 5}};
  const auto fitted = shapes(d, {3072}, "discriminator");
  EXPECT_EQ(fitted[0].out, Shape{3072});
  EXPECT_EQ(fitted[1].in, (Shape{3, 32, 32}));
  EXPECT_EQ(fitted[1].detector, (Shape{64, 33, 33}));
  EXPECT_EQ(fitted[1].out, (Shape{32, 16, 16}));
  EXPECT_EQ(fitted[3].out, (Shape{32, 7, 7}));  // an image goes through dropout
  EXPECT_EQ(fitted[5].out, (Shape{192, 5, 5}));
  EXPECT_EQ(fitted[6].in, fitted[5].out);
  EXPECT_EQ(parameter_count(d[1], fitted[1]), 64 * (3 * 8 * 8 + 1));
  EXPECT_EQ(parameter_count(d[4], fitted[4]), 2 * 32);
  EXPECT_EQ(parameter_count(d[6], fitted[6]), 2500 * (192 * 5 * 5 + 1));

  const NetworkSpec g{
      Dense{.units = 8000},
      TransposedConvolution{
          .channels = 3, .kernel = 5, .stride = 3, .input = {80, 10, 10}, .tied = false}};
  EXPECT_EQ(shapes(g, {100}, "generator")[1].out, (Shape{3, 32, 32}));
  EXPECT_EQ(parameter_count(g[1], shapes(g, {100}, "generator")[1]), 80 * 3 * 25 + 3072);
  EXPECT_EQ(describe(g[1]),
            "transposed convolution 3 linear, 5x5 kernels, stride 3, he, a bias for each position");
  EXPECT_EQ(describe(d[1]), "maxout convolution 32x2, 8x8 kernels, pad 4, pool 4 stride 2, he");
}

TEST(NetworkSpec, NamesTheImageThatDoesNotFit) {
  const auto says = [](const LayerSpec& layer, const NetworkSpec& before = {}) {
    NetworkSpec spec = before;
    spec.push_back(layer);
    return complaint([&] { shapes(spec, {12}, "discriminator"); });
  };
  const Convolution fits{.channels = 2, .kernel = 2, .input = {3, 2, 2}};
  Convolution c = fits;
  c.input = {};
  EXPECT_SAYS(
      says(c),
      "[discriminator] layer 1 (convolution 2 linear, 2x2 kernels, he): takes images, but 12 numbers in a row come in: say input = [channels, height, width]");
  EXPECT_SAYS(says(c, {Dropout{}, Dense{.units = 5}}), "layer 3 (convolution");
  c.input = {3, 2, 3};
  EXPECT_SAYS(says(c), "input = [3, 2, 3], but [12] comes in");
  c.input = {int64_t{1} << 24, int64_t{1} << 24, int64_t{1} << 24};
  EXPECT_SAYS(says(c), "but [12] comes in");
  EXPECT_SAYS(
      says(fits, {fits}),
      "layer 2 (convolution 2 linear, 2x2 kernels, he): input = [3, 2, 2], but [2, 1, 1] comes in");
  c = fits;
  c.kernel = 5;
  c.pad = 1;
  EXPECT_SAYS(says(c), "its kernel is larger than the image [3, 2, 2] with pad 1: at most 4 fits");
  c = fits;
  c.pad = 127;
  c.channels = 1 << 9;
  EXPECT_SAYS(says(c), "makes [512, 255, 255], more than 16777216 numbers");
  c = fits;
  c.stride = 0;
  EXPECT_SAYS(says(c), "stride = 0, expected at least 1");
  EXPECT_SAYS(says(Convolution{.input = {3, 2, 2}}),
              "channels and a kernel of at least 1 were expected");
  c = fits;
  c.init = {Init::Kind::sparse, 13};
  EXPECT_SAYS(says(c), "init = { sparse = 13 } is more than the 12 weights of a kernel");
  c = fits;
  c.bias.marginals = true;
  EXPECT_SAYS(says(c), "bias = \"marginals\" is for the dense layer");
  EXPECT_SAYS(says(TransposedConvolution{
                  .channels = 1, .kernel = 2, .stride = 2, .pad = 2, .input = {3, 2, 2}}),
              "pad = 2 cuts off all that it makes of [3, 2, 2]");
  EXPECT_SAYS(says(TransposedConvolution{
                  .channels = 300, .kernel = 128, .stride = 128, .input = {3, 2, 2}}),
              "makes [300, 256, 256]");
  EXPECT_SAYS(says(MaxoutConvolution{.channels = 1,
                                     .pieces = 2,
                                     .kernel = 1,
                                     .pool = 3,
                                     .pool_stride = 1,
                                     .input = {3, 2, 2}}),
              "pool = 3 is more than the 2 x 2 positions");
  EXPECT_SAYS(says(MaxoutConvolution{.channels = 1,
                                     .pieces = 2,
                                     .kernel = 1,
                                     .pool = 1,
                                     .pool_stride = 2,
                                     .input = {3, 2, 2}}),
              "pool_stride = 2, expected 1 to pool = 1");
}

TEST(Config, ImagesAreReadAndWritten) {
  const auto layers = [](const std::string& text) {
    return parse_config("[generator]\nlayers = [\n" + text + "\n]\n", "x.toml").generator.layers;
  };
  const NetworkSpec read = layers(
      R"({ layer = "convolution", channels = 4, kernel = 3, stride = 2, pad = 1, input = [3, 8, 6], activation = "leaky-relu", slope = 0.1, tied = false },
    { layer = "transposed-convolution", channels = 2, kernel = 5, max_norm = 1.9 },
    { layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 3, pool = 4 },
    { layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 3, pool = 4, pool_stride = 2 })");
  ASSERT_EQ(read.size(), 4u);
  const auto& first = std::get<Convolution>(read[0]);
  EXPECT_EQ((std::vector<int64_t>{first.channels, first.kernel, first.stride, first.pad}),
            (std::vector<int64_t>{4, 3, 2, 1}));
  EXPECT_EQ(first.input, (Shape{3, 8, 6}));
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
  EXPECT_SAYS(
      text,
      "{ layer = \"convolution\", channels = 4, kernel = 3, stride = 2, pad = 1, groups = 1, input = [3, 8, 6], activation = \"leaky-relu\", slope = 0.1,");
  EXPECT_EQ(format_config(parse_config(text, "written")), text);

  const auto refuse = [&](const std::string& text) { return complaint([&] { layers(text); }); };
  EXPECT_SAYS(refuse("{ layer = \"convolution\", kernel = 3 }"),
              "generator.layers[1].channels is missing");
  EXPECT_SAYS(refuse("{ layer = \"maxout-convolution\", channels = 3, kernel = 3 }"),
              "generator.layers[1].pieces is missing");
  EXPECT_SAYS(refuse("{ layer = \"transposed-convolution\", channels = 3 }"),
              "x.toml:3: generator.layers[1].kernel is missing");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, stride = 0 }"),
              "stride = 0: expected a number from 1 up to 128");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = 3 }"),
              "input: expected [channels, height, width], got a value of type integer");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8] }"),
              "input: expected [channels, height, width], got 2 of them");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8, 0] }"),
              "input = 0: expected a number from 1");
  EXPECT_SAYS(refuse("{ layer = \"convolution\", channels = 3, kernel = 3, input = [3, 8, 2.5] }"),
              "input: expected a whole number");
  EXPECT_SAYS(refuse("{ layer = \"convolutions\" }"), "did you mean 'convolution'?");
}

}  // namespace
}  // namespace gan
