#pragma once
/// Turns the layers of a network into the operations of the fused engine. A layer's fuse() stands
/// in the file of its name.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "gan/nets/fused_operation.h"
#include "gan/nets/unit.h"
#include "gan/spec/network.h"

namespace gan {

class FusedBuilder {
 public:
  using Operations = std::vector<std::unique_ptr<FusedOperation>>;

  /// parameters: what is learned, in the order of Network::parameters(); moments: batch norm's
  /// running means and variances, in order.
  FusedBuilder(FusedGraph& graph, Operations& operations, const std::vector<Tensor>& parameters,
               const std::vector<Tensor>& moments)
      : graph(graph), operations_(operations), parameters_(parameters), moments_(moments) {}

  void add_network(const NetworkSpec& spec, const std::vector<LayerShape>& shapes);
  /// When all layers have been added. penalised: a penalty may be asked for.
  void finish(bool penalised);

  // For the layers:

  FusedGraph& graph;
  /// The value that comes in; what goes out takes its place.
  size_t current = 0;
  /// Of the stream that a layer draws from: child path[0], of that child path[1], ...
  std::vector<uint64_t> path;

  /// Adds an operation from `current` to a new value of this shape.
  template <class Operation, class... Arguments>
  void add(const Shape& shape, Arguments&&... arguments) {
    const size_t in = current;
    current = graph.add_value(shape);
    operations_.push_back(std::make_unique<Operation>(graph, std::vector{in}, current,
                                                      std::forward<Arguments>(arguments)...));
  }
  void add_sum(size_t other);  ///< current + other

  size_t take_parameter() { return next_parameter_++; }
  const float* parameter(size_t i) const { return parameters_.at(i).data_ptr<float>(); }
  float* take_moment() { return moments_.at(next_moment_++).data_ptr<float>(); }

  void make_row();                      ///< `current`, in the reference's order
  void make_image(const Shape& shape);  ///< `current`, of as many numbers
  void activate(const kernels::Unit& unit);
  void keep(size_t value) { kept_.push_back(value); }  ///< as it is: others will read it, too

 private:
  bool is_kept(size_t value) const {
    return value == 0 || std::find(kept_.begin(), kept_.end(), value) != kept_.end();
  }

  Operations& operations_;
  const std::vector<Tensor>&parameters_, &moments_;
  size_t next_parameter_ = 0, next_moment_ = 0;
  std::vector<size_t> kept_;
};

// Each in the file of its layer.
void fuse(const Dense& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Maxout& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Dropout& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const BatchNorm& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Convolution& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const TransposedConvolution& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const ActivationLayer& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Reshape& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Upsample& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Downsample& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const AveragePool& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const ClassEmbedding& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Projection& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Crop& spec, const LayerShape& shape, FusedBuilder& builder);
void fuse(const Residual& spec, const LayerShape& shape, FusedBuilder& builder);

}  // namespace gan
