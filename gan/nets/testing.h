#pragma once
/// For tests: networks that the fused engine knows. A new layer of it gets a row here.

#include <ostream>
#include <vector>

#include "gan/spec/network.h"

namespace gan {

struct Case {
  const char* name;
  NetworkSpec spec;
  bool penalised;
  Shape input = {13};
  double smallest = 1e-12;  ///< norm of a gradient below which differences are absolute
  int64_t classes = 0;      ///< of the labels
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

inline Dense dense(int64_t units, Activation activation = Activation::linear) {
  return {.units = units,
          .activation = activation,
          .init = {.kind = Init::Kind::normal, .value = 0.4},
          .bias = {.value = 0.1}};
}
inline Maxout maxout(int64_t units, int64_t pieces) {
  return {.units = units, .pieces = pieces, .init = {.kind = Init::Kind::normal, .value = 0.4}};
}

inline const std::vector<Case> kCases{
    {"linear", {dense(1)}, true},
    {"relu", {dense(17, Activation::relu), dense(9, Activation::relu), dense(1)}, true},
    {"leaky",
     {dense(33, Activation::leaky_relu), dense(5, Activation::leaky_relu), dense(1)},
     true},
    {"maxout",
     {Dropout{.keep = 0.8, .scale = 1.25}, maxout(7, 5), Dropout{.keep = 0.5, .scale = 2},
      maxout(6, 3), Dropout{.keep = 0.5, .scale = 2}, dense(1)},
     true},
    {"pieces", {maxout(8, 2), maxout(7, 4), dense(1)}, true},
    {"dropout",
     {dense(16, Activation::leaky_relu), Dropout{.keep = 0.7, .scale = 1.5}, dense(1)},
     true},
    {"generator",
     {dense(20, Activation::relu), dense(19, Activation::relu), dense(11, Activation::sigmoid)},
     false},
    {"hard", {dense(20, Activation::hard_sigmoid), dense(9, Activation::relu), dense(1)}, true},
    {"squashed",
     {dense(20, Activation::tanh), Dropout{.keep = 0.6, .scale = 1.7},
      dense(8, Activation::sigmoid), dense(3, Activation::tanh)},
     false},
    {"curved",
     {dense(20, Activation::tanh), Dropout{.keep = 0.6, .scale = 1.7},
      dense(8, Activation::sigmoid), maxout(6, 3), dense(5, Activation::leaky_relu), dense(1)},
     true},
    {"curved_output", {dense(9, Activation::tanh), dense(1, Activation::sigmoid)}, true},
};

inline Convolution convolution(int64_t channels, int64_t kernel, int64_t stride, int64_t pad,
                               Activation activation = Activation::leaky_relu, int64_t groups = 1) {
  return {.channels = channels,
          .kernel = kernel,
          .stride = stride,
          .pad = pad,
          .groups = groups,
          .activation = activation,
          .bias = {.value = 0.1}};
}
inline TransposedConvolution transposed(int64_t channels, int64_t kernel, int64_t stride,
                                        int64_t pad,
                                        Activation activation = Activation::leaky_relu) {
  return {.channels = channels,
          .kernel = kernel,
          .stride = stride,
          .pad = pad,
          .activation = activation,
          .bias = {.value = 0.1}};
}
/// As in R3GAN.
inline Residual block(int64_t channels, int64_t groups) {
  return {.layers = {convolution(2 * channels, 1, 1, 0),
                     convolution(2 * channels, 3, 1, 1, Activation::leaky_relu, groups),
                     convolution(channels, 1, 1, 0, Activation::linear)},
          .shortcut = {}};
}

inline const std::vector<Case> kImages{
    {"small_discriminator",
     {convolution(8, 4, 2, 1), convolution(12, 4, 2, 1), dense(1)},
     true,
     {1, 28, 28}},
    {"odd_image", {convolution(5, 3, 2, 1), convolution(7, 3, 1, 0), dense(1)}, true, {3, 11, 16}},
    {"positions",
     {Convolution{.channels = 5,
                  .kernel = 3,
                  .activation = Activation::relu,
                  .bias = {.value = 0.2},
                  .tied = false},
      dense(4, Activation::leaky_relu), dense(1)},
     true,
     {3, 7, 6}},
    {"groups",
     {convolution(6, 3, 2, 1, Activation::leaky_relu, 3),
      convolution(6, 3, 1, 1, Activation::leaky_relu, 6),
      ActivationLayer{.activation = Activation::relu}, dense(1)},
     true,
     {3, 9, 8}},
    {"groups_of_16",
     {convolution(32, 1, 1, 0), convolution(32, 3, 1, 1, Activation::leaky_relu, 2),
      convolution(32, 3, 1, 0, Activation::relu, 2), dense(1)},
     true,
     {2, 9, 8}},
    {"residual",
     {convolution(4, 1, 1, 0, Activation::linear), block(4, 2), Downsample{}, block(4, 1),
      Residual{.layers = {ActivationLayer{}, convolution(6, 3, 1, 1)},
               .shortcut = {convolution(6, 1, 1, 0, Activation::linear)}},
      ActivationLayer{.activation = Activation::leaky_relu}, AveragePool{.window = 2, .stride = 2},
      convolution(6, 3, 1, 0, Activation::linear, 6), dense(1)},
     true,
     {1, 12, 13}},
    {"sums_of_inputs",
     {Residual{.layers = {convolution(2, 3, 1, 1)}, .shortcut = {}},
      Residual{.layers = {ActivationLayer{}}, .shortcut = {}}, dense(1)},
     true,
     {2, 5, 4}},
    {"dropped",
     {Dropout{.keep = 0.8, .scale = 1.25}, convolution(4, 3, 1, 1), Dropout{}, maxout(6, 3),
      Dropout{}, dense(1)},
     true,
     {3, 6, 5}},
    {"transposed_discriminator",
     {transposed(3, 2, 2, 0), convolution(4, 3, 3, 1), dense(1)},
     true,
     {2, 4, 3}},
    {"small_generator",
     {dense(5 * 4 * 3, Activation::leaky_relu), Reshape{.shape = {5, 4, 3}}, transposed(6, 4, 2, 1),
      transposed(3, 4, 2, 1, Activation::sigmoid)},
     false},
    {"resampled_generator",
     {dense(4 * 3 * 3), ActivationLayer{}, Reshape{.shape = {4, 3, 3}},
      Upsample{.filter = Upsample::Filter::bilinear}, block(4, 2), Upsample{},
      Residual{.layers = {convolution(3, 3, 1, 1)},
               .shortcut = {convolution(3, 1, 1, 0, Activation::linear)}},
      convolution(2, 3, 1, 1, Activation::tanh)},
     false},
    {"curved_images",  // a curved value with two readers, and two curves in turn
     {convolution(4, 3, 1, 1, Activation::tanh), block(4, 2),
      ActivationLayer{.activation = Activation::sigmoid},
      ActivationLayer{.activation = Activation::tanh}, Downsample{},
      Residual{.layers = {dense(7, Activation::tanh), dense(9)},
               .shortcut = {dense(9, Activation::leaky_relu)}},
      dense(1)},
     true,
     {2, 6, 7}},
    {"curved_transposed",
     {transposed(3, 2, 2, 0, Activation::sigmoid), Crop{.height = 5, .width = 4},
      convolution(6, 3, 1, 1, Activation::tanh, 3), Dropout{}, dense(4, Activation::relu),
      dense(1)},
     true,
     {2, 4, 3}},
    {"cropped",
     {convolution(4, 3, 1, 1), Crop{.height = 5, .width = 4}, convolution(5, 4, 2, 1),
      Crop{.height = 1, .width = 2}, dense(1)},
     true,
     {2, 8, 7}},
    {"cropped_generator",
     {dense(4 * 2 * 3, Activation::leaky_relu), Reshape{.shape = {4, 2, 3}}, transposed(5, 4, 2, 1),
      Crop{.height = 3, .width = 6}, transposed(3, 4, 2, 1), Crop{.height = 5, .width = 11},
      convolution(1, 3, 1, 1, Activation::sigmoid)},
     false},
    {"reordered",
     {Reshape{.shape = {4, 3, 2}}, convolution(6, 1, 1, 0, Activation::relu),
      Reshape{.shape = {4, 9, 1}}, convolution(3, 3, 1, 1), Dropout{},
      convolution(2, 2, 1, 1, Activation::sigmoid)},
     false,
     {24}},
    {"batch_norm",
     {dense(4 * 3 * 3), BatchNorm{}, ActivationLayer{}, Reshape{.shape = {4, 3, 3}},
      transposed(5, 4, 2, 1, Activation::linear), BatchNorm{}, ActivationLayer{},
      transposed(2, 4, 2, 1, Activation::tanh)},
     false,
     {13},
     10},  // biases before batch norm have none
    {"batch_norm_of_rows", {dense(7), BatchNorm{}, dense(3), BatchNorm{}}, false, {13}, 10},
    {"embedding_generator",
     {ClassEmbedding{.size = 5}, dense(4 * 3 * 3, Activation::leaky_relu),
      Reshape{.shape = {4, 3, 3}}, transposed(3, 4, 2, 1)},
     false,
     {13},
     1e-12,
     3},
    {"embedding_inside",
     {convolution(4, 3, 2, 1), ClassEmbedding{.size = 6}, dense(9, Activation::leaky_relu),
      dense(1)},
     true,
     {2, 5, 6},
     1e-12,
     4},
    {"projection",
     {convolution(4, 3, 2, 1), convolution(3, 3, 1, 1),
      Projection{.init = {.kind = Init::Kind::normal, .value = 0.4}, .bias = {.value = 0.2}}},
     true,
     {2, 5, 6},
     1e-12,
     3},
    {"curved_labels",
     {ClassEmbedding{.size = 5}, dense(9, Activation::tanh), ClassEmbedding{.size = 2},
      dense(7, Activation::sigmoid),
      Projection{.init = {.kind = Init::Kind::normal, .value = 0.4}, .bias = {.value = 0.2}}},
     true,
     {13},
     1e-12,
     3},
};

inline std::vector<Case> all_cases() {
  std::vector<Case> all = kCases;
  all.insert(all.end(), kImages.begin(), kImages.end());
  return all;
}

}  // namespace gan
