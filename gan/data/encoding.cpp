#include "gan/data/encoding.h"

#include <cassert>
#include <cstddef>

#include "gan/core/clones.h"

namespace gan {
namespace {

GAN_CLONES void shift_all(size_t n, float* x, float offset, float factor) {
  for (size_t i = 0; i < n; ++i) x[i] = (x[i] - offset) * factor;
}
GAN_CLONES void shift_each(size_t n, float* x, const float* offset, const float* factor) {
  for (size_t i = 0; i < n; ++i) x[i] = (x[i] - offset[i]) * factor[i];
}

}  // namespace

void Scaling::apply(std::span<float> values) const {
  const size_t dim = offset.size();
  assert(dim == factor.size() && dim > 0 && values.size() % dim == 0);
  if (dim == 1) return shift_all(values.size(), values.data(), offset[0], factor[0]);
  for (size_t i = 0; i < values.size(); i += dim)
    shift_each(dim, values.data() + i, offset.data(), factor.data());
}

void Scaling::invert(std::span<float> values) const {
  const size_t dim = offset.size();
  assert(dim == factor.size() && dim > 0 && values.size() % dim == 0);
  for (size_t i = 0; i < values.size(); i += dim)
    for (size_t j = 0; j < dim; ++j) values[i + j] = values[i + j] / factor[j] + offset[j];
}

std::vector<float> Encoding::encode(std::vector<float> own) const {
  std::visit([&](const auto& kind) { kind.apply(own); }, kind_);
  return own;
}

std::vector<float> Encoding::decode(std::vector<float> encoded) const {
  std::visit([&](const auto& kind) { kind.invert(encoded); }, kind_);
  return encoded;
}

}  // namespace gan
