#include "gan/game/generator.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/nets/draw.h"
#include "gan/spec/sampling_memory.h"

namespace gan {

Generator::Generator(const GeneratorSection& section, const DataSpec& data, uint64_t seed,
                     const Tensor& means, at::Device device)
    : kind_(section.noise),
      noise_size_(section.noise_size),
      device_(device),
      classes_(sees_labels(section.layers) ? static_cast<int64_t>(data.classes.size()) : 0),
      network_(section.layers, {section.noise_size}, "generator", Stream(seed, "init.G"), means,
               device, classes_),
      example_(data.dim() == network_.outputs() ? data.shape : network_.out()),
      at_once_(sampled_at_once(section.layers, noise_size_, classes_)) {}

Tensor Generator::labels(int64_t n, uint64_t seed, int64_t first) const {
  if (classes_ == 0) return {};
  const Tensor u = draw_uniform(Stream(seed, "sample.labels"), n, 1, 0, first).squeeze(1);
  return u.mul_(static_cast<double>(classes_)).to(at::kLong).clamp_max_(classes_ - 1).to(device_);
}

Tensor Generator::noise(const Stream& stream, int64_t n, uint64_t step, int64_t first) const {
  if (kind_ == NoiseKind::normal)
    return draw_normal(stream, n, noise_size_, step, first).to(device_);
  const double root3 = std::sqrt(3.0);  // variance 1
  return draw_uniform(stream, n, noise_size_, step, first).mul_(2 * root3).sub_(root3).to(device_);
}

Tensor Generator::noise(int64_t n, uint64_t seed, int64_t first) {
  return noise(Stream(seed, "sample"), n, 0, first);
}

Tensor Generator::decode(const Tensor& z, const Tensor& label) {
  const int64_t n = z.size(0);
  Tensor of = label;
  if (classes_ > 0 && !label.defined())
    of = at::zeros({n}, at::TensorOptions(device_).dtype(at::kLong));
  Tensor out = at::empty(batch_shape(n, example_), at::TensorOptions(device_).dtype(at::kFloat));
  for (int64_t first = 0; first < n; first += at_once_) {
    const int64_t count = std::min(at_once_, n - first);
    const Tensor made = network_.infer(z.narrow(0, first, count),
                                       of.defined() ? of.narrow(0, first, count) : Tensor());
    out.narrow(0, first, count).copy_(made.reshape(batch_shape(count, example_)));
  }
  return out;
}

Tensor Generator::sample(int64_t n, uint64_t seed, int64_t first) {
  return decode(noise(n, seed, first), labels(n, seed, first));
}

}  // namespace gan
