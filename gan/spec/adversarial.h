#pragma once
/// Settings of adversarial nets: the game, the generator and the discriminator.

#include <optional>
#include <string>

#include "gan/spec/fields.h"
#include "gan/spec/list.h"
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
  double wgan_gp = 0, dragan = 0, clip = 0;
  int64_t penalty_every = 1;
  int64_t pack = 1, accumulate = 1;
  double auxiliary = 0;
  double instance_noise = 0;
  int64_t instance_noise_steps = 0;
  double averaging = 0, averaging_images = 0;
};
/// Whether D's slopes are penalised at any step.
inline bool penalised(const GameSection& s) {
  return s.r1 > 0 || s.r2 > 0 || s.final_r1.value_or(0) > 0 || s.final_r2.value_or(0) > 0 ||
         s.wgan_gp > 0 || s.dragan > 0;
}
/// How many more points than data and samples D's slopes are taken at, a point for each example.
inline int64_t further_points(const GameSection& s) {
  return (s.wgan_gp > 0 ? 1 : 0) + (s.dragan > 0 ? 1 : 0);
}
/// Of what D sees at once: `pack` examples of this shape, joined as channels.
Shape packed(const Shape& example, int64_t pack);
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
  v("wgan_gp", s.wgan_gp, at_least(0),
    "weight of the penalty E (|dD/dx| - 1)^2 between data and samples (WGAN-GP; published with 10)");
  v("dragan", s.dragan, at_least(0),
    "weight of the same penalty around the data (DRAGAN; published with 10)");
  v("clip", s.clip, at_least(0),
    "limit on the absolute value of each parameter of D after an update (published with 0.01, for wasserstein); 0 = none");
  v("penalty_every", s.penalty_every, between(1, 1000000),
    "N: gradient penalties are computed only in every N-th update of D, with N times their weight (StyleGAN2: 16)");
  v("pack", s.pack, between(1, 1024),
    "number of examples that D judges together, joined as channels (PacGAN); training.batch_size must be a multiple of it");
  v("accumulate", s.accumulate, between(1, 1000000),
    "number of parts in which a minibatch passes through the networks, to save memory; their gradients are summed into one update of the whole minibatch");
  v("auxiliary", s.auxiliary, at_least(0),
    "weight of D's classification of data and samples (AC-GAN; published with 1): D ends with one logit and a logit for each class; 0 = D does not classify");
  v("instance_noise", s.instance_noise, at_least(0),
    "standard deviation of the normal noise added to D's inputs at the first step, in scaled units; makes distant data and samples overlap; 0 = none");
  v("instance_noise_steps", s.instance_noise_steps, at_least(0),
    "number of steps in which instance_noise falls exponentially to a hundredth; after them there is no noise; 0 = it stays constant");
  v("averaging", s.averaging, Bounds{.low = 0, .high = 0.9999999},
    "decay per step of the moving average of G's parameters; 0 = no average");
  v("averaging_images", s.averaging_images, at_least(0),
    "in place of averaging: half-life of the average of G, in examples; it grows from 0 to this number along optimizer.schedule, cosine or linear; 0 = not used");
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
  std::optional<double> learning_rate;
};
template <class V>
void fields(DiscriminatorSection& s, V& v) {
  v("layers", s.layers, any(),
    "layers of the network, from an example to one logit; the value function applies the sigmoid");
  v("learning_rate", s.learning_rate, above(0),
    "learning rate of D at the first step; later it stays in proportion to that of G; none = training.learning_rate");
}

/// How often D's inputs are transformed.
enum class AugmentationMode {
  off,
  fixed,    ///< with probability p
  adaptive  ///< with a probability that follows the signs of D's answers to data (Karras et al.
            ///< 2020, ADA)
};
inline Names names_of(AugmentationMode) {
  static constexpr std::string_view names[] = {"off", "fixed", "adaptive"};
  return names;
}

enum class Augmentation { flip, translation, cutout, colour };
inline Names names_of(Augmentation) {
  static constexpr std::string_view names[] = {"flip", "translation", "cutout", "colour"};
  return names;
}

struct AugmentationSection {
  AugmentationMode mode = AugmentationMode::off;
  List<Augmentation> kinds{{Augmentation::translation, Augmentation::cutout, Augmentation::colour}};
  double p = 1;
  std::optional<double> final_p;
  int64_t images = 500000;
};
template <class V>
void fields(AugmentationSection& s, V& v) {
  v("mode", s.mode, any(),
    "augmentation of all images that D sees, data and samples: off, fixed (each transformation with probability p) or adaptive (ADA: p grows while D recognises data too well)");
  if (s.mode == AugmentationMode::off) return;
  v("kinds", s.kinds, any(),
    "transformations, for mode = fixed or adaptive: flip (horizontal; not for text or digits), translation, cutout, colour");
  if (s.mode == AugmentationMode::fixed) {
    v("p", s.p, between(0, 1), "probability of each transformation of an image");
    v("final_p", s.final_p, between(0, 1),
      "p at the end of optimizer.schedule, cosine or linear; none = it stays constant");
  } else {
    v("images", s.images, at_least(1), "number of images that D sees while p changes by 1");
  }
}

struct FamilySpec;
extern const FamilySpec kAdversarialSpec;

}  // namespace gan
