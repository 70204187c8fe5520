#pragma once
/// Samples that were chosen: of a class, of a list of seeds, from the middle of p_z.
///
///   gan::Model model = gan::load("runs/fashion-mnist-classes");
///   at::Tensor bags = gan::sample(model, {.label = gan::label_of(model, "bag")}, 64, 1);

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gan/gan.h"

namespace gan {

struct Selection {
  std::optional<int64_t> label;      ///< all samples are of this class
  int64_t of_each_class = 0;         ///< above 0: so many of class 0, then of class 1, ...
  std::vector<uint64_t> seeds;       ///< one sample of each of these seeds, its first
  std::optional<double> truncation;  ///< numbers of z lie in [-truncation, truncation]

  bool any() const { return label || of_each_class > 0 || !seeds.empty() || truncation; }
};

/// Samples [first, first + n) in the data's own units, as Model::sample gives them; without a
/// selection the same. The same z gives the same example of whatever class.
/// @throws UsageError where the model has no latent space or no classes, and where p_z is uniform
/// and truncation is asked for
Tensor sample(Model& model, const Selection& wanted, int64_t n, uint64_t seed, int64_t first = 0);

/// The class of this name, or of this number where no class is called so. @throws UsageError where
/// there is none, and where the model was trained without labels
int64_t label_of(Model& model, const std::string& name);

/// @throws UsageError where the model was trained without labels, so that no class can be asked for
void check_has_classes(Model& model);

/// How many classes can be asked for; 0 where the model has none.
int64_t class_count(GenerativeModel& model);

/// z ~ N(0, 1) -> a normal distribution cut off at [-limit, limit], rank by rank, so that a sample
/// stays similar to itself. (Brock et al. 2019 draw again instead.)
Tensor truncated(const Tensor& z, double limit);

/// Samples for a picture in scaled units, with a row for each class where the model has classes.
struct SampleGrid {
  Tensor samples;       ///< [n, shape...]
  int64_t columns = 0;  ///< 0: as the picture likes
};
SampleGrid sample_grid(GenerativeModel& model, int64_t n, uint64_t seed);

}  // namespace gan
