#pragma once
/// Scores by the published protocols, with the controls that they must be read beside.

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "gan/gan.h"
#include "gan/judge/ais.h"
#include "gan/judge/coverage.h"
#include "gan/judge/parzen.h"
#include "gan/judge/two_sample.h"
#include "gan/theory/closed_form.h"

namespace gan::cli {

/// The held-out data and samples in judging units ([0, 1] for images).
class Judge {
 public:
  explicit Judge(const DataSet& data);

  at::Tensor units(const at::Tensor& own) const;  ///< [n, ...] own units -> [n, D]
  ParzenScore parzen(const at::Tensor& samples) const;                ///< the paper's protocol
  ParzenChoice validation(const at::Tensor& samples) const;           ///< Parzen on the first 1,000 of the validation split
  TwoSampleResult two_sample(const at::Tensor& samples, const Examples& held_out, uint64_t seed) const;
  std::optional<ModeCoverage> modes(const at::Tensor& samples) const;  ///< toys that have modes

  bool binary() const;  ///< binarised data, or images of 0 and 1 alone
  const DataSet& data() const { return data_; }
  const at::Tensor& valid() const { return valid_; }
  const at::Tensor& test() const { return test_; }

 private:
  const DataSet& data_;
  Scaling units_;
  at::Tensor valid_, test_;
};

struct Control {
  std::string name;
  ParzenScore score;
};
/// Training examples, k-means centres, the mean: computed once for a data set, then read from the cache folder.
std::vector<Control> controls(const Judge& judge, const std::function<void(const std::string&)>& say);
std::vector<Control> known_controls(const DataSet& data);  ///< none where they were not computed yet

nlohmann::ordered_json to_json(const ParzenScore& score);
ParzenScore parzen_of(const nlohmann::ordered_json& json);  ///< to_json's inverse. @throws nlohmann::json::exception

/// What the loop asks for while it trains.
Scores score_while_training(const Problem& problem, const Judge& judge, Learner& learner, int64_t step);

/// log p of held-out and of training examples, nats.
struct LogProbability {
  double test, standard_error;                   ///< the latter over test examples
  double train; int64_t train_examples;          ///< mean over the first 10,000
  Likelihood::Kind kind = Likelihood::Kind::exact;
  std::optional<LogZ> log_z;                     ///< where the model itself does not know it
  std::pair<double, double> test_interval() const;  ///< of `test`, where log Z is anywhere in its own
  std::string text(const std::string& of_what) const;
};

/// Everything that `gan evaluate` reports.
struct Evaluation {
  std::optional<ParzenScore> parzen;
  std::optional<TwoSampleResult> two_sample;
  std::vector<Control> controls;
  std::optional<ModeCoverage> modes;
  std::optional<ClosedForm> closed_form;
  std::optional<LogProbability> log_probability;
  double nearest = 0, nearest_of_test = 0;                   ///< median distance to the nearest training example
  double sampling_seconds = 0;                               ///< that a model took for its 10,000 samples; not in `json`
  nlohmann::ordered_json protocol;

  nlohmann::ordered_json json() const;
  std::string text(const DataSet& data) const;
};

/// Scores samples (own units) that may come from anywhere. `fresh`: others for the two-sample test. Beside binary data,
/// samples that are not are taken for means: one draw of each is compared with the data, and the means themselves, in
/// Parzen windows, with the data before they were binarised.
Evaluation evaluate_samples(const Judge& judge, const at::Tensor& samples, const at::Tensor& fresh, uint64_t seed,
                            const std::function<void(const std::string&)>& say);
/// Scores a model: the samples' scores, and what the model itself can say.
Evaluation evaluate_model(const Problem& problem, const Judge& judge, Learner& learner, uint64_t seed,
                          const std::function<void(const std::string&)>& say);

at::Tensor own_units(const Problem& problem, const at::Tensor& scaled);  ///< [n, D] -> [n, shape...], CPU
at::Tensor scaled(const Problem& problem, const Examples& examples);          ///< as the model sees them, [N, D]
/// Where n chains may start: training examples, chosen by `seed`, [n, D] scaled. @throws UsageError when there are fewer
at::Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed);

}  // namespace gan::cli
