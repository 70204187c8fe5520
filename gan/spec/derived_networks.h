#pragma once
/// The networks of images that derive() (derive.h) chooses.

#include <vector>

#include "gan/data/data_spec.h"
#include "gan/spec/derive.h"
#include "gan/spec/network.h"

namespace gan {

/// Height and width of an image and of its maps, each half of the one before, rounded up.
struct Map {
  int64_t height, width;
};

std::vector<Map> maps_of(const Shape& image);  ///< [C, H, W]

int64_t channels_at(const NetworkSize& size, size_t halvings);

/// G is asked for a class and D sees it where there are several.
bool uses_labels(const DataSpec& data);

LayerSpec leaky(int64_t units);  ///< a dense layer of leaky ReLUs

/// As in the recipe fashion-mnist: transposed convolutions double the maps, crops take off what is
/// too much for an odd side, and a convolution smooths the grid that transposed convolutions leave.
NetworkSpec generator_of(const DataSpec& data, const NetworkSize& size);
NetworkSpec discriminator_of(const DataSpec& data, const NetworkSize& size);

}  // namespace gan
