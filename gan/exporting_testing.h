#pragma once
/// Generators and discriminators of every layer, with random weights, and what the reference
/// network makes of them.

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gan/export/exporter.h"
#include "gan/export/runtime_noise.h"
#include "gan/gan.h"
#include "gan/model/checkpoint.h"
#include "gan/nets/draw.h"
#include "gan/nets/network.h"
#include "gan/nets/testing.h"

namespace gan {

inline constexpr double kRounding = 1e-5;  // of float32, relative to the largest number
inline constexpr int64_t kExamples = 19;   // more than a block, and odd

template <class L>
L spectral(L layer) {
  layer.spectral_norm.on = true;
  return layer;
}

/// Layers that the fused engine does not know, odd sizes and strides.
inline std::vector<Case> more_cases() {
  const Init init{.kind = Init::Kind::normal, .value = 0.4};
  return {
      {"maxout_convolution",
       {MaxoutConvolution{.channels = 3,
                          .pieces = 2,
                          .kernel = 3,
                          .pad = 1,
                          .pool = 3,
                          .pool_stride = 2,
                          .init = init},
        MaxoutConvolution{.channels = 2, .pieces = 3, .kernel = 2, .init = init, .tied = false}},
       false,
       {2, 8, 7}},
      {"uneven_strides",
       {transposed(5, 3, 2, 0), transposed(6, 2, 3, 0), convolution(7, 5, 3, 2),
        transposed(3, 5, 1, 2)},
       false,
       {3, 4, 5}},
      {"transposed_groups",
       {TransposedConvolution{.channels = 6,
                              .kernel = 4,
                              .stride = 2,
                              .pad = 1,
                              .groups = 3,
                              .init = init,
                              .bias = {.value = 0.2},
                              .tied = false},
        Convolution{.channels = 20,
                    .kernel = 3,
                    .pad = 2,
                    .groups = 2,
                    .activation = Activation::tanh,
                    .init = init,
                    .tied = false}},
       false,
       {9, 3, 5}},
      {"overlapping_means",
       {convolution(5, 3, 1, 1), AveragePool{.window = 3, .stride = 2}, Downsample{},
        Upsample{.filter = Upsample::Filter::bilinear}, Upsample{}},
       false,
       {2, 11, 9}},
      {"row_and_image",
       {Residual{.layers = {dense(30, Activation::relu)}, .shortcut = {}}, BatchNorm{},
        maxout(5, 3), Dropout{}},
       false,
       {2, 5, 3}},
      {"spectral_norm",
       {spectral(dense(12)), Reshape{.shape = {3, 2, 2}},
        spectral(
            TransposedConvolution{.channels = 4, .kernel = 4, .stride = 2, .pad = 1, .init = init}),
        spectral(convolution(5, 3, 1, 1))},
       false},
      {.name = "batch_norm_of_classes",
       .spec = {dense(12), ConditionalBatchNorm{}, Reshape{.shape = {3, 2, 2}},
                ConditionalBatchNorm{}, convolution(4, 3, 1, 1)},
       .penalised = false,
       .classes = 3},
      {"few_outputs_of_whole_lanes", {convolution(3, 3, 1, 1)}, false, {16, 5, 6}},
      {"single_numbers", {dense(1), ActivationLayer{.activation = Activation::sigmoid}}, false},
  };
}

/// A case with an image as its input begins with a reshape of z.
inline NetworkSpec as_generator(const Case& c) {
  NetworkSpec out = c.spec;
  if (c.input.size() == 3) out.insert(out.begin(), Reshape{.shape = c.input});
  return out;
}

/// Random weights, and running moments as of some training.
inline void fill(Network& network) {
  const at::NoGradGuard no_grad;
  uint64_t number = 0;
  network.visit_state("", [&](const std::string& name, at::Tensor& t) {
    const Stream stream = Stream(11, "fill").child(number++);
    if (name.ends_with("variance"))
      t.copy_(draw_uniform(stream, 1, t.numel(), 0).add_(0.3).view(t.sizes()));
    else if (name.ends_with("mean") || name.ends_with("bias") || name.ends_with("gain"))
      t.add_(draw_normal(stream, 1, t.numel(), 0).mul_(0.3).view(t.sizes()));
  });
}

template <class T>
std::vector<T> numbers(const at::Tensor& t) {
  const at::Tensor flat = t.contiguous();
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

/// A checkpoint of a generator with random weights, and what the reference network makes of z.
struct Made {
  explicit Made(const Case& c) {
    section.layers = as_generator(c);
    section.noise_size = product(c.input);
    for (int64_t i = 0; i < c.classes; ++i) card.classes.push_back(std::to_string(i));
    Network network(section.layers, {section.noise_size}, "generator", Stream(3), {}, at::kCPU,
                    c.classes);
    fill(network);
    card.shape = network.out();
    card.name = "toy";
    card.encoding = Scaling{{-2.5F}, {0.25F}};
    bytes = write_checkpoint(
        [&](const StateVisitor& visit) { network.visit_state("model.", visit); }, {});
    tensors = parse_safetensors(bytes, "test");
    const at::Tensor z = at::empty({kExamples, section.noise_size});
    const at::Tensor label = at::empty({kExamples}, at::kLong);
    samples = {.seed = 5, .n = kExamples};
    generator::noise_of_seed(true, samples.seed, 0, kExamples, section.noise_size,
                             z.data_ptr<float>());
    generator::labels_of_seed(samples.seed, 0, kExamples, std::max<int64_t>(c.classes, 1),
                              label.data_ptr<int64_t>());
    samples.z = numbers<float>(z);
    if (c.classes > 0) samples.label = numbers<int64_t>(label);
    samples.x = numbers<float>(own_units(card, network.infer(z, label)));
  }
  ExportSource source() const {
    return {.generator = section, .card = card, .tensors = tensors, .model = "test", .step = 7};
  }

  GeneratorSection section;
  DataCard card;
  std::string bytes;
  SafeTensors tensors;
  ExportSamples samples;
};

/// Such a network is a D: it has no place in a generator's export.
inline bool projects(const NetworkSpec& spec) {
  bool found = false;
  each_layer(spec, [&](const LayerSpec& layer) {
    found = found || std::holds_alternative<Projection>(layer);
  });
  return found;
}

inline std::vector<Case> exported_cases() {
  std::vector<Case> out;
  for (const Case& c : all_cases())
    if (!projects(c.spec)) out.push_back(c);
  for (const Case& c : more_cases()) out.push_back(c);
  return out;
}

/// A checkpoint of a discriminator with random weights, and what the reference network says of
/// examples in units of their own.
struct MadeD {
  explicit MadeD(const Case& c) {
    layers = c.spec;
    for (int64_t i = 0; i < c.classes; ++i) card.classes.push_back(std::to_string(i));
    card.shape = c.input;
    card.name = "toy";
    card.encoding = Scaling{{-2.5F}, {0.25F}};
    Network network(layers, card.shape, "discriminator", Stream(3), {}, at::kCPU, c.classes);
    fill(network);
    bytes =
        write_checkpoint([&](const StateVisitor& visit) { network.visit_state("D.", visit); }, {});
    tensors = parse_safetensors(bytes, "test");
    const at::Tensor x = draw_normal(Stream(4), kExamples, product(c.input), 0);
    const at::Tensor label =
        at::arange(kExamples, at::kLong).remainder(std::max<int64_t>(c.classes, 1));
    samples = {.n = kExamples};
    samples.x = numbers<float>(x);
    if (c.classes > 0) samples.label = numbers<int64_t>(label);
    samples.logit = numbers<float>(network.infer(0.25 * (x + 2.5), label));
  }
  ExportSource source() const {
    return {.generator = unused,
            .card = card,
            .tensors = tensors,
            .model = "test",
            .prefix = "D.",
            .judging = Judging{layers, card.encoding.scaling(), "discriminator"}};
  }

  GeneratorSection unused;
  NetworkSpec layers;
  DataCard card;
  std::string bytes;
  SafeTensors tensors;
  ExportSamples samples;
};

}  // namespace gan
