#pragma once
/// What the operations of layers that see labels share: a table with a row for each class, and its
/// gradient.

#include <string>
#include <vector>

#include "gan/nets/fused_operation.h"

namespace gan {

/// Rows [classes, size] of a parameter.
struct ClassTable {
  size_t index;  ///< of the parameter
  const float* values;
  int64_t classes, size;
};

class FusedLabels : public FusedOperation {
 public:
  FusedLabels(FusedGraph& graph, std::vector<size_t> inputs, size_t out, const ClassTable& table)
      : FusedOperation(graph, std::move(inputs), out), table_(table) {}

  /// @throws std::logic_error where the pass has no label for each example
  void ensure_size(int64_t rows) override;
  void begin_gradient(int threads) override;
  void finish_gradient(FusedMember& m, const UseGradient& use) override;

 protected:
  const float* row_of_label(int64_t row) const {
    return table_.values + label_of(row) * table_.size;
  }
  /// This thread's sum of gradients, at the class of the example.
  float* sum_of_label(const FusedMember& m, int64_t row) {
    return sums_[static_cast<size_t>(m.team.index)].data() + label_of(row) * table_.size;
  }
  /// In the output of these examples, [rows, out], in m.own.other.
  const float* derivatives(FusedMember& m, RowRange rows) const;
  const ClassTable& table() const { return table_; }

 private:
  int64_t label_of(int64_t row) const { return labels_[static_cast<size_t>(graph_.example(row))]; }

  ClassTable table_;
  std::vector<int64_t> labels_;           ///< [rows]
  std::vector<std::vector<float>> sums_;  ///< [threads][classes * size]
};

}  // namespace gan
