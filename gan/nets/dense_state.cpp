#include "gan/nets/dense_state.h"

#include "gan/nets/unit.h"

namespace gan {

using namespace kernels;

DenseState::DenseState(const NetworkSpec& spec, const Shape& input, std::vector<Tensor> parameters,
                       Format precision)
    : spec_(spec), input_(input), parameters_(std::move(parameters)), precision_(precision) {
  int64_t inputs = product(input);
  Block next;
  size_t p = 0;
  for (size_t i = 0; i < spec_.size(); ++i) {
    if (const auto* dropout = std::get_if<Dropout>(&spec_[i])) {
      next.dropout = dropout;
      next.dropout_layer = i;
      continue;
    }
    next.inputs = inputs;
    if (const auto* dense = std::get_if<Dense>(&spec_[i])) {
      next.units = dense->units;
      next.unit = unit_of(dense->activation, dense->slope);
    }
    if (const auto* maxout = std::get_if<Maxout>(&spec_[i])) {
      next.units = maxout->units;
      next.pieces = maxout->pieces;
    }
    next.weight = parameters_.at(p++).data_ptr<float>();
    next.bias = parameters_.at(p++).data_ptr<float>();
    inputs = next.units;
    blocks_.push_back(next);
    next = {};
  }
  for (const Tensor& t : parameters_)
    shadows_.push_back(precision_ == Format::bf16 && t.dim() == 2
                           ? at::empty(t.sizes(), at::kBFloat16)
                           : Tensor());
  layers_.resize(blocks_.size());
}

void DenseState::ensure_size(int64_t rows) {
  rows_ = rows;
  for (size_t l = 0; l < blocks_.size(); ++l) {
    const Block& b = blocks_[l];
    sized(layers_[l].input, rows_ * b.inputs * bytes_of(precision_));
    sized(layers_[l].delta, rows_ * b.outputs() * bytes_of(precision_));
    if (b.dropout) sized(layers_[l].keep, rows_ * b.inputs);
    if (b.pieces > 1) sized(layers_[l].index, rows_ * b.units);
  }
  sized(y_, rows_ * blocks_.back().units);
  tiles_.resize(std::max<size_t>(tiles_.size(), static_cast<size_t>(at::get_num_threads())));
}

void DenseState::refresh_shadows(Team& team) {
  if (precision_ == Format::fp32 || !shadows_are_old_) return;
  for (size_t l = 0; l < blocks_.size(); ++l) {
    const auto [begin, end] = team.share(blocks_[l].outputs() * blocks_[l].inputs, 64);
    shorten(end - begin, blocks_[l].weight + begin,
            static_cast<char*>(shadows_[2 * l].data_ptr()) + 2 * begin);
  }
  team.barrier();
  if (team.index == 0) shadows_are_old_ = false;
}

void DenseState::draw_masks(Team& team, const Pass& pass) {
  for (size_t l = 0; l < blocks_.size(); ++l) {
    const Block& b = blocks_[l];
    if (!b.dropout || !training_) continue;
    const Stream stream = pass.noise.child(b.dropout_layer);
    float* u = tile(team, b.inputs);
    const auto [begin, end] = team.share(rows_);
    for (int64_t row = begin; row < end; ++row) {
      stream.uniform({u, static_cast<size_t>(b.inputs)}, b.inputs, pass.step,
                     static_cast<uint64_t>(pass.number(row)));
      draw_mask(b.inputs, u, static_cast<float>(b.dropout->keep),
                layers_[l].keep.data() + row * b.inputs);
    }
  }
}

double DenseState::operations(int64_t rows) const {
  double sum = 0;
  for (const Block& b : blocks_)
    sum += 2.0 * static_cast<double>(b.inputs) * static_cast<double>(b.outputs());
  return sum * static_cast<double>(rows);
}

bool DenseState::mostly_zeros(size_t l) const {
  constexpr double kMost = 0.3;  // above which a product takes less time
  const Dropout* dropout = training_ && l + 1 < blocks_.size() ? blocks_[l + 1].dropout : nullptr;
  return precision_ == Format::fp32 &&
         (dropout ? dropout->keep : 1) <= kMost * static_cast<double>(blocks_[l].pieces);
}

int64_t DenseState::widest() const {
  int64_t most = 0;
  for (const Block& b : blocks_) most = std::max({most, b.inputs, b.outputs()});
  return most;
}

}  // namespace gan
