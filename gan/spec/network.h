#pragma once
/// A network as plain data. From it come the trainable module, the names in a checkpoint, the
/// memory estimate and the printed summary.
///
/// An example between two layers is a row of numbers [n] or an image [channels, height, width].
/// Layers of rows see an image as the row of its numbers, channel by channel.

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "gan/core/shape.h"
#include "gan/spec/dense_layers.h"
#include "gan/spec/image_layers.h"

namespace gan {

struct LayerSpec;
using NetworkSpec = std::vector<LayerSpec>;

/// y = layers(x) + shortcut(x) (He et al. 2016), both networks of the same outputs. A shortcut
/// without layers is x itself.
struct Residual {
  static constexpr std::string_view kName = "residual";
  static constexpr bool kFused = true;  ///< where the layers in it are
  NetworkSpec layers, shortcut;
};
template <class V>
void fields(Residual& s, V& v) {
  v("layers", s.layers, any(), "layers of the main branch");
  v("shortcut", s.shortcut, any(), "layers of the shortcut branch; empty = the input itself");
}

using LayerKind = std::variant<Dense, Maxout, Dropout, BatchNorm, Convolution,
                               TransposedConvolution, MaxoutConvolution, ActivationLayer, Reshape,
                               Upsample, Downsample, AveragePool, Crop, Residual, ClassEmbedding,
                               Projection, ConditionalBatchNorm, MinibatchDeviation, SelfAttention>;

/// One layer: what it is and, where a recipe gives one, its name.
struct LayerSpec : LayerKind {
  using LayerKind::LayerKind;
  std::string name;  ///< letters, digits, - and _; empty: as layer_names() calls it
};

std::string_view kind_of(const LayerSpec& layer);  ///< "dense", as a recipe writes it

/// The name of each layer, unique in the network: the given one, or its kind and its number among
/// the layers of that kind ("dense1", "dense2"). A checkpoint calls tensors by them.
std::vector<std::string> layer_names(const NetworkSpec& spec);

/// Whether a recipe may give a layer this name, and what it may give.
bool is_layer_name(std::string_view name);
constexpr std::string_view kLayerNames = "expected letters, digits, - and _, at most 100 of them";

/// Calls f with every layer, those inside residual blocks after the block itself.
void each_layer(const NetworkSpec& spec, const std::function<void(const LayerSpec&)>& f);

/// No layer's output for an example depends on the other examples of the batch, as that of batch
/// normalisation does.
bool treats_examples_alone(const NetworkSpec& spec);

/// Some layer needs the labels of the examples.
bool sees_labels(const NetworkSpec& spec);

struct LayerShape {
  Shape in, out;
  Shape detector = {};  ///< of convolutions: before any max, where the biases are added
  std::vector<LayerShape> layers = {}, shortcut = {};  ///< of a residual block
  int64_t classes = 0;                                 ///< of the labels, of a layer that sees them
};

/// How networks see an example of this shape: [C, H, W] as it is, [H, W] as an image of one
/// channel, any other shape as a row of numbers.
Shape seen_by_networks(const Shape& example);

/// Of each layer, for inputs of the shape that seen_by_networks() makes of `input`. classes: of the
/// labels; 0: there are none. @throws UsageError naming the layer that does not fit: of no width,
/// with a name that another has, with more sparse weights than inputs, with the data's marginals
/// before the last layer, with another image than comes in, with a kernel or a window larger than
/// its image, with groups that do not divide its channels, with two sides of a residual block that
/// cannot be added, with a use for labels where there are none.
std::vector<LayerShape> shapes(const NetworkSpec& spec, const Shape& input,
                               const std::string& network, int64_t classes = 0);

int64_t parameter_count(const LayerSpec& layer, const LayerShape& shape);

/// Numbers that training keeps of a layer: its parameters; and of one example on its way through,
/// what is kept for the way back, and the most that is there at once.
struct LayerMemory {
  double parameters = 0, kept = 0, widest = 0;
};
LayerMemory layer_memory(const LayerSpec& layer, const LayerShape& shape);
LayerMemory network_memory(const NetworkSpec& spec, const std::vector<LayerShape>& fitted);

/// One line: "maxout 240x5, uniform 0.005".
std::string describe(const LayerSpec& layer);

}  // namespace gan
