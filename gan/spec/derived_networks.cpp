#include "gan/spec/derived_networks.h"

#include <algorithm>

namespace gan {
namespace {

constexpr int64_t kSmallestMap = 7;    // maps are halved down to this width or less
constexpr int64_t kMostDoublings = 4;  // of channels
constexpr int64_t kUnits = 512;        // of the dense layers beside the convolutions
constexpr int64_t kEmbedding = 32;     // numbers of a class that G sees beside z

}  // namespace

LayerSpec leaky(int64_t units) {
  return Dense{.units = units, .activation = Activation::leaky_relu};
}

std::vector<Map> maps_of(const Shape& image) {
  std::vector<Map> out{{image[1], image[2]}};
  while (std::min(out.back().height, out.back().width) > kSmallestMap)
    out.push_back({(out.back().height + 1) / 2, (out.back().width + 1) / 2});
  return out;
}

int64_t channels_at(const NetworkSize& size, size_t halvings) {
  return size.channels << std::min<size_t>(halvings, kMostDoublings);
}

bool uses_labels(const DataSpec& data) {
  return data.classes.size() > 1;
}

NetworkSpec generator_of(const DataSpec& data, const NetworkSize& size) {
  const Shape image = seen_by_networks(data.shape);
  const std::vector<Map> maps = maps_of(image);
  const size_t halvings = maps.size() - 1;
  const Shape first = {channels_at(size, halvings), maps.back().height, maps.back().width};
  NetworkSpec layers;
  if (uses_labels(data)) layers.emplace_back(ClassEmbedding{.size = kEmbedding});
  layers.push_back(leaky(kUnits));
  layers.push_back(leaky(product(first)));
  for (size_t level = halvings; level-- > 0;) {
    TransposedConvolution up{.channels = channels_at(size, level),
                             .kernel = 4,
                             .stride = 2,
                             .pad = 1,
                             .activation = Activation::leaky_relu};
    if (level + 1 == halvings) up.input = first;
    layers.emplace_back(up);
    const Map &made = maps[level + 1], &wanted = maps[level];
    if (2 * made.height != wanted.height || 2 * made.width != wanted.width)
      layers.emplace_back(Crop{.height = wanted.height, .width = wanted.width});
  }
  const bool colour = image[0] > 1;
  layers.emplace_back(
      Convolution{.channels = image[0],
                  .kernel = 3,
                  .pad = 1,
                  .activation = colour ? Activation::tanh : Activation::hard_sigmoid});
  return layers;
}

NetworkSpec discriminator_of(const DataSpec& data, const NetworkSize& size) {
  const Shape image = seen_by_networks(data.shape);
  NetworkSpec layers;
  for (size_t level = 1; level < maps_of(image).size(); ++level)
    layers.emplace_back(Convolution{.channels = channels_at(size, level),
                                    .kernel = 4,
                                    .stride = 2,
                                    .pad = 1,
                                    .activation = Activation::leaky_relu});
  layers.push_back(leaky(kUnits));
  if (uses_labels(data))
    layers.emplace_back(Projection{});
  else
    layers.emplace_back(Dense{.units = 1});
  return layers;
}

}  // namespace gan
