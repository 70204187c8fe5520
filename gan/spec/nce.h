#pragma once
/// Settings of restricted Boltzmann machines that noise-contrastive estimation trains.

#include "gan/spec/fields.h"
#include "gan/spec/network.h"

namespace gan {

enum class NceNoise {
  marginals,  ///< the product of the data's marginals
  mixture,    ///< a Bernoulli mixture, which a stage of its own trains first
};
inline Names names_of(NceNoise) {
  static constexpr std::string_view names[] = {"marginals", "mixture"};
  return names;
}

struct NceSection {
  NceNoise noise = NceNoise::marginals;
  int64_t noise_epochs = 20;
  int64_t nu = 10;
  int64_t hidden = 500;
  int64_t burn_in = 500;
};
template <class V>
void fields(NceSection& s, V& v) {
  v("noise", s.noise, any(),
    "noise distribution: marginals (the product of the marginals of the data) or mixture (of the [mixture] section, trained first)");
  if (s.noise == NceNoise::mixture)
    v("noise_epochs", s.noise_epochs, between(1, 1000000),
      "epochs of EM on the mixture before the model is trained; training.steps includes them, training.epochs does not");
  v("nu", s.nu, between(1, 10000), "number of noise examples for each data example");
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of binary hidden units of the RBM; its visible units are binary too");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

struct FamilySpec;
extern const FamilySpec kNceSpec;

}  // namespace gan
