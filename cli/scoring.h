#pragma once
/// Scores by the published protocols, with the controls that they must be read beside.

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "cli/sampling.h"
#include "gan/data/variety.h"
#include "gan/gan.h"
#include "gan/judge/coverage.h"
#include "gan/judge/log_probability.h"
#include "gan/judge/parzen.h"
#include "gan/judge/two_sample.h"
#include "gan/theory/closed_form.h"

namespace gan::cli {

using Say = std::function<void(const std::string&)>;

inline constexpr int64_t kFits =
    3;  ///< classifiers of a two-sample test that is reported; one while training

/// The held-out data and samples in judging units ([0, 1] for images).
class Judge {
 public:
  explicit Judge(const DataSet& data);

  at::Tensor units(const at::Tensor& own) const;        ///< [n, ...] own units -> [n, D]
  at::Tensor units_in_place(at::Tensor own) const;      ///< the same, over the values given
  ParzenScore parzen(const at::Tensor& samples) const;  ///< the paper's protocol
  /// The first half of it, for samples in judging units: on the first 1,000 of the validation
  /// split.
  ParzenChoice validation(const at::Tensor& samples) const;
  /// Of as many held-out examples as samples, 10,000 at most. @throws DataError where they are too
  /// few
  TwoSampleResult two_sample(const at::Tensor& samples, const Examples& held_out, uint64_t seed,
                             const TwoSampleSettings& settings = {}) const;
  std::optional<ModeCoverage> modes(const at::Tensor& samples) const;  ///< toys that have modes

  bool binary() const;  ///< binarised data, or images of 0 and 1 alone
  const DataSet& data() const { return data_; }
  const Variety& variety() const {
    return variety_;
  }  ///< scores of data without any have no meaning
  const at::Tensor& valid() const { return valid_; }  ///< the first 1,000, which choose sigma
  const at::Tensor& test() const { return test_; }

 private:
  const DataSet& data_;
  Scaling units_;
  Variety variety_;
  at::Tensor valid_, test_;
};

inline constexpr uint64_t kFresh =
    0x66726573;  ///< the two-sample test's own samples: seed + kFresh

/// Samples that are not binary beside data that are.
bool are_means(const Judge& judge, const at::Tensor& samples);
at::Tensor drawn(const at::Tensor& means,
                 uint64_t seed);  ///< each number to 1 with probability = itself, else to 0

struct Control {
  std::string name;
  ParzenScore score;
};
/// Training examples, k-means centres, the mean: computed once for a data set, then read from the
/// cache folder.
std::vector<Control> controls(const Judge& judge, const Say& say);
std::vector<Control> known_controls(
    const DataSet& data);  ///< none where they were not computed yet

Path cache_folder();  ///< "" where there is none

/// Real against real: n training examples, chosen by `seed`, in place of samples in the two-sample
/// test of that seed. Computed once for data, n and seed, then read from the cache folder. Nothing
/// where there are too few for a test.
std::optional<TwoSampleResult> two_sample_control(const Judge& judge, int64_t n, uint64_t seed,
                                                  const Say& say);
std::string accuracy_text(const TwoSampleResult& result);  ///< "57.0% [56.0, 58.0]"
std::string text_of(const TwoSampleResult& result, const TwoSampleResult* control);
nlohmann::ordered_json to_json(const TwoSampleResult& result, const TwoSampleResult* control);

nlohmann::ordered_json to_json(const ParzenScore& score);
ParzenScore parzen_of(
    const nlohmann::ordered_json& json);  ///< to_json's inverse. @throws nlohmann::json::exception

/// What the loop asks for while it trains.
Scores score_while_training(const Problem& problem, const Judge& judge, Learner& learner,
                            int64_t step);

std::string text_of(const LogProbability& p, const std::string& of_what);

/// Everything that `gan evaluate` reports.
struct Evaluation {
  std::string no_variety;  ///< what is missing, for people; "" where nothing is
  std::optional<ParzenScore> parzen;
  std::vector<double> parzen_draws;  ///< of chains: of each set of samples; `parzen` is the first
  std::optional<TwoSampleResult> two_sample, two_sample_control;
  int64_t chains = 0;         ///< that the samples of the two-sample test are from, where they are
  std::string no_two_sample;  ///< the reason why there is no such test
  std::vector<Control> controls;
  std::optional<ModeCoverage> modes;
  std::optional<ClosedForm> closed_form;
  std::optional<LogProbability> log_probability;
  std::optional<double> nearest;  ///< median distance of samples to the nearest training example
  double nearest_of_test = 0;     ///< the same of test examples
  double sampling_seconds = 0;    ///< that a model took for its 10,000 samples; not in `json`
  nlohmann::ordered_json protocol;

  nlohmann::ordered_json json() const;
  std::string text(const DataSet& data) const;
};

/// Scores samples (own units) that may come from anywhere. `fresh`: others for the two-sample test.
/// Beside binary data, samples that are not are taken for means: one draw of each is compared with
/// the data, and the means themselves, in Parzen windows, with the data before they were binarised.
Evaluation evaluate_samples(const Judge& judge, const Samples& samples, const Samples& fresh,
                            uint64_t seed, const Say& say);
/// Scores a model: the samples' scores, and what the model itself can say.
Evaluation evaluate_model(const Problem& problem, const Judge& judge, Learner& learner,
                          uint64_t seed, const Say& say);

at::Tensor own_units(const Problem& problem,
                     const at::Tensor& scaled);  ///< [n, D] -> [n, shape...], CPU
at::Tensor scaled(const Problem& problem,
                  const Examples& examples);  ///< as the model sees them, [N, D]
/// Where n chains may start: training examples, chosen by `seed`, [n, D] scaled. @throws UsageError
/// when there are fewer
at::Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed);

}  // namespace gan::cli
