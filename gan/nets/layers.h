#pragma once
/// The layers of the reference network. A new one: its settings and its row in spec/, a class and
/// its build() in a file of its own here; the shared tests of network_test.cpp pick it up.

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "gan/nets/network.h"

namespace gan {

class Network::Layer {
 public:
  virtual ~Layer() = default;
  virtual Tensor forward(const Tensor& x, const Pass& pass,
                         const Stream& noise) const = 0;  ///< [B, in...] -> [B, out...]
  virtual void visit(const Visitor& /*visit*/) {}
  /// Keeps limits on the weights, after they were updated; true where what a pass sees may have
  /// changed.
  virtual bool constrain() { return false; }
};

struct LayerPlace {
  LayerShape shape;
  std::string who;  ///< for errors: "[generator] layer 2"
  Stream init;
  Tensor means;  ///< of the data, in (0, 1)
  at::Device device;
};

std::unique_ptr<Network::Layer> build_layer(const LayerSpec& spec, const LayerPlace& place);

// Each in the file of its name.
std::unique_ptr<Network::Layer> build(const Dense& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Maxout& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Dropout& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const BatchNorm& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Convolution& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const TransposedConvolution& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const MaxoutConvolution& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const ActivationLayer& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Reshape& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Upsample& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Downsample& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const AveragePool& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Crop& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Residual& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const ClassEmbedding& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const Projection& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const ConditionalBatchNorm& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const MinibatchDeviation& spec, const LayerPlace& place);
std::unique_ptr<Network::Layer> build(const SelfAttention& spec, const LayerPlace& place);

}  // namespace gan
