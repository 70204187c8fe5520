#pragma once
/// Measurements of a generator and of D between two steps of training, for the doctor
/// (gan/doctor/). They draw from their own streams and change nothing.

#include <optional>

#include "gan/gan.h"

namespace gan {

/// All in scaled units, of up to 512 training examples and as many samples of the same noise each
/// time, which have the labels of these examples where G sees labels:
///   width            spread of samples over spread of data (roots of the summed variances)
///   narrowest        the same along the direction in which it is least, of those in which the data
///                    vary most
///   crowd            median distance to the nearest other: within samples over within data
///   covered, inside  share of data that have a sample near; share of samples that have data near;
///                    near: no farther than that example's tenth neighbour among the data (coverage
///                    of Naeem et al. 2020; precision of Kynkaanniemi et al. 2019)
///   inside_data      the same share of held-out examples, of up to 64 numbers each
///   inside_data_of_many   the same, of more numbers each: even good samples may lie farther from
///                    the data than these
///   z_effect         distance between samples of the same label and different z over the distance
///                    between data (root mean squares)
///   class_width, class_narrowest   the least `width` inside a class, and which class it is
///   d_overfit        (E D(x) - E D(held out)) / (E D(x) - E D(G(z))), in logits
///   d_overfit_errors the numerator over its standard error
///   copies           share of samples nearer to a training example than 95% of held-out examples
///                    are; of at most 5,000 training examples with 20 million numbers: else left
///                    out
/// What cannot be had, or would mean nothing, is left out.
class Checkup {
 public:
  /// Both must outlive it. The data are looked at by the first measurement, so that a training
  /// begins at once.
  Checkup(const Problem& problem, Learner& learner);

  bool applies() const;  ///< to this model: it has a latent space, and samples in one pass
  NamedNumbers measure();

 private:
  void prepare();
  Tensor near_data(const Tensor& x) const;  ///< [m, D] -> [n, m] bool: x lies near the example
  void measure_samples(NamedNumbers& out);
  void measure_classes(NamedNumbers& out);
  void measure_d(NamedNumbers& out);
  void measure_copies(NamedNumbers& out);

  const Problem& problem_;
  Learner& learner_;
  Tensor x_, held_out_;            // [n, D], [m, D]
  Tensor label_, held_out_label_;  // [n], [m], or undefined
  Tensor directions_, along_;      // [D, k], and the data's deviation along each, [k]
  Tensor near_;                    // [n]: squared distance to the tenth neighbour
  double data_nearest_ = 0;        ///< median distance to the nearest other
  Tensor training_;                // [all, D], where these are few enough; else undefined
  std::optional<double> inside_data_;
  double usual_nearest_ = 0;  ///< below which 5% of held-out examples lie from these
  Tensor samples_;            // [n, D], of this measurement
};

}  // namespace gan
