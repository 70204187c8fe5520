#pragma once
/// Pictures of a model in its data's own units, whatever kind of data it is.

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>

#include "gan/gan.h"
#include "gan/io/png.h"
#include "gan/judge/judge.h"

namespace gan {

/// Images as a grid, 2-D data as points over real ones, other data as histograms per column.
/// `samples`: [n, shape...] own units; `real`: some rows of the data, for what is not an image (may
/// be empty).
Image picture(const DataCard& data, const Tensor& samples, const Tensor& real, int64_t columns = 0);

/// Whether there can be a picture of n samples, before any is drawn. @throws UsageError
void check_picture(const DataCard& data, int64_t n, int64_t columns);

/// Draws a picture of whatever it may be: values without end, more pixels than there can be. Where
/// that fails, the picture is left out. @return "", or why there is none. @throws WriteError
std::string draw_if_possible(const std::function<void()>& draw);

/// The weights [V, H] of each of the first 100 hidden units of image data as an image: grey is 0,
/// black and white its largest.
Image filters(const DataCard& data, const Tensor& weights);

/// Losses, D's answers, gradients, dead units and scores of a run over its steps.
/// findings: tinted from the step at which each begins to the one at which it is over.
Image curves(const RunFolder& run, const std::vector<Finding>& findings = {});

/// The learner, where figure1 can draw it: an adversarial one of a toy in one dimension. Else none.
Trainer* drawn_as_figure1(const Problem& problem, Learner& learner);

/// Figure 1 of the paper for 1-D data: densities, D, and the mapping from z to x.
Image figure1(const Problem& problem, Trainer& trainer, const std::string& title);

/// Figure 2 of the paper: samples as they come, in rows of 9, and framed behind each row the
/// training image nearest to its last. samples: [8 * 9, shape...] own units.
Image with_nearest(const Judge& judge, const Tensor& samples);
inline constexpr int64_t kWithNearest = 8 * 9;

/// Figure 3 of the paper: each row a straight line between two points of z. The model is Latent, of
/// images. Where it has classes, all rows are of the class `from`; without one, row i is of class
/// i, from 0 on again after the last. With `to`, each row has one z and goes from class to class.
struct LineClasses {
  std::optional<int64_t> from, to;
};
Image straight_lines(Model& model, uint64_t seed, const LineClasses& classes = {});
inline constexpr int64_t kLines = 8, kLinePoints = 12;

}  // namespace gan
