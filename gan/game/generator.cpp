#include "gan/game/generator.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/nets/draw.h"

namespace gan {

Generator::Generator(const GeneratorSection& section, const DataSpec& data, uint64_t seed,
                     const Tensor& means, at::Device device)
    : kind_(section.noise),
      noise_size_(section.noise_size),
      device_(device),
      classes_(sees_labels(section.layers) ? static_cast<int64_t>(data.classes.size()) : 0),
      network_(section.layers, {section.noise_size}, "generator", Stream(seed, "init.G"), means,
               device, classes_),
      example_(data.dim() == network_.outputs() ? data.shape : network_.out()) {}

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

Tensor Generator::decode(const Tensor& z) {
  const Tensor first_class =
      classes_ > 0 ? at::zeros({z.size(0)}, at::TensorOptions(device_).dtype(at::kLong)) : Tensor();
  return network_.infer(z, first_class).clone().reshape(batch_shape(z.size(0), example_));
}

Tensor Generator::sample(int64_t n, uint64_t seed, int64_t first) {
  constexpr int64_t kBlock = 1000;  // bounds the memory of the activations
  Tensor out = at::empty(batch_shape(n, example_), at::TensorOptions(device_).dtype(at::kFloat));
  for (int64_t done = 0; done < n; done += kBlock) {
    const int64_t count = std::min(kBlock, n - done);
    const Tensor made =
        network_.infer(noise(count, seed, first + done), labels(count, seed, first + done));
    out.narrow(0, done, count).copy_(made.reshape(batch_shape(count, example_)));
  }
  return out;
}

}  // namespace gan
