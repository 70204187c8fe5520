#pragma once
/// The layers of the reference network. A new one: a struct in spec/network.h, a class and a case
/// in build_layer here; the shared tests of network_test.cpp pick it up.

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "gan/nets/network.h"

namespace gan {

class Network::Layer {
 public:
  virtual ~Layer() = default;
  virtual Tensor forward(const Tensor& x, const Pass& pass,
                         const Stream& noise) const = 0;  ///< [B, in] -> [B, out]
  virtual void visit(const Visitor& /*visit*/) {}
  virtual bool constrain() { return false; }  ///< true where weights may have changed
};

struct LayerPlace {
  LayerShape shape;
  std::string name;  ///< for errors: "[generator] layer 2"
  Stream init;
  Tensor marginals;
  at::Device device;
};

std::unique_ptr<Network::Layer> build_layer(const LayerSpec& spec, const LayerPlace& place);

// Of nesting.cpp.
std::unique_ptr<Network::Layer> build_layer(const Upsample& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build_layer(const Downsample& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build_layer(const AveragePool& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build_layer(const Residual& spec, const LayerPlace& place);

}  // namespace gan
