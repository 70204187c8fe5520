#pragma once
/// The fused engine's passes through a network of dense, maxout and dropout layers, forward and
/// backward, over the buffers of DenseState. A part of fused.cpp.
///
/// ImagePasses has one operation for each kind of layer, and could take these networks, too. They
/// have passes of their own for speed: dropout is a part of the pass before it, and products skip
/// what maxout and dropout leave at zero. Through ImagePasses, the maxout networks of 2014 take 1.3
/// times as long for a step.

#include <numeric>

#include "gan/kernels/sparse.h"
#include "gan/kernels/updates.h"
#include "gan/kernels/weight_gradient.h"
#include "gan/nets/dense_state.h"
#include "gan/nets/fused_passes.h"

namespace gan {

class DensePasses : public FusedPasses, public DenseState {
 public:
  using DenseState::DenseState;

  /// Forward. Afterwards `y_` holds the outputs, and each layer what the way back needs.
  void record(at::TensorList parts, const Pass& pass) override {
    ++serial_;
    known_ = {0, 0}, training_ = pass.training;
    int64_t rows = 0;
    std::vector<Tensor> examples;
    for (const Tensor& part : parts) {
      examples.push_back(part.contiguous());
      rows += part.size(0);
    }
    ensure_size(rows);
    kernels::run_team(operations(rows), [&](kernels::Team& team) {
      refresh_shadows(team);
      draw_masks(team, pass);
      team.barrier();
      int64_t row = 0;
      for (const Tensor& part : examples) {
        const auto [begin, end] = team.share(part.size(0));
        const int64_t n = blocks_[0].inputs;
        kernels::convert(precision_, {end - begin, n, n}, part.data_ptr<float>() + begin * n,
                         nullptr, mask(0, row + begin, 0), false, input(0, row + begin, 0));
        row += part.size(0);
      }
      team.barrier();
      for (size_t l = 0; l < blocks_.size(); ++l) {
        forward(team, l);
        team.barrier();
      }
    });
  }

  int64_t serial() const override { return serial_; }
  void parameters_changed() override { DenseState::parameters_changed(); }
  Tensor output() override {
    return at::from_blob(y_.data(), {rows_, blocks_.back().units}, at::kFloat);
  }

  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override {
    if (gradients_.empty())
      for (const Tensor& t : parameters_) gradients_.push_back(at::empty(t.sizes(), at::kFloat));
    gradients(
        slope, penalty,
        [&](const kernels::Team&, size_t parameter, int64_t first, int64_t n, const float* part) {
          std::copy_n(part, n, gradients_[parameter].data_ptr<float>() + first);
        });
    return gradients_;
  }

  void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
               UpdateTime when) override {
    ++serial_;  // the weights will not be those of this tape any more
    squares_.assign(static_cast<size_t>(at::get_num_threads()), 0.0);
    gradients(slope, penalty,
              [&](const kernels::Team& team, size_t parameter, int64_t first, int64_t n,
                  const float* part) {
                void* shadow =
                    shadows_[parameter].defined()
                        ? element(static_cast<char*>(shadows_[parameter].data_ptr()), first)
                        : nullptr;
                optimizer.step_part(parameter, first, n, part, shadow, when);
                squares_[static_cast<size_t>(team.index)] += kernels::sum_of_squares(n, part);
              });
    const double squares = std::accumulate(squares_.begin(), squares_.end(), 0.0);
    if (optimizer.finish(when, squares)) DenseState::parameters_changed();
  }

  Tensor input_gradient(const Tensor& slope, int64_t first) override {
    const int64_t count = slope.size(0), inputs = blocks_[0].inputs;
    const bool alone = blocks_.back().units == 1;
    const Tensor dy = slope.contiguous();
    float* out = sized(slopes_, count * inputs);
    const bool back = must_go_back({first, first + count}, alone);
    kernels::run_team(operations(count), [&](kernels::Team& team) {
      if (back) go_back(team, {first, first + count}, alone ? nullptr : dy.data_ptr<float>());
      slope_in_inputs(
          team, first, count, [&](const float* g, int64_t row, kernels::Size size, int64_t unit) {
            kernels::convert(kernels::Format::fp32, size, g,
                             alone ? dy.data_ptr<float>() + row : nullptr,
                             mask(0, first + row, unit), false, out + row * inputs + unit);
          });
    });
    return at::from_blob(out, batch_shape(count, input_), at::kFloat);
  }

 private:
  struct Rows {
    int64_t begin, end;
  };

  /// use(member, parameter, first, n, part): the gradient in elements [first, first + n) of a
  /// parameter, each element once, and none of a layer's before its weights have been used for the
  /// last time.
  template <class Use>
  void gradients(const Tensor& slope, const Tensor& penalty, Use use) {
    const bool alone = blocks_.back().units == 1, penalised = penalty.defined();
    const Tensor dy = slope.contiguous(), w = penalised ? penalty.contiguous() : penalty;
    if (penalised && !alone)
      throw std::logic_error("a penalty on slopes needs a network of one output");
    const float* factor = alone ? dy.data_ptr<float>() : nullptr;
    if (alone) sized(mixed_, rows_ * widest() * kernels::bytes_of(precision_));
    if (penalised)
      for (auto& t : tangents_) sized(t, rows_ * widest() * kernels::bytes_of(precision_));
    const bool back = must_go_back({0, rows_}, alone);

    kernels::run_team(operations(rows_), [&](kernels::Team& team) {
      if (back) go_back(team, {0, rows_}, alone ? nullptr : dy.data_ptr<float>());
      if (penalised) {
        slope_in_inputs(
            team, 0, rows_, [&](const float* g, int64_t row, kernels::Size size, int64_t unit) {
              kernels::convert(precision_, size, g, w.data_ptr<float>() + row, mask(0, row, unit),
                               true, element(tangents_[0].data(), row * size.stride + unit));
            });
        team.barrier();
      }
      for (size_t l = 0; l < blocks_.size(); ++l) {
        const char* t =
            penalised ? tangents_[l % 2].data()
                      : nullptr;  // how the objective depends on the slope in the inputs of layer l
        if (t && l + 1 < blocks_.size()) forward_tangent(team, l, t, tangents_[(l + 1) % 2].data());
        if (factor) mix_inputs(team, l, factor, t);
        if (factor) team.barrier();
        weight_gradient(team, l, factor, use);
        if (factor) team.barrier();
      }
    });
  }

  void forward(const kernels::Team& team, size_t l) {
    const Block& b = blocks_[l];
    kernels::each_tile(
        team, rows_, b.units, b.pieces,
        [&](int64_t row, int64_t rows, int64_t unit, int64_t units) {
          const float *a = times_weights(team, l, input(l, row, 0), rows, unit, units),
                      *bias = b.bias + unit * b.pieces;
          const kernels::Size size{rows, units, b.units};
          if (l + 1 == blocks_.size())
            return kernels::activate(kernels::Format::fp32, size, a, bias, b.unit, {},
                                     y_.data() + row * b.units + unit);
          const kernels::Mask kept = mask(l + 1, row, unit);
          char* out = input(l + 1, row, unit);
          if (b.pieces > 1)
            kernels::maxout(precision_, size, b.pieces, a, bias, kept, out, chosen(l, row, unit));
          else
            kernels::activate(precision_, size, a, bias, b.unit, kept, out);
        });
  }

  /// The tangents t [rows, inputs] of layer l's inputs -> those of the next one's.
  void forward_tangent(const kernels::Team& team, size_t l, const char* t, char* out) {
    const Block& b = blocks_[l];
    kernels::each_tile(team, rows_, b.units, b.pieces,
                       [&](int64_t row, int64_t rows, int64_t unit, int64_t units) {
                         const float* u =
                             times_weights(team, l, element(t, row * b.inputs), rows, unit, units);
                         const kernels::Size size{rows, units, b.units};
                         const int64_t at = row * b.units + unit;
                         const kernels::Mask kept = mask(l + 1, row, unit);
                         if (b.pieces > 1)
                           kernels::maxout_pick(precision_, size, b.pieces, u, chosen(l, row, unit),
                                                kept, element(out, at));
                         else
                           kernels::derive(precision_, size, u, input(l + 1, row, unit), b.unit,
                                           kept, element(out, at));
                       });
  }

  /// h [rows, inputs] times the weights of some units -> a tile [rows, units * pieces].
  const float* times_weights(const kernels::Team& team, size_t l, const char* h, int64_t rows,
                             int64_t unit, int64_t units) {
    const Block& b = blocks_[l];
    const int64_t n = units * b.pieces;
    float* a = tile(team, rows * n);
    kernels::multiply({rows, n, b.inputs, false, true, precision_}, h,
                      weight(l, unit * b.pieces, 0), a);
    return a;
  }

  /// delta(l), of `rows`, times the weights -> d in the inputs [unit, unit + units): a tile [rows,
  /// units].
  const float* times_weights_back(const kernels::Team& team, size_t l, int64_t row, int64_t rows,
                                  int64_t unit, int64_t units) {
    const Block& b = blocks_[l];
    float* d = tile(team, rows * units);
    const void *x = delta(l, row, 0), *w = weight(l, 0, unit);
    if (mostly_zeros(l))
      kernels::multiply_sparse({.m = rows,
                                .n = units,
                                .k = b.outputs(),
                                .transpose_x = false,
                                .stride_x = b.outputs(),
                                .stride_w = b.inputs},
                               static_cast<const float*>(x), static_cast<const float*>(w), d);
    else
      kernels::multiply({.m = rows,
                         .n = units,
                         .k = b.outputs(),
                         .transpose_a = false,
                         .transpose_b = false,
                         .operands = precision_,
                         .stride_b = b.inputs},
                        x, w, d);
    return d;
  }

  /// factor * inputs of layer l, + t where that is given.
  void mix_inputs(const kernels::Team& team, size_t l, const float* factor, const char* t) {
    const Block& b = blocks_[l];
    const auto [begin, end] = team.share(rows_);
    const int64_t at = begin * b.inputs;
    kernels::mix(precision_, {end - begin, b.inputs, b.inputs}, factor + begin, input(l, begin, 0),
                 t ? element(t, at) : nullptr, element(mixed_.data(), at));
  }

  template <class Use>
  void weight_gradient(const kernels::Team& team, size_t l, const float* factor, Use use) {
    const Block& b = blocks_[l];
    const bool sums = mostly_zeros(l);
    const kernels::WeightGradient gradient{.left = delta(l, 0, 0),
                                           .n = b.outputs(),
                                           .right = factor ? mixed_.data() : input(l, 0, 0),
                                           .m = b.inputs,
                                           .rows = rows_,
                                           .sparse = sums,
                                           .precision = precision_,
                                           .most = sums ? kernels::kSparseColumns : 0};
    const auto with_biases = [&](int64_t n) { return tile(team, n + n / b.inputs); };
    kernels::each_part(team, gradient, with_biases, [&](int64_t o, int64_t n, float* dw) {
      float* db = dw + n * b.inputs;
      kernels::sum_rows(precision_, {rows_, n, b.outputs()}, factor, delta(l, 0, o), db);
      use(team, 2 * l, o * b.inputs, n * b.inputs, dw);
      use(team, 2 * l + 1, o, n, db);
    });
  }

  /// What `go_back` found for a network of one output serves all losses and penalties; others start
  /// at their own dy.
  bool must_go_back(Rows rows, bool alone) {
    if (alone && known_.begin <= rows.begin && rows.end <= known_.end) return false;
    known_ = rows;
    return true;
  }

  /// delta(l): the outputs' derivative in what layer l adds up. It starts at dy, or at 1.
  void go_back(kernels::Team& team, Rows rows, const float* dy) {
    const int64_t count = rows.end - rows.begin;
    from_output(team, rows, dy);
    team.barrier();
    for (size_t l = blocks_.size() - 1; l > 0; --l) {
      const Block& below = blocks_[l - 1];
      kernels::each_tile(
          team, count, below.units, 1, [&](int64_t row, int64_t n, int64_t unit, int64_t units) {
            row += rows.begin;
            const float* d = times_weights_back(team, l, row, n, unit, units);
            const kernels::Size size{n, units, below.units};
            const kernels::Mask kept = mask(l, row, unit);
            char* out = delta(l - 1, row, unit * below.pieces);
            if (below.pieces > 1)
              kernels::maxout_back(precision_, size, below.pieces, d, chosen(l - 1, row, unit),
                                   kept, out);
            else
              kernels::derive(precision_, size, d, input(l, row, unit), below.unit, kept, out);
          });
      team.barrier();
    }
  }

  /// Through the last activation, whose outputs are float32, to delta in `precision_`.
  void from_output(const kernels::Team& team, Rows rows, const float* dy) {
    const size_t last = blocks_.size() - 1;
    const int64_t n = blocks_[last].units;
    const auto [begin, end] = team.share(rows.end - rows.begin);
    float *d = tile(team, 2 * n), *ones = d + n;
    std::fill_n(ones, n, 1.0f);
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = rows.begin + r;
      kernels::derive(kernels::Format::fp32, {1, n, n}, dy ? dy + r * n : ones, y_.data() + row * n,
                      blocks_[last].unit, {}, d);
      kernels::convert(precision_, {1, n, n}, d, nullptr, {}, false, delta(last, row, 0));
    }
  }

  /// use(tile, row, size, unit): the slope in the inputs of the network, before the mask of the
  /// first dropout. Rows count from `first`.
  template <class Use>
  void slope_in_inputs(const kernels::Team& team, int64_t first, int64_t count, Use use) {
    const int64_t inputs = blocks_[0].inputs;
    kernels::each_tile(team, count, inputs, 1,
                       [&](int64_t row, int64_t n, int64_t unit, int64_t units) {
                         use(times_weights_back(team, 0, first + row, n, unit, units), row,
                             kernels::Size{n, units, inputs}, unit);
                       });
  }

  std::vector<Tensor> gradients_;  ///< only where they are asked for as a whole
  kernels::Aligned<float> slopes_;
  kernels::Aligned<char> tangents_[2], mixed_;
  std::vector<double> squares_;  ///< of each thread
  int64_t serial_ = 0;
  Rows known_{0, 0};  ///< whose deltas started at 1
};

}  // namespace gan
