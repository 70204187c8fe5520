#pragma once
/// Operations of the fused engine that have no weights and come with no layer of their own.

#include "gan/nets/fused_operation.h"

namespace gan {

/// [channels, places] -> [places, channels]: from the reference's order to an image's. The way back
/// is the same with both numbers exchanged; one channel is a copy.
class FusedReorder : public FusedOperation {
 public:
  FusedReorder(FusedGraph& graph, std::vector<size_t> inputs, size_t out, int64_t channels,
               int64_t places)
      : FusedOperation(graph, std::move(inputs), out), channels_(channels), places_(places) {}
  void forward(FusedMember& m, RowRange rows) override;
  void backward(FusedMember& m, RowRange rows) override;
  void tangent(FusedMember& m, RowRange rows) override;

 private:
  float* reordered(FusedMember& m, RowRange rows, const char* from, int64_t channels,
                   int64_t places) const;
  int64_t channels_, places_;
};

/// The sum of both inputs.
class FusedSum : public FusedOperation {
 public:
  using FusedOperation::FusedOperation;
  void forward(FusedMember& m, RowRange rows) override;
  void backward(FusedMember& m, RowRange rows) override;
  void tangent(FusedMember& m, RowRange rows) override;
};

}  // namespace gan
