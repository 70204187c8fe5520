#pragma once
/// A page for a browser: the scores of an evaluation with their controls and protocols, and
/// pictures of what they are about. It needs no other file.

#include <string>
#include <vector>

#include "gan/evaluate.h"
#include "gan/io/png.h"

namespace gan {

struct PagePicture {
  std::string title, caption;
  Image image;
};

/// Of the first 1,000 samples from anywhere, [n, D] or [n, shape...] in the data's own units:
/// samples, the training image nearest to one in nine of them, and, where `evaluation` has scores
/// on features, samples in the densest and in the sparsest regions of the data's features. None
/// where the data are no images, or have no variety. judge: of the data that they imitate. @throws
/// as make_features
std::vector<PagePicture> sample_pictures(const Judge& judge, const at::Tensor& samples,
                                         const EvaluateSettings& settings,
                                         const Evaluation& evaluation);

/// The same of a model's first 1,000 samples of the seed; and of an adversarial one, those with the
/// highest and the lowest output of D. judge: of problem.data. @throws as make_features
std::vector<PagePicture> score_pictures(const Problem& problem, const Judge& judge,
                                        Learner& learner, const EvaluateSettings& settings,
                                        const Evaluation& evaluation);

/// HTML in UTF-8. `title` may hold any text.
std::string score_page(const std::string& title, const Evaluation& evaluation,
                       const std::vector<PagePicture>& pictures);

}  // namespace gan
