#pragma once
/// What the fused engine keeps of a network of images between its passes. Layers become operations
/// (fused_operation.h), and the tensors between them are values. An image lies in memory as
/// [height, width, channels], a row of numbers as it is. Each thread takes some examples of the
/// batch through all operations.
///
/// A penalty's gradient through curved activations takes a second way back, on which the batch
/// comes once more: rows [rows_, 2 rows_) of each value are the examples [0, rows_) on that way.

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "gan/kernels/grouped.h"
#include "gan/kernels/passes.h"
#include "gan/kernels/team.h"
#include "gan/kernels/tiles.h"
#include "gan/nets/network.h"

namespace gan {

/// Examples [begin, end) of the batch.
struct RowRange {
  int64_t begin = 0, end = 0;
  int64_t size() const { return end - begin; }
};

/// A value that an operation reads, and its turn among the operations that do, in the order of the
/// way back: derivatives of the first are kept, and those of the others are added.
struct FusedInput {
  size_t value = 0;
  bool first = true, last = true;
};

/// One thread, and the buffers that it alone uses.
struct FusedMember {
  struct Buffers {
    kernels::Aligned<char> patches;
    kernels::Aligned<float> product, image, other;
    kernels::GroupedConvolution::Scratch grouped;
  };
  kernels::Team& team;
  Buffers& own;
};

/// Biases of a line of an image. lines = 1: all lines have the same.
struct LineBias {
  const float* values;
  int64_t numbers, lines;
};

class FusedGraph {
 public:
  struct Value {
    Shape shape;                        ///< of an example
    kernels::Unit unit = {.slope = 1};  ///< the activation that it has been through
    kernels::Format format;             ///< of h
    bool shared = false;                ///< several operations read it
    bool feeds_weights = false;         ///< an operation that reads it has weights
    kernels::Aligned<char> h;           ///< [rows, shape]: the value
    kernels::Aligned<char> d;           ///< the output's derivative before the activation
    kernels::Aligned<char> t;           ///< the tangent, of a penalty's way forward; on the second
                                        ///< way back, what the activation's curve adds to d
    int64_t size() const { return product(shape); }
    bool image() const { return shape.size() == 3; }
    int64_t channels() const { return image() ? shape[0] : 1; }
    int64_t places() const { return size() / channels(); }
  };

  /// Where derivatives in the network's input go.
  enum class Sink {
    none,
    slopes,   ///< out, in float32
    tangents  ///< times the penalty, they begin the way forward of tangents
  };

  explicit FusedGraph(kernels::Format precision) : precision_(precision) {}

  size_t add_value(const Shape& shape);
  Value& value(size_t v) { return values_[v]; }
  const Value& value(size_t v) const { return values_[v]; }
  size_t output() const { return values_.size() - 1; }

  /// A penalty may be asked for.
  void prepare_for_penalties();

  void ensure_size(int64_t rows);
  void ensure_derivatives();  ///< for the way back
  void ensure_tangents();

  char* h(size_t v, int64_t row) {
    return element(values_[v].format, values_[v], values_[v].h, row);
  }
  char* d(size_t v, int64_t row) { return element(precision_, values_[v], values_[v].d, row); }
  char* t(size_t v, int64_t row) { return element(precision_, values_[v], values_[v].t, row); }

  // What operations hand on, of n examples from `row` on; float32 [n, value].

  /// value <- activation(a + bias); bias may be nullptr.
  void arrive(size_t v, int64_t row, int64_t n, const float* a, const LineBias* bias);
  /// tangent <- u * activation'; and h <- factor * h + tangent where it feeds weights. What the
  /// second way back needs is put aside.
  void arrive_tangent(size_t v, int64_t row, int64_t n, const float* u);
  /// The derivative in an input, which is changed.
  void deliver(const FusedInput& to, int64_t row, int64_t n, float* derivative);

  /// The way back starts at slopes [rows, output] of float32 from range.begin on, channels first;
  /// nullptr: at 1.
  void start_back(FusedMember& m, RowRange rows, int64_t first, const float* slopes);
  /// The second way back starts at 0, for the output is linear.
  void start_second_back(RowRange rows);

  int64_t kept_rows() const { return curved_ ? 2 * rows_ : rows_; }
  /// Over which gradients of weights are summed: factor_ is there where a penalty is.
  int64_t gradient_rows() const { return factor_ ? kept_rows() : rows_; }
  bool is_second(int64_t row) const { return row >= rows_; }
  int64_t example(int64_t row) const { return is_second(row) ? row - rows_ : row; }

  kernels::Format precision_;
  int64_t rows_ = 0;
  bool curved_ = false;  ///< penalties need the second way back
  Pass pass_;
  std::vector<RowRange> parts_;  ///< of the batch: batch norm takes each for itself
  Sink sink_ = Sink::none;
  /// [gradient_rows()]: slopes, where the way back started at 1; on the second way back, 1.
  const float* factor_ = nullptr;
  const float* penalty_ = nullptr;  ///< [rows]
  float* slopes_ = nullptr;         ///< [rows from slopes_first_ on, input], channels last
  int64_t slopes_first_ = 0;

 private:
  char* element(kernels::Format format, const Value& v, kernels::Aligned<char>& buffer,
                int64_t row) const {
    return buffer.data() + row * v.size() * kernels::bytes_of(format);
  }
  void into_sink(int64_t row, int64_t n, const float* derivative);
  /// h <- factor * h + tangent where it feeds weights; h remains for the second way back.
  void mix_tangent(size_t v, int64_t row, int64_t n);

  std::vector<Value> values_;
  std::vector<float> zeros_;
};

}  // namespace gan
