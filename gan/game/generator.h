#pragma once
/// G, the counterfeiter: noise in, an example out, in one forward pass.

#include "gan/model/generative_model.h"
#include "gan/nets/network.h"
#include "gan/spec/config.h"

namespace gan {

class Generator : public GenerativeModel, public Latent {
 public:
  /// example: the shape of one, which samples have where the last layer makes as many numbers.
  /// `marginals` [D] in (0, 1), or undefined where no bias asks for them.
  Generator(const GeneratorSection& section, const Shape& example, uint64_t seed,
            const Tensor& marginals, at::Device device);

  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor noise(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor decode(const Tensor& z) override;
  void visit_state(const StateVisitor& visit) override { network_.visit_state("model.", visit); }

  /// z ~ p_z of this generator, [n, noise_size], on its device.
  Tensor noise(const Stream& stream, int64_t n, uint64_t step, int64_t first = 0) const;
  Network& network() { return network_; }

 private:
  NoiseKind kind_;
  int64_t noise_size_;
  at::Device device_;
  Network network_;
  Shape example_;
};

}  // namespace gan
