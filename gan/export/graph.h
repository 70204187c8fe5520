#pragma once
/// A generator, a discriminator or a classifier as the operations that every export writes in its
/// own language: what is only there for training is gone, running moments are factors, and examples
/// are in the data's own units. It comes from the recipe's layers and a checkpoint's tensors,
/// without a tensor library.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gan/core/shape.h"
#include "gan/data/card.h"
#include "gan/export/targets.h"
#include "gan/io/safetensors.h"
#include "gan/spec/config.h"

namespace gan {

/// Numbers of a checkpoint, in C order.
struct Weights {
  Shape shape;
  std::vector<float> values;
};

struct ActivationOf {
  Activation kind = Activation::linear;
  double slope = 0;  ///< of leaky ReLU, below zero
};

namespace operation {

/// activation(weight x + bias): [inputs] -> [outputs].
struct Affine {
  Weights weight, bias;  ///< [outputs, inputs], [outputs]
  ActivationOf activation;
};

/// PyTorch's conv2d or conv_transpose2d: [C, H, W] -> [channels, h, w].
struct Kernels {
  bool transposed = false;
  int64_t kernel = 0, stride = 1, pad = 0, groups = 1;
  Weights weight;  ///< [channels, C / groups, k, k]; transposed: [C, channels / groups, k, k]
  Weights bias;    ///< [channels]; or [channels, h, w], one for each position
  ActivationOf activation;
};

/// The max of contiguous groups of `pieces` numbers, or of channels.
struct MaxOfPieces {
  int64_t pieces = 1;
};

/// The max over windows, rounded up: the last one sees what is there of it.
struct MaxOfWindows {
  int64_t window = 1, stride = 1;
};

/// scale x + shift, of each number or of each channel.
struct Scale {
  Weights scale, shift;
};

/// The same with a row for each class: that of the label is taken.
struct ScaleOfClass {
  Weights scale, shift;  ///< [classes, n] or [classes, C]
};

struct Activate {
  ActivationOf activation;
};

/// The same numbers as a row, channel by channel, or as another image.
struct Reshape {};

struct Upsample {
  bool bilinear = false;
};
struct Downsample {};
struct AveragePool {
  int64_t window = 1, stride = 1;
};
struct Crop {};  ///< the middle; where an odd number of lines goes, one more goes at the end

/// The sum of two values.
struct Add {};

/// The row of the label joined to what comes in: [n] -> [n + size].
struct JoinClass {
  Weights embedding;  ///< [classes, size]
};

/// The logit of a label, Miyato & Koyama (2018), equation 3: (weight + embedding[label]) . x +
/// bias.
struct ProjectClass {
  Weights weight, bias;  ///< [1, inputs], [1]
  Weights embedding;     ///< [classes, inputs]
};

/// x / factor + offset: the data's own units. One number for all, or one for each.
struct OwnUnits {
  std::vector<float> factor, offset;
};

}  // namespace operation

using OperationKind =
    std::variant<operation::Affine, operation::Kernels, operation::MaxOfPieces,
                 operation::MaxOfWindows, operation::Scale, operation::ScaleOfClass,
                 operation::Activate, operation::Reshape, operation::Upsample,
                 operation::Downsample, operation::AveragePool, operation::Crop, operation::Add,
                 operation::JoinClass, operation::ProjectClass, operation::OwnUnits>;

struct Operation {
  OperationKind kind;
  std::string layer;           ///< its name in the checkpoint: "dense1", "residual2.layers.dense1"
  std::vector<size_t> inputs;  ///< numbers of values
  size_t output = 0;
};

/// Value 0 is what comes in: z, or an example. Each operation makes the value of the next number.
struct Graph {
  std::vector<Shape> values;  ///< of one example: [n] or [C, H, W]
  std::vector<Operation> operations;
  int64_t classes = 0;  ///< of the labels; 0: the network sees none

  const Shape& in() const { return values.front(); }
  const Shape& out() const { return values.back(); }  ///< as the data's examples, or logits
};

/// A network that judges examples: a discriminator, or a classifier.
struct Judging {
  const NetworkSpec& layers;
  Scaling units;        ///< how examples come to it: (own - offset) factor
  const char* network;  ///< "discriminator", "classifier"
  int64_t pack = 1;     ///< examples that it sees at once
};

/// The discriminator of a checkpoint, whose tensors begin with "D."
Judging discriminator_of(const Config& config, const DataCard& card);

/// What an export is made from.
struct ExportSource {
  const GeneratorSection& generator;
  const DataCard& card;
  const SafeTensors& tensors;
  std::string model;  ///< what is exported, in words: the name of a run
  int64_t step = 0;
  std::string licence;  ///< of the weights, an SPDX name; may be empty
  bool bytes = false;   ///< x as 8-bit RGB images, of targets that know them
  std::vector<std::pair<std::string, double>> scores;  ///< last computed while training
  /// What the names of the network's tensors begin with. "model.": the generator that samples are
  /// drawn from. "G.": the one that plays, where samples come from an average of it. "D.": D.
  /// "": a classifier.
  const char* prefix = "model.";
  std::optional<Judging> judging;  ///< a network that judges, in place of the generator
};

/// The generator: z to an example in the data's own units. What judges: an example in the data's
/// own units, [n] or [C, H, W], to its logits; of a D that classifies, that of "data" and those of
/// the classes.
/// @throws UsageError naming what cannot be exported: a layer, what sees several examples at once,
/// or data that float32 does not tell apart; DataError where a tensor is missing
Graph graph_of(const ExportSource& source);

}  // namespace gan
