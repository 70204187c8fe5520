#include "gan/nets/fused.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/kernels/passes.h"

namespace gan {

using namespace kernels;

namespace {

/// A dense or maxout layer, and the dropout before it.
struct Block {
  int64_t inputs, units, pieces = 1;  ///< outputs of the product: units * pieces
  Unit unit;
  const Dropout* dropout = nullptr;
  size_t dropout_layer = 0;
  const float *weight = nullptr, *bias = nullptr;  ///< [units * pieces, inputs], [units * pieces]
  int64_t outputs() const { return units * pieces; }
};

Unit unit_of(const Dense& dense) {
  switch (dense.activation) {
    case Activation::linear: return {.slope = 1};
    case Activation::relu: return {.slope = 0};
    case Activation::leaky_relu: return {.slope = static_cast<float>(dense.slope)};
    case Activation::sigmoid: return {.kind = Unit::Kind::sigmoid};
    case Activation::tanh: return {.kind = Unit::Kind::tanh};
  }
  return {};
}

/// Memory that grows when it must and is never given back.
template <class T> T* room(std::vector<T>& buffer, int64_t n) {
  if (buffer.size() < static_cast<size_t>(n)) buffer.resize(static_cast<size_t>(n));
  return buffer.data();
}

}  // namespace

std::string FusedEngine::unsupported(const NetworkSpec& spec, bool penalised) {
  for (size_t i = 0; i < spec.size(); ++i) {
    const auto* dense = std::get_if<Dense>(&spec[i]);
    const bool dropout = std::holds_alternative<Dropout>(spec[i]);
    if (std::visit([](const auto& l) { return requires { l.kernel; }; }, spec[i])) return fmt::format("layer {} is a convolution", i + 1);
    if (std::holds_alternative<BatchNorm>(spec[i])) return fmt::format("layer {} is a batch norm", i + 1);
    if (const auto* maxout = std::get_if<Maxout>(&spec[i]); maxout && maxout->pieces > 255) return fmt::format("layer {} has more than 255 pieces", i + 1);
    if (dropout && (i + 1 == spec.size() || std::holds_alternative<Dropout>(spec[i + 1]))) return fmt::format("layer {} is a dropout that no dense or maxout layer follows", i + 1);
    if (penalised && dense && (dense->activation == Activation::sigmoid || dense->activation == Activation::tanh))
      return fmt::format("layer {} is not piecewise linear, and a penalty needs its second derivative", i + 1);
  }
  if (spec.empty() || !std::holds_alternative<Dense>(spec.back())) return "the last layer is not dense";
  return "";
}

class FusedEngine::Passes {
 public:
  Passes(const NetworkSpec& spec, int64_t inputs, std::vector<Tensor> parameters, Precision precision)
      : spec_(spec), parameters_(std::move(parameters)), precision_(precision) {
    Block next;
    size_t p = 0;
    for (size_t i = 0; i < spec_.size(); ++i) {
      if (const auto* dropout = std::get_if<Dropout>(&spec_[i])) {
        next.dropout = dropout, next.dropout_layer = i;
        continue;
      }
      next.inputs = inputs;
      if (const auto* dense = std::get_if<Dense>(&spec_[i])) next.units = dense->units, next.unit = unit_of(*dense);
      if (const auto* maxout = std::get_if<Maxout>(&spec_[i])) next.units = maxout->units, next.pieces = maxout->pieces;
      next.weight = parameters_.at(p++).data_ptr<float>(), next.bias = parameters_.at(p++).data_ptr<float>();
      inputs = next.units;
      blocks_.push_back(next);
      next = {};
    }
    for (const Tensor& t : parameters_) gradients_.push_back(at::empty(t.sizes(), at::kFloat));
    layers_.resize(blocks_.size());
  }

  void parameters_changed() { shadows_are_old_ = true; }

  /// Forward. Afterwards `y` holds the outputs, and each layer what the way back needs.
  void record(at::TensorList parts, const Pass& pass) {
    ++serial_;
    rows_ = 0, know_from_ = know_to_ = 0;
    for (const Tensor& part : parts) rows_ += part.size(0);
    refresh_shadows();
    for (size_t l = 0; l < blocks_.size(); ++l) draw(l, pass);
    int64_t row = 0;
    for (const Tensor& part : parts) {
      const Tensor x = part.contiguous();
      const Size size{x.size(0), blocks_[0].inputs};
      convert(precision_, size, x.data_ptr<float>(), nullptr, mask(0, row), false, input(0, row));
      row += size.rows;
    }
    for (size_t l = 0; l < blocks_.size(); ++l) {
      const Block& b = blocks_[l];
      float* a = room(wide_, rows_ * b.outputs());
      multiply({rows_, b.outputs(), b.inputs, false, true, precision_}, input(l, 0), weight(l), a);
      const Size size{rows_, b.units};
      if (l + 1 == blocks_.size()) activate(Precision::fp32, size, a, b.bias, b.unit, {}, room(y_, rows_ * b.units));
      else if (b.pieces > 1) maxout(precision_, size, b.pieces, a, b.bias, mask(l + 1, 0), input(l + 1, 0), room(layers_[l].index, rows_ * b.units));
      else activate(precision_, size, a, b.bias, b.unit, mask(l + 1, 0), input(l + 1, 0));
    }
  }

  int64_t serial() const { return serial_; }
  Tensor output() { return at::from_blob(y_.data(), {rows_, blocks_.back().units}, at::kFloat).clone(); }

  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) {
    const bool alone = blocks_.back().units == 1;
    const Tensor dy = slope.contiguous(), w = penalty.defined() ? penalty.contiguous() : penalty;
    if (w.defined() && !alone) throw std::logic_error("a penalty on slopes needs a network of one output");
    go_back(0, rows_, alone ? nullptr : dy.data_ptr<float>());
    const float* factor = alone ? dy.data_ptr<float>() : nullptr;

    const int64_t first = blocks_[0].inputs;
    void* t = nullptr;  // penalty: how the objective depends on the slope in the inputs of layer l
    if (w.defined()) {
      const float* slopes = slope_in_inputs(0, rows_);
      t = room(tangent_, rows_ * widest() * bytes_of(precision_));
      convert(precision_, {rows_, first}, slopes, w.data_ptr<float>(), mask(0, 0), true, t);
    }
    for (size_t l = 0; l < blocks_.size(); ++l) {
      const Block& b = blocks_[l];
      const void* against = input(l, 0);
      if (factor) {
        void* mixed = room(mixed_, rows_ * b.inputs * bytes_of(precision_));
        mix(precision_, {rows_, b.inputs}, factor, input(l, 0), t, mixed);
        against = mixed;
      }
      multiply({b.outputs(), b.inputs, rows_, true, false, precision_}, delta(l, 0), against, gradients_[2 * l].data_ptr<float>());
      sum_rows(precision_, {rows_, b.outputs()}, factor, delta(l, 0), gradients_[2 * l + 1].data_ptr<float>());
      if (!t || l + 1 == blocks_.size()) continue;
      float* u = room(wide_, rows_ * b.outputs());
      multiply({rows_, b.outputs(), b.inputs, false, true, precision_}, t, weight(l), u);
      if (b.pieces > 1) maxout_pick(precision_, {rows_, b.units}, b.pieces, u, layers_[l].index.data(), mask(l + 1, 0), t);
      else derive(precision_, {rows_, b.units}, u, input(l + 1, 0), b.unit, mask(l + 1, 0), t);
    }
    return gradients_;
  }

  Tensor input_gradient(const Tensor& slope, int64_t first) {
    const int64_t count = slope.size(0);
    const bool alone = blocks_.back().units == 1;
    const Tensor dy = slope.contiguous();
    go_back(first, count, alone ? nullptr : dy.data_ptr<float>());
    const float* g = slope_in_inputs(first, count);
    Tensor out = at::empty({count, blocks_[0].inputs}, at::kFloat);
    convert(Precision::fp32, {count, blocks_[0].inputs}, g, alone ? dy.data_ptr<float>() : nullptr, mask(0, first), false, out.data_ptr<float>());
    return out;
  }

 private:
  struct Layer {
    std::vector<char> input, delta;    ///< [rows, inputs], [rows, outputs]: of `precision_`
    std::vector<uint8_t> keep, index;  ///< of the dropout before it; of its maxout
    std::vector<char> shadow;          ///< weights in bfloat16
  };

  void draw(size_t l, const Pass& pass) {
    const Block& b = blocks_[l];
    if (!b.dropout || !(training_ = pass.training)) return;
    float* u = room(wide_, rows_ * b.inputs);
    pass.noise.child(b.dropout_layer).uniform({u, static_cast<size_t>(rows_ * b.inputs)}, b.inputs, pass.step);
    draw_mask({rows_, b.inputs}, u, static_cast<float>(b.dropout->keep), room(layers_[l].keep, rows_ * b.inputs));
  }

  /// Of the inputs of layer l, from `row` on.
  Mask mask(size_t l, int64_t row) {
    const Block& b = blocks_[l];
    if (!b.dropout || !training_) return {};
    return {room(layers_[l].keep, rows_ * b.inputs) + row * b.inputs, static_cast<float>(b.dropout->scale)};
  }

  char* input(size_t l, int64_t row) {
    const int64_t width = blocks_[l].inputs * bytes_of(precision_);
    return room(layers_[l].input, rows_ * width) + row * width;
  }
  char* delta(size_t l, int64_t row) {
    const int64_t width = blocks_[l].outputs() * bytes_of(precision_);
    return room(layers_[l].delta, rows_ * width) + row * width;
  }
  const void* weight(size_t l) { return precision_ == Precision::fp32 ? static_cast<const void*>(blocks_[l].weight) : layers_[l].shadow.data(); }

  int64_t widest() const {
    int64_t most = 0;
    for (const Block& b : blocks_) most = std::max({most, b.inputs, b.outputs()});
    return most;
  }

  void refresh_shadows() {
    if (precision_ == Precision::fp32 || !std::exchange(shadows_are_old_, false)) return;
    for (size_t l = 0; l < blocks_.size(); ++l) {
      const int64_t n = blocks_[l].outputs() * blocks_[l].inputs;
      shorten(n, blocks_[l].weight, room(layers_[l].shadow, 2 * n));
    }
  }

  void multiply(const ProductShape& shape, const void* a, const void* b, float* c) {
    auto found = products_.find(shape);
    if (found == products_.end()) found = products_.emplace(shape, Product(shape)).first;
    found->second(a, b, c);
  }

  /// delta(l): the outputs' derivative in what layer l adds up, of rows [first, first + count), once for each pass. A
  /// network of one output starts at 1, so that every loss and penalty can share it; others start at dy.
  void go_back(int64_t first, int64_t count, const float* dy) {
    if (!dy && know_from_ <= first && first + count <= know_to_) return;
    const Block& last = blocks_.back();
    const size_t n = blocks_.size();
    if (!dy) {
      float* ones = room(wide_, count * last.units);
      std::fill_n(ones, count * last.units, 1.0f);
      dy = ones;
    }
    from_output(first, count, dy, last);
    for (size_t l = n - 1; l > 0; --l) {
      const Block &b = blocks_[l], &below = blocks_[l - 1];
      float* d = room(wide_, count * b.inputs);
      multiply({count, b.inputs, b.outputs(), false, false, precision_}, delta(l, first), weight(l), d);
      const Size size{count, below.units};
      if (below.pieces > 1) maxout_back(precision_, size, below.pieces, d, layers_[l - 1].index.data() + first * below.units, mask(l, first), delta(l - 1, first));
      else derive(precision_, size, d, input(l, first), below.unit, mask(l, first), delta(l - 1, first));
    }
    know_from_ = first, know_to_ = first + count;
  }

  /// Through the last activation, whose outputs are float32, to delta in `precision_`.
  void from_output(int64_t first, int64_t count, const float* dy, const Block& last) {
    const Size size{count, last.units};
    const float* y = y_.data() + first * last.units;
    if (precision_ == Precision::fp32) return derive(Precision::fp32, size, dy, y, last.unit, {}, delta(blocks_.size() - 1, first));
    float* d = room(narrow_, count * last.units);
    derive(Precision::fp32, size, dy, y, last.unit, {}, d);
    convert(precision_, size, d, nullptr, {}, false, delta(blocks_.size() - 1, first));
  }

  /// [count, inputs] float32, before the mask of the first dropout; in `wide_`.
  const float* slope_in_inputs(int64_t first, int64_t count) {
    const Block& b = blocks_[0];
    float* g = room(wide_, count * b.inputs);
    multiply({count, b.inputs, b.outputs(), false, false, precision_}, delta(0, first), weight(0), g);
    return g;
  }

  NetworkSpec spec_;
  std::vector<Tensor> parameters_, gradients_;
  Precision precision_;
  std::vector<Block> blocks_;
  std::vector<Layer> layers_;
  std::map<ProductShape, Product> products_;
  std::vector<float> wide_, narrow_, y_;
  std::vector<char> tangent_, mixed_;
  int64_t rows_ = 0, serial_ = 0, know_from_ = 0, know_to_ = 0;
  bool training_ = false, shadows_are_old_ = true;
};

namespace {

class FusedTape : public Tape {
 public:
  explicit FusedTape(FusedEngine::Passes& passes) : passes_(passes), serial_(passes.serial()) {}
  Tensor output() const override { return current().output(); }
  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override { return current().parameters(slope, penalty); }
  Tensor input(const Tensor& slope, int64_t first) override { return current().input_gradient(slope, first); }

 private:
  FusedEngine::Passes& current() const {
    if (passes_.serial() != serial_) throw std::logic_error("this tape was overwritten by a newer one of the same network");
    return passes_;
  }
  FusedEngine::Passes& passes_;
  int64_t serial_;
};

}  // namespace

FusedEngine::FusedEngine(const NetworkSpec& spec, int64_t inputs, std::vector<Tensor> parameters, Precision precision)
    : passes_(std::make_unique<Passes>(spec, inputs, std::move(parameters), precision)) {}
FusedEngine::~FusedEngine() = default;

std::unique_ptr<Tape> FusedEngine::record(at::TensorList parts, const Pass& pass) {
  passes_->record(parts, pass);
  return std::make_unique<FusedTape>(*passes_);
}

void FusedEngine::parameters_changed() { passes_->parameters_changed(); }

}  // namespace gan
