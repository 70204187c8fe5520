#include "gan/nets/network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/core/error.h"

namespace gan {
namespace {

Init small() {
  return {.kind = Init::Kind::normal, .value = 0.5};
}

template <class L>
LayerSpec spectral(L layer) {
  layer.init = small();
  layer.bias.value = 0.1;
  layer.spectral_norm = {true};
  return layer;
}

/// One network per layer kind: the shared tests below run over all of them. Adding a layer is
/// adding a row.
struct Case {
  std::string name;
  NetworkSpec spec;
  Shape input{6};
};

/// Layers that take an example as a row of numbers.
std::vector<Case> layers_of_rows() {
  const auto dense = [](Activation a) {
    return NetworkSpec{Dense{.units = 5, .activation = a, .init = small(), .bias = {.value = 0.1}}};
  };
  return {{"linear", dense(Activation::linear)},
          {"relu", dense(Activation::relu)},
          {"leaky", dense(Activation::leaky_relu)},
          {"sigmoid", dense(Activation::sigmoid)},
          {"hard_sigmoid", dense(Activation::hard_sigmoid)},
          {"tanh", dense(Activation::tanh)},
          {"maxout", {Maxout{.units = 4, .pieces = 3, .init = small()}}},
          {"dropout", {Dropout{.keep = 0.8, .scale = 1.25}, Dense{.units = 3, .init = small()}}},
          {"batch_norm", {Dense{.units = 4, .init = small()}, BatchNorm{}}},
          {"activation",
           {Dense{.units = 5, .init = small()},
            ActivationLayer{.activation = Activation::leaky_relu, .slope = 0.1}}},
          {"class_embedding",
           {ClassEmbedding{.size = 3}, Dense{.units = 2, .init = small()}},
           {2, 1, 3}},
          {"projection",
           {Dense{.units = 5, .activation = Activation::tanh, .init = small()},
            Projection{.init = small(), .bias = {.value = 0.3}}}},
          {"spectral_norm", {spectral(Dense{.units = 5, .activation = Activation::tanh})}},
          {"conditional_batch_norm", {Dense{.units = 4, .init = small()}, ConditionalBatchNorm{}}},
          {"minibatch_deviation",
           {Dense{.units = 4, .init = small()}, MinibatchDeviation{.group = 4},
            Dense{.units = 2, .init = small()}}},
          {"paper",
           {Dropout{.keep = 0.8, .scale = 1.25}, Maxout{.units = 6, .pieces = 5, .init = small()},
            Dropout{}, Dense{.units = 1, .init = small()}}}};
}

std::vector<Case> convolutions() {
  return {{"convolution",
           {Convolution{.channels = 3,
                        .kernel = 3,
                        .pad = 1,
                        .input = {2, 4, 3},
                        .activation = Activation::leaky_relu,
                        .init = small(),
                        .bias = {.value = 0.1}}},
           {24}},
          {"convolution_strided_untied",
           {Convolution{.channels = 3,
                        .kernel = 2,
                        .stride = 2,
                        .pad = 1,
                        .input = {2, 4, 3},
                        .activation = Activation::tanh,
                        .init = small(),
                        .tied = false}},
           {24}},
          {"maxout_convolution",
           {MaxoutConvolution{.channels = 2,
                              .pieces = 3,
                              .kernel = 2,
                              .pad = 1,
                              .pool = 3,
                              .pool_stride = 2,
                              .input = {2, 4, 3},
                              .init = small()}},
           {24}},
          {"maxout_convolution_untied",
           {MaxoutConvolution{.channels = 2,
                              .pieces = 2,
                              .kernel = 2,
                              .pool = 2,
                              .pool_stride = 2,
                              .input = {2, 4, 3},
                              .init = small(),
                              .tied = false}},
           {24}},
          {"grouped_convolution",
           {Convolution{.channels = 6,
                        .kernel = 2,
                        .groups = 2,
                        .input = {4, 3, 2},
                        .init = small(),
                        .bias = {.value = 0.1}}},
           {24}},
          {"spectral_norm_of_a_convolution",
           {spectral(Convolution{.channels = 3, .kernel = 2})},
           {2, 4, 3}}};
}

std::vector<Case> transposed_convolutions() {
  return {{"transposed_convolution",
           {TransposedConvolution{.channels = 2,
                                  .kernel = 3,
                                  .stride = 2,
                                  .pad = 1,
                                  .input = {3, 2, 3},
                                  .activation = Activation::sigmoid,
                                  .init = small()}},
           {18}},
          {"transposed_convolution_untied",
           {TransposedConvolution{.channels = 2,
                                  .kernel = 3,
                                  .stride = 2,
                                  .input = {3, 2, 1},
                                  .init = small(),
                                  .tied = false}},
           {6}},
          {"spectral_norm_of_a_transposed_convolution",
           {spectral(TransposedConvolution{.channels = 2, .kernel = 3, .stride = 2})},
           {3, 2, 1}},
          {"grouped_transposed_convolution",
           {TransposedConvolution{.channels = 4,
                                  .kernel = 3,
                                  .stride = 2,
                                  .groups = 2,
                                  .input = {6, 2, 2},
                                  .init = small(),
                                  .tied = false}},
           {24}}};
}

/// Other layers that take images.
std::vector<Case> layers_of_images() {
  return {
      {"upsample_nearest",
       {Reshape{.shape = {2, 1, 3}}, Upsample{}, Dense{.units = 2, .init = small()}}},
      {"upsample_bilinear",
       {Reshape{.shape = {2, 1, 3}}, Upsample{.filter = Upsample::Filter::bilinear},
        Dense{.units = 2, .init = small()}}},
      {"downsample",
       {Reshape{.shape = {2, 4, 3}}, Downsample{}, Dense{.units = 2, .init = small()}},
       {24}},
      {"average_pool",
       {Reshape{.shape = {2, 4, 3}}, AveragePool{.window = 2, .stride = 1},
        Dense{.units = 2, .init = small()}},
       {24}},
      {"crop",
       {Reshape{.shape = {2, 4, 3}}, Crop{.height = 3, .width = 1},
        Dense{.units = 2, .init = small()}},
       {24}},
      {"images_as_they_come",
       {Convolution{.channels = 2, .kernel = 2, .init = small()}, BatchNorm{}, Dropout{},
        AveragePool{.window = 2, .stride = 1}},
       {2, 4, 3}},
      {"conditional_batch_norm_of_images",
       {Convolution{.channels = 3, .kernel = 2, .init = small()}, ConditionalBatchNorm{},
        Dense{.units = 2, .init = small()}},
       {2, 4, 3}},
      {"minibatch_deviation_of_images",
       {Convolution{.channels = 3, .kernel = 2, .init = small()}, MinibatchDeviation{.group = 2},
        Convolution{.channels = 2, .kernel = 2, .init = small()}},
       {2, 4, 3}},
      {"self_attention",
       {Convolution{.channels = 9, .kernel = 2, .init = small()}, SelfAttention{.init = small()},
        Dense{.units = 2, .init = small()}},
       {2, 3, 3}},
      {"projection_of_images", {Projection{.init = small()}}, {2, 1, 3}}};
}

/// Blocks, and whole networks of several kinds of layers.
std::vector<Case> layers_together() {
  return {
      {"images_through_all",
       {Dense{.units = 12, .init = small()},
        TransposedConvolution{
            .channels = 2, .kernel = 2, .stride = 2, .input = {3, 2, 2}, .init = small()},
        BatchNorm{}, Dropout{},
        Convolution{.channels = 2, .kernel = 2, .activation = Activation::relu, .init = small()},
        Dense{.units = 2, .init = small()}}},
      {"residual",
       {Reshape{.shape = {4, 2, 3}},
        Residual{.layers = {Convolution{.channels = 8, .kernel = 1, .init = small()},
                            ActivationLayer{.activation = Activation::tanh},
                            Convolution{
                                .channels = 4, .kernel = 3, .pad = 1, .groups = 2, .init = small()},
                            Dropout{}}},
        Dense{.units = 2, .init = small()}},
       {24}},
      {"residual_with_a_shortcut",
       {Reshape{.shape = {2, 4, 2}},
        Residual{
            .layers = {Downsample{},
                       Convolution{.channels = 3, .kernel = 3, .pad = 1, .init = small()}},
            .shortcut = {Downsample{}, Convolution{.channels = 3, .kernel = 1, .init = small()}}},
        Dense{.units = 1, .init = small()}},
       {16}},
      {"dcgan",
       {Dense{.units = 32, .init = small()}, Reshape{.shape = {8, 2, 2}}, BatchNorm{},
        ActivationLayer{},
        TransposedConvolution{.channels = 4, .kernel = 4, .stride = 2, .pad = 1, .init = small()},
        BatchNorm{}, ActivationLayer{},
        TransposedConvolution{.channels = 1,
                              .kernel = 4,
                              .stride = 2,
                              .pad = 1,
                              .activation = Activation::tanh,
                              .init = small()}}}};
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& group : {layers_of_rows(), convolutions(), transposed_convolutions(),
                            layers_of_images(), layers_together()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

class EveryLayer : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Network, EveryLayer, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

constexpr int64_t kClasses = 3;

Network build(const NetworkSpec& spec, const Shape& input, uint64_t seed = 3) {
  return Network(spec, input, "test", Stream(seed), {}, at::kCPU, kClasses);
}

/// The same network in float64, so that finite differences can be trusted.
Network build_double(const NetworkSpec& spec, const Shape& input) {
  Network net = build(spec, input);
  net.visit_state("", [](const std::string&, Tensor& t) {
    const bool learned = t.requires_grad();
    t = t.detach().to(at::kDouble).requires_grad_(learned);
  });
  return net;
}

const Pass kTraining{.training = true, .noise = Stream(9, "noise"), .step = 4};

/// The same, or without training, with a label for each of so many examples.
Pass labelled(int64_t examples, bool training) {
  Pass pass = kTraining;
  pass.training = training;
  pass.label = at::arange(examples, at::kLong).remainder(kClasses);
  return pass;
}

TEST_P(EveryLayer, GradientsAgreeWithFiniteDifferences) {
  const int64_t inputs = product(GetParam().input);
  Network net = build_double(GetParam().spec, GetParam().input);
  Tensor x = at::empty({4, inputs}, at::kDouble);
  const Tensor drawn = at::arange(4 * inputs, at::kDouble).mul(0.37).sin().view({4, inputs});
  x.copy_(drawn).requires_grad_();
  const Tensor weights = at::arange(net.outputs(), at::kDouble).add(1).cos();
  const auto loss = [&] { return (net(x, labelled(4, true)).flatten(1).tanh() * weights).sum(); };

  std::vector<Tensor> wanted = net.parameters();
  wanted.push_back(x);
  const auto gradients = torch::autograd::grad({loss()}, wanted);
  const at::NoGradGuard no_grad;
  for (size_t p = 0; p < wanted.size(); ++p) {
    Tensor flat = wanted[p].view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>(), h = 1e-6;
      flat[i].fill_(old + h);
      const double up = loss().item<double>();
      flat[i].fill_(old - h);
      const double down = loss().item<double>();
      flat[i].fill_(old);
      EXPECT_NEAR(gradients[p].reshape(-1)[i].item<double>(), (up - down) / (2 * h), 2e-7)
          << "tensor " << p << " element " << i;
    }
  }
}

TEST_P(EveryLayer, WidthsAndParameterCountsAreWhatTheSpecSays) {
  Network net = build(GetParam().spec, GetParam().input);
  const auto expected = shapes(GetParam().spec, GetParam().input, "test", kClasses);
  int64_t parameters = 0, built = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    parameters += parameter_count(GetParam().spec[i], expected[i]);
  for (const Tensor& p : net.parameters()) built += p.numel();
  Shape outputs = expected.back().out;
  outputs.insert(outputs.begin(), 3);
  const Tensor x = at::ones({3, product(GetParam().input)});
  EXPECT_EQ(net(x, labelled(3, false)).sizes(), outputs);
  EXPECT_EQ(built, parameters);
}

TEST_P(EveryLayer, ASeedDecidesEverything) {
  const Shape& input = GetParam().input;
  const Tensor x = at::ones({3, product(input)});
  const Pass training = labelled(3, true), later = labelled(3, false);
  Network a = build(GetParam().spec, input), b = build(GetParam().spec, input),
          c = build(GetParam().spec, input, 4);
  EXPECT_TRUE(at::equal(a(x, training), b(x, training)));
  if (GetParam().name != "batch_norm") {
    EXPECT_FALSE(at::equal(a(x, later), c(x, later)));
  }  // on equal rows batch norm gives its bias
}

TEST_P(EveryLayer, StateHasDistinctNamesAndMakesAnEqualNetwork) {
  const Shape& input = GetParam().input;
  Network a = build(GetParam().spec, input), b = build(GetParam().spec, input, 8);
  std::map<std::string, Tensor> state;
  a.visit_state("D.", [&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(state.emplace(name, t.detach().clone()).second) << name;
  });
  const at::NoGradGuard no_grad;
  b.visit_state("D.", [&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
  const Tensor x = at::arange(2 * product(input), at::kFloat).view({2, -1});
  const Pass pass = labelled(2, false);
  EXPECT_TRUE(at::equal(a(x, pass), b(x, pass)));
}

TEST_P(EveryLayer, ABatchInTwoHalvesIsTheWholeWhereExamplesAreTreatedAlone) {
  const Network net = build(GetParam().spec, GetParam().input);
  const Tensor x = at::arange(6 * product(GetParam().input), at::kFloat).sin().view({6, -1});
  const Pass whole = labelled(6, true);
  std::vector<Tensor> halves;
  for (const int64_t first : {0, 3}) {
    Pass half = whole;
    half.first = first;
    half.label = whole.label.narrow(0, first, 3);
    halves.push_back(net(x.narrow(0, first, 3), half));
  }
  EXPECT_EQ(at::allclose(at::cat(halves), net(x, whole), 1e-4, 1e-5),
            treats_examples_alone(GetParam().spec));
}

}  // namespace
}  // namespace gan
