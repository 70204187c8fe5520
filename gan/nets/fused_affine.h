#pragma once
/// The operation of all layers that are activation(weights * x + biases).

#include "gan/nets/fused_builder.h"
#include "gan/nets/sliding_product.h"

namespace gan {

class FusedAffine : public FusedOperation {
 public:
  enum class Kind { dense, convolution, transposed };
  FusedAffine(FusedGraph& graph, std::vector<size_t> inputs, size_t out, Kind kind,
              const kernels::Sliding& sliding, const FusedParameters& parameters)
      : FusedOperation(graph, std::move(inputs), out),
        kind_(kind),
        product_(sliding, parameters, graph.precision_) {}

  bool whole() const override { return kind_ == Kind::dense; }
  bool has_weights() const override { return true; }
  bool order_output(const AxisOrder& order) override;
  double operations() const override { return product_.operations(); }

  void forward(FusedMember& m, RowRange rows) override;
  void backward(FusedMember& m, RowRange rows) override;
  void tangent(FusedMember& m, RowRange rows) override;
  void refresh(const kernels::Team& team) override { product_.refresh(team); }
  void begin_gradient(int threads) override { product_.begin_gradient(threads); }
  void gradient(FusedMember& m, RowRange rows) override;
  void finish_gradient(FusedMember& m, const UseGradient& use) override;

 private:
  /// Weights times the inputs x of so many examples: use(i, n, products) for blocks of them.
  template <class Use>
  void multiply(FusedMember& m, const char* x, int64_t examples, Use use);
  bool at_once() const { return kind_ == Kind::dense && product_.parameters().rows.same(); }

  Kind kind_;
  SlidingProduct product_;
};

/// Adds the layer: its parameters are the next two.
template <class L>
void fuse_sliding(const L& spec, const LayerShape& shape, FusedAffine::Kind kind,
                  FusedBuilder& builder) {
  const bool transposed = kind == FusedAffine::Kind::transposed;
  builder.make_image(shape.in);
  const Shape &big = transposed ? shape.out : shape.in, &small = transposed ? shape.in : shape.out;
  const size_t weights = builder.take_parameter(), biases = builder.take_parameter();
  builder.add<FusedAffine>(
      shape.out, kind,
      kernels::Sliding{.channels = big[0],
                       .height = big[1],
                       .width = big[2],
                       .rows = small[1],
                       .columns = small[2],
                       .kernel = spec.kernel,
                       .stride = spec.stride,
                       .pad = spec.pad,
                       .groups = spec.groups},
      FusedParameters{.index = weights,
                      .weight = builder.parameter(weights),
                      .bias = builder.parameter(biases),
                      .rows = {1, small[0]},
                      .columns = {big[0] / spec.groups, spec.kernel * spec.kernel},
                      .biases = {shape.out[0], spec.tied ? 1 : shape.out[1] * shape.out[2]},
                      .line = shape.out[0] * shape.out[2]});
  builder.activate(unit_of(spec.activation, spec.slope));
}

}  // namespace gan
