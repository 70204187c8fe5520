#pragma once
/// Scores of a model, by every kind of the table of scores (judge/scores.h) that applies to it.
///
///   gan::Model model = gan::load("runs/fashion-mnist");
///   const gan::Evaluation found = gan::evaluate(model, gan::open_data("fashion-mnist"));
///   for (const gan::Score& score : found.scores()) fmt::print("{}: {}\n", score.name,
///   score.value);

#include <memory>

#include "gan/gan.h"
#include "gan/judge/sampling.h"
#include "gan/judge/scores.h"

namespace gan {

struct EvaluateSettings {
  uint64_t seed = 0;  ///< of the samples, and of every score that draws
  Say say = {};       ///< hears what is being computed; may be empty
  /// The folder that keeps the scores of controls, classifiers and features, which cost minutes and
  /// are the same for every model of the data. Empty: they are computed anew.
  std::filesystem::path cache = {};
  std::span<const ScoreKind> kinds = score_kinds();
  FeatureSettings features = {};   ///< what makes the features of scores on features
  std::string reference = "test";  ///< of those scores: see judge/feature_space.h
};

/// A loaded model, by 10,000 samples. data: as open_data gives them; what the model's recipe does
/// to its data (binarising, contrast normalisation) is done here. Scores that need D are left out:
/// D is not part of a loaded model. @throws UsageError where the examples have another shape than
/// the model's, DataError where samples are not finite
Evaluation evaluate(Model& model, const DataSet& data, const EvaluateSettings& settings = {});

/// A model with what trains it. judge: of problem.data.
Evaluation evaluate(const Problem& problem, const Judge& judge, Learner& learner,
                    const EvaluateSettings& settings = {});

/// Samples in the data's own units, which may come from anywhere. Beside binary data, samples that
/// are not are taken for means: one draw of each is compared with the data, and the means
/// themselves, in Parzen windows, with the data before they were binarised.
Evaluation evaluate(const Judge& judge, const Samples& samples,
                    const EvaluateSettings& settings = {});

/// What the loop asks for while it trains: the scores of run.scores, of which the first chooses the
/// best checkpoint. What evaluations share (a classifier, features of the validation split) is made
/// once.
class TrainingScores {
 public:
  /// judge: of problem.data. Both must outlive it. cache: as in EvaluateSettings
  TrainingScores(const Problem& problem, const Judge& judge, std::filesystem::path cache = {});
  Scores at(Learner& learner, int64_t step);

 private:
  const Problem& problem_;
  const Judge& judge_;
  std::filesystem::path cache_;
  std::shared_ptr<FeatureSpace> space_;
};

/// As scores see it. Both must outlive it.
ScoredModel scored_model(const Problem& problem, Learner& learner);

}  // namespace gan
