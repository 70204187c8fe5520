#include "gan/nets/initial.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {

Fan fan_of(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  const auto square = static_cast<double>(kernel * kernel),
             passed = static_cast<double>(stride * stride);
  return {static_cast<double>(in) * square, static_cast<double>(out) * square / passed};
}

Tensor draw_weights(const Init& init, int64_t rows, int64_t columns, const Fan& fan,
                    const Stream& stream) {
  const auto& [inputs, outputs] = fan;
  const auto uniform = [&](double range) {
    return draw_uniform(stream, rows, columns, 0).mul_(2 * range).sub_(range);
  };
  switch (init.kind) {
    case Init::Kind::he:
      return draw_normal(stream, rows, columns, 0).mul_(init.gain() * std::sqrt(2.0 / inputs));
    case Init::Kind::glorot:
      return uniform(init.gain() * std::sqrt(6.0 / (inputs + outputs)));
    case Init::Kind::uniform:
      return uniform(init.value);
    case Init::Kind::normal:
      return draw_normal(stream, rows, columns, 0).mul_(init.value);
    case Init::Kind::zero:
      return at::zeros({rows, columns});
    case Init::Kind::sparse:
      break;
  }
  const int64_t chosen = std::min<int64_t>(static_cast<int64_t>(init.value), columns);
  const Tensor values = draw_normal(stream, rows, chosen, 0);
  Tensor weights = at::zeros({rows, columns});
  for (int64_t r = 0; r < rows; ++r) {
    const auto order = stream.child("where").permutation(columns, r);
    for (int64_t j = 0; j < chosen; ++j)
      weights.data_ptr<float>()[r * columns + order[j]] = values.data_ptr<float>()[r * chosen + j];
  }
  return weights;
}

Tensor draw_bias(const Bias& bias, const Shape& shape, const LayerPlace& place) {
  if (!bias.marginals) return at::full(shape, bias.value, at::kFloat);
  if (!place.means.defined())
    throw UsageError(
        "{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here",
        place.who);
  if (place.means.numel() != shape[0])
    throw UsageError(
        "{}: bias = \"marginals\" needs a layer as wide as the data ({}), this one is {} wide",
        place.who, place.means.numel(), shape[0]);
  return at::logit(
      place.means.to(at::kFloat).clamp(1e-7, 1 - 1e-7));  // pylearn2: init_bias_target_marginals
}

}  // namespace gan
