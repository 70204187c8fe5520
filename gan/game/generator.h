#pragma once
/// G, the counterfeiter: noise in, an example out, in one forward pass.

#include "gan/data/data_spec.h"
#include "gan/model/generative_model.h"
#include "gan/nets/network.h"
#include "gan/spec/config.h"

namespace gan {

class Generator : public GenerativeModel, public Latent, public Conditional {
 public:
  /// Samples have the shape of the data's examples where the last layer makes as many numbers.
  /// `means` [D] in (0, 1), or undefined where no bias asks for them.
  Generator(const GeneratorSection& section, const DataSpec& data, uint64_t seed,
            const Tensor& means, at::Device device);

  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor noise(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor decode(const Tensor& z, const Tensor& label = {}) override;
  void visit_state(const StateVisitor& visit) override { network_.visit_state("model.", visit); }

  int64_t classes() const override { return classes_; }
  Tensor labels(int64_t n, uint64_t seed, int64_t first = 0) const override;

  /// z ~ p_z of this generator, [n, noise_size], on its device.
  Tensor noise(const Stream& stream, int64_t n, uint64_t step, int64_t first = 0) const;
  Network& network() { return network_; }

 private:
  NoiseKind kind_;
  int64_t noise_size_;
  at::Device device_;
  int64_t classes_;  ///< 0 where G does not see labels
  Network network_;
  Shape example_;
  int64_t at_once_;  ///< samples that are made together
};

}  // namespace gan
