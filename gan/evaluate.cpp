#include "gan/evaluate.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/judge/feature_space.h"
#include "gan/spec/memory.h"
#include "gan/units.h"

namespace gan {
namespace {

void ignore(const std::string&) {}

Subject subject_of(const Judge& judge, const EvaluateSettings& settings) {
  return {.judge = judge,
          .seed = settings.seed,
          .say = settings.say ? settings.say : Say(ignore),
          .cache = settings.cache,
          .features = settings.features,
          .reference = settings.reference};
}

/// Takes samples in own units. Beside binary data, those that are not are means: one binary draw of
/// each takes their place.
void take_samples(Subject& s, const Samples& given, const Samples& given_fresh) {
  s.states_per_chain = given.states_per_chain;
  s.fresh_states_per_chain = given_fresh.states_per_chain;
  s.samples = s.judge.units(given.values);
  s.fresh =
      given_fresh.values.is_same(given.values) ? s.samples : s.judge.units(given_fresh.values);
  if (!are_means(s.judge, s.samples)) return;
  s.means = s.samples;
  s.samples = drawn(s.means, s.seed);
  s.fresh = drawn(s.fresh, s.seed);
}

/// Draws the samples of subject.model, then computes.
Evaluation evaluate_model(Subject& s, std::span<const ScoreKind> kinds) {
  const ScoredModel& of = *s.model;
  s.say(fmt::format("drawing {} samples", count(kScoredSamples)));
  const auto start = std::chrono::steady_clock::now();
  const Samples samples = draw_samples(of, kScoredSamples, s.seed);
  const std::chrono::duration<double> sampling = std::chrono::steady_clock::now() - start;
  check_finite_samples(samples.values, "this model");
  s.states_per_chain = samples.states_per_chain;
  const bool wanted = std::any_of(kinds.begin(), kinds.end(), [&](const ScoreKind& kind) {
    return kind.reads_fresh != nullptr && kind.reads_fresh(s);
  });
  // Chains are slow to sample: where their samples are independent, one set will do.
  const bool one_set = dynamic_cast<Chain*>(&of.model) && samples.states_per_chain == 1;
  if (!wanted || one_set || s.judge.variety().none()) {
    take_samples(s, samples, samples);
  } else {
    if (samples.states_per_chain > 1) s.say("drawing samples of many chains");
    take_samples(s, samples, draw_for_test(of, s.judge.data().test.size(), s.seed + kFresh));
  }
  Evaluation out = evaluate(s, kinds);
  out.sampling_seconds = sampling.count();
  return out;
}

}  // namespace

ScoredModel scored_model(const Problem& problem, Learner& learner) {
  Setup setup = setup_of(problem);
  setup.workers = &alone();  // that learn; a score may train by itself
  return {.model = learner.model(),
          .learner = &learner,
          .setup = std::move(setup),
          .encoding = problem.encoding,
          .own_units = [card = card_of(problem)](const Tensor& x) { return own_units(card, x); }};
}

Evaluation evaluate(Model& model, const DataSet& data, const EvaluateSettings& settings) {
  const DataSet seen = with_origin(transformed(model.config().data, data), model.data().origin);
  const Shape& theirs = seen.train.shape();
  if (theirs != model.data().shape)
    throw UsageError("{}: its examples are {}, the model generates {}; they cannot be compared",
                     data.name, shape_text(theirs), shape_text(model.data().shape));
  const ScoredModel of{.model = model.generative(),
                       .learner = nullptr,
                       .setup = {.config = model.config(), .data = data_spec(seen)},
                       .encoding = model.data().encoding,
                       .own_units = [&](const Tensor& x) { return model.own_units(x); }};
  const Judge judge(seen);
  Subject s = subject_of(judge, settings);
  s.model = &of;
  return evaluate_model(s, settings.kinds);
}

Evaluation evaluate(const Problem& problem, const Judge& judge, Learner& learner,
                    const EvaluateSettings& settings) {
  const ScoredModel of = scored_model(problem, learner);
  Subject s = subject_of(judge, settings);
  s.model = &of;
  return evaluate_model(s, settings.kinds);
}

Evaluation evaluate(const Judge& judge, const Samples& samples, const EvaluateSettings& settings) {
  Subject s = subject_of(judge, settings);
  take_samples(s, samples, samples);
  return evaluate(s, settings.kinds);
}

TrainingScores::TrainingScores(const Problem& problem, const Judge& judge,
                               std::filesystem::path cache)
    : problem_(problem), judge_(judge), cache_(std::move(cache)) {}

Scores TrainingScores::at(Learner& learner, int64_t step) {
  ScoredModel of = scored_model(problem_, learner);
  of.workers = problem_.workers;
  Subject s = subject_of(judge_, {.cache = cache_, .reference = std::string(kValidReference)});
  s.model = &of;
  s.space = space_;
  if (s.space) s.space->forget_samples();
  Scores out = watch(s, step);
  space_ = s.space;
  return out;
}

}  // namespace gan
