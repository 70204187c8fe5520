#include <ATen/ATen.h>
#include <fmt/core.h>

#include <chrono>

#include "cli/closed_form.h"
#include "cli/command.h"
#include "cli/pictures.h"
#include "cli/scoring.h"
#include "gan/core/version.h"
#include "gan/judge/neighbours.h"
#include "gan/spec/memory.h"

namespace gan::cli {
namespace {

constexpr int64_t kSamples = kScoredSamples;
constexpr uint64_t kDraws = 3;  // sets of samples of a model whose samples are chains
constexpr int64_t kBlockNumbers = 64'000'000;  // of training examples at a time

double median_of(const Tensor& x) {
  return x.median().item<double>();
}

/// Samples of the two-sample test, and what it and its control give; or why there is no such test.
void add_two_sample_test(Evaluation& out, const Judge& judge, const Tensor& fresh, int64_t states,
                         uint64_t seed, const Say& say) {
  const int64_t n = std::min({kSamples, fresh.size(0), judge.data().test.size()});
  if (states > 1) out.chains = n / states;
  out.no_two_sample = too_few_for_two_samples(n, states);
  if (!out.no_two_sample.empty()) return;
  say("two-sample test");
  out.two_sample =
      judge.two_sample(fresh, judge.data().test, seed, {.fits = kFits, .states_per_chain = states});
  out.two_sample_control = two_sample_control(judge, n, seed, say);
}

/// Of the first 1,000 samples and test examples: the training split comes in blocks where it is
/// large.
void add_nearest(Evaluation& out, const Judge& judge, const Tensor& samples) {
  const Examples& train = judge.data().train;
  const int64_t some = std::min<int64_t>(1000, std::min(samples.size(0), judge.data().test.size()));
  const int64_t block = std::max<int64_t>(1, kBlockNumbers / train.dim());
  const auto rows = [&](int64_t first, int64_t n) {
    return judge.units_in_place(rows_of(train, first, n));
  };
  const Tensor queries =
      at::cat({judge.units(samples.narrow(0, 0, some)), judge.test().narrow(0, 0, some)});
  const std::vector<Tensor> halves = nearest(queries, train.size(), block, rows).distance.chunk(2);
  out.nearest = median_of(halves[0]);
  out.nearest_of_test = median_of(halves[1]);
}

/// Windows estimate a density of real values: beside binary data, samples that are means are scored
/// against the data before they were binarised; others, and data of few distinct examples, not at
/// all. `controls_beside`: filled, where wanted.
std::optional<ParzenScore> parzen_of(const Judge& judge, const Tensor& given,
                                     std::vector<Control>* controls_beside, const Say& say) {
  const auto windows = [&](const Judge& real, const Tensor& grey) -> std::optional<ParzenScore> {
    if (real.variety().few()) return {};
    if (controls_beside != nullptr) *controls_beside = controls(real, say);
    say("Parzen windows");
    return real.parzen(grey);
  };
  if (!judge.binary()) return windows(judge, given);
  const auto& grey = judge.data().grey;
  if (!grey || !are_means(judge, given)) return {};
  return windows(Judge(*grey), given * (grey->high - grey->low) + grey->low);
}

}  // namespace

Evaluation evaluate_samples(const Judge& judge, const Samples& given, const Samples& given_fresh,
                            uint64_t seed, const Say& say) {
  const DataSet& data = judge.data();
  const bool means = are_means(judge, given.values);
  const Tensor samples = means ? drawn(given.values, seed) : given.values;
  const Tensor fresh = means ? drawn(given_fresh.values, seed) : given_fresh.values;
  Evaluation out;
  out.protocol = {
      {"data", data.name},
      {"split",
       {{"train", data.train.size()}, {"valid", data.valid.size()}, {"test", data.test.size()}}},
      {"hashes", {{"data", data.hash}}},
      {"seed", seed},
      {"version", version()}};
  if (data.grey)
    out.protocol["binarised"] = {{"seed", kBinarisationSeed}, {"from", data.grey->hash}};
  if (means)
    out.protocol["samples"] =
        "means: Parzen windows are on them, against the data before they were binarised; the other "
        "scores on one binary draw of each";
  out.no_variety = without_variety(data);
  if (judge.variety().none()) return out;
  out.parzen = parzen_of(judge, given.values, &out.controls, say);
  add_two_sample_test(out, judge, fresh, given_fresh.states_per_chain, seed, say);
  out.modes = judge.modes(samples);
  add_nearest(out, judge, samples);
  return out;
}

namespace {

LogProbability of_splits(const Problem& problem, Likelihood& likelihood) {
  const Examples train =
      problem.data.train.slice(0, std::min<int64_t>(10000, problem.data.train.size()));
  return log_probability(likelihood, scaled(problem, problem.data.test), scaled(problem, train));
}

/// By enumeration where the model can: then nothing is estimated, and nothing is said of annealing.
LogZ log_z_of(AnnealedPath& path, const AisSection& ais, uint64_t seed, const Say& say) {
  const AisSettings settings{.runs = ais.runs, .temperatures = ais.temperatures, .seed = seed};
  say("log Z");
  const LogZ z = estimate_log_z(path, settings);
  say(z.exact ? "log Z was summed over all states"
              : fmt::format("log Z was estimated by annealed importance sampling, {} runs of {} "
                            "temperatures",
                            count(z.runs), count(z.temperatures)));
  return z;
}

}  // namespace

Evaluation evaluate_model(const Problem& problem, const Judge& judge, Learner& learner,
                          uint64_t seed, const Say& say) {
  GenerativeModel& model = learner.model();
  say(fmt::format("drawing {} samples", count(kSamples)));
  const auto start = std::chrono::steady_clock::now();
  const Samples samples = draw_samples(problem, model, kSamples, seed);
  const std::chrono::duration<double> sampling = std::chrono::steady_clock::now() - start;
  check_finite_samples(samples.values, "this model");
  // Chains are slow to sample: where their samples are independent, one set will do.
  const bool one_set = dynamic_cast<Chain*>(&model) && samples.states_per_chain == 1;
  if (samples.states_per_chain > 1) say("drawing samples of many chains");
  const Samples fresh =
      one_set || judge.variety().none()
          ? samples
          : draw_for_test(problem, model, problem.data.test.size(), seed + kFresh);
  Evaluation out = evaluate_samples(judge, samples, fresh, seed, say);
  out.sampling_seconds = sampling.count();
  if (judge.variety().none()) return out;
  if (samples.states_per_chain > 1 && out.parzen) {
    out.parzen_draws = {out.parzen->log_likelihood};
    for (uint64_t i = 1; i < kDraws; ++i) {
      say(fmt::format("drawing another {} samples ({} of {})", count(kSamples), i + 1, kDraws));
      const Samples more = draw_samples(problem, model, kSamples, seed + i);
      out.parzen_draws.push_back(parzen_of(judge, more.values, nullptr, say)->log_likelihood);
    }
  }
  auto* trainer = dynamic_cast<Trainer*>(&learner);
  if (trainer && problem.data.toy && problem.data.train.dim() == 1)
    out.closed_form = closed_form(problem, *trainer);
  if (auto* likelihood = dynamic_cast<Likelihood*>(&model))
    out.log_probability = of_splits(problem, *likelihood);
  if (auto* path = dynamic_cast<AnnealedPath*>(&model)) {
    AnnealedLikelihood annealed(*path, log_z_of(*path, problem.config.ais, seed, say));
    out.log_probability = of_splits(problem, annealed);
    out.log_probability->log_z = annealed.log_z();
  }
  return out;
}

}  // namespace gan::cli
