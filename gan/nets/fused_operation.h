#pragma once
/// A step of the fused engine of networks of images: the passes of one layer. Each takes some
/// examples of the batch, by one thread alone.

#include <functional>

#include "gan/nets/fused_graph.h"

namespace gan {

/// The gradient in elements [first, first + n) of a parameter.
using UseGradient = std::function<void(const kernels::Team&, size_t parameter, int64_t first,
                                       int64_t n, const float* gradient)>;

/// Where the numbers of an axis lie: the reference network has [channels, places], the fused engine
/// [places, channels].
struct AxisOrder {
  int64_t channels = 1, places = 1;
  int64_t size() const { return channels * places; }
  bool same() const { return channels == 1 || places == 1; }
  int64_t in_reference(int64_t i) const { return i % channels * places + i / channels; }
  int64_t in_engine(int64_t i) const { return i % places * channels + i / places; }
};

class FusedOperation {
 public:
  FusedOperation(FusedGraph& graph, std::vector<size_t> inputs, size_t out)
      : graph_(graph), out_(out) {
    for (const size_t v : inputs) inputs_.push_back({.value = v});
  }
  virtual ~FusedOperation() = default;

  /// It takes all examples of a thread at once, and not a few that fit into a cache; and each
  /// thread calls each pass once, even without examples.
  virtual bool whole() const { return false; }

  virtual void ensure_size(int64_t /*rows*/) {}
  virtual void forward(FusedMember& m, RowRange rows) = 0;
  /// From the derivative in the output to those in the inputs.
  virtual void backward(FusedMember& m, RowRange rows) = 0;
  /// From tangents of the inputs to that of the output.
  virtual void tangent(FusedMember& m, RowRange rows) = 0;

  /// Takes the numbers that go out in this order from now on, if it can: as an image's.
  virtual bool order_output(const AxisOrder& /*order*/) { return false; }

  // Of those that have weights:
  virtual bool has_weights() const { return false; }
  virtual double operations() const { return 0; }  ///< additions and multiplications an example
  virtual void refresh(const kernels::Team& /*team*/) {}  ///< after the parameters were changed
  virtual void begin_gradient(int /*threads*/) {}
  /// Sums this thread's part of the gradient.
  virtual void gradient(FusedMember& /*m*/, RowRange /*rows*/) {}
  /// When all threads have done so: hands on this thread's share of the whole gradient.
  virtual void finish_gradient(FusedMember& /*m*/, const UseGradient& /*use*/) {}

  std::vector<FusedInput>& inputs() { return inputs_; }

 protected:
  bool wanted(const FusedInput& input, RowRange rows) const {
    const bool taken = graph_.sink_ != FusedGraph::Sink::none && !graph_.is_second(rows.begin);
    return input.value > 0 || taken;
  }

  FusedGraph& graph_;
  std::vector<FusedInput> inputs_;
  size_t out_;
};

}  // namespace gan
