#pragma once
/// Settings of adversarial nets: the game, the generator and the discriminator.

#include <optional>
#include <string>

#include "gan/spec/fields.h"
#include "gan/spec/network.h"

namespace gan {

enum class Update {
  alternating,   ///< Algorithm 1: k steps of D, then one of G against the new D
  simultaneous,  ///< the authors' code: one shared fake batch, both gradients at the same
                 ///< parameters
};
inline Names names_of(Update) {
  static constexpr std::string_view names[] = {"alternating", "simultaneous"};
  return names;
}

struct GameSection {
  std::string value = "non-saturating";
  Update update = Update::alternating;
  int64_t k = 1;
  double r1 = 0, r2 = 0;
  std::optional<double> final_r1, final_r2;
  double averaging = 0, averaging_images = 0;
};
/// Whether D's slopes are penalised at any step.
inline bool penalised(const GameSection& s) {
  return s.r1 > 0 || s.r2 > 0 || s.final_r1.value_or(0) > 0 || s.final_r2.value_or(0) > 0;
}
/// Whether samples come from an average of G.
inline bool averages(const GameSection& s) {
  return s.averaging > 0 || s.averaging_images > 0;
}
template <class V>
void fields(GameSection& s, V& v) {
  v("value", s.value, any(),
    "value function: minimax, non-saturating, least-squares, wasserstein, hinge, relativistic");
  v("update", s.update, any(), "alternating (Algorithm 1) or simultaneous (the authors' code)");
  v("k", s.k, between(1, 1000000), "steps of D for each step of G");
  v("r1", s.r1, at_least(0), "weight of the penalty R1 = r1 / 2 E |dD/dx|^2 on data");
  v("r2", s.r2, at_least(0), "weight of the penalty R2, the same on samples");
  v("final_r1", s.final_r1, at_least(0),
    "r1 at the end of optimizer.schedule, cosine or linear; none = it stays constant");
  v("final_r2", s.final_r2, at_least(0),
    "r2 at the end of optimizer.schedule, cosine or linear; none = it stays constant");
  v("averaging", s.averaging, Bounds{.low = 0, .high = 0.9999999},
    "decay per step of the moving average of G's parameters; 0 = no average");
  v("averaging_images", s.averaging_images, at_least(0),
    "in place of averaging: half-life of that average in examples, which grows from 0 to this number along optimizer.schedule, cosine or linear; 0 = not used");
}

enum class NoiseKind { uniform, normal };
inline Names names_of(NoiseKind) {
  static constexpr std::string_view names[] = {"uniform", "normal"};
  return names;
}

struct GeneratorSection {
  NoiseKind noise = NoiseKind::normal;
  int64_t noise_size = 100;
  NetworkSpec layers;
};
template <class V>
void fields(GeneratorSection& s, V& v) {
  v("noise", s.noise, any(),
    "distribution of z: uniform on [-sqrt 3, sqrt 3] or normal; both have variance 1");
  v("noise_size", s.noise_size, between(1, kMostUnits), "number of dimensions of z");
  v("layers", s.layers, any(), "layers of the network, from z to an example");
}

struct DiscriminatorSection {
  NetworkSpec layers;
};
template <class V>
void fields(DiscriminatorSection& s, V& v) {
  v("layers", s.layers, any(),
    "layers of the network, from an example to one logit; the value function applies the sigmoid");
}

struct FamilySpec;
extern const FamilySpec kAdversarialSpec;

}  // namespace gan
