#pragma once
/// The operation of the layers that resample images by fixed weights.

#include "gan/kernels/images.h"
#include "gan/nets/fused_builder.h"

namespace gan {

class FusedResample : public FusedOperation {
 public:
  FusedResample(FusedGraph& graph, std::vector<size_t> inputs, size_t out,
                const kernels::Taps& down, const kernels::Taps& across)
      : FusedOperation(graph, std::move(inputs), out),
        there_{down, across},
        back_{down.transposed(), across.transposed()} {}
  void forward(FusedMember& m, RowRange rows) override;
  void backward(FusedMember& m, RowRange rows) override;
  void tangent(FusedMember& m, RowRange rows) override;

 private:
  struct Way {
    kernels::Taps down, across;
  };
  float* resampled(FusedMember& m, RowRange rows, const char* from, const Way& way) const;
  Way there_, back_;
};

}  // namespace gan
