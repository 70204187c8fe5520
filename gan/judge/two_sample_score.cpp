#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/judge/kept.h"
#include "gan/judge/kinds.h"
#include "gan/judge/sampling.h"
#include "gan/judge/score_json.h"
#include "gan/judge/two_sample_score.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr int64_t kFits = 3;  // classifiers of a test that is reported; one while training

/// Of as many held-out examples as samples, 10,000 at most. @throws DataError where they are too
/// few
TwoSampleResult test_of(const Judge& judge, const Tensor& samples, const Examples& held_out,
                        uint64_t seed, const TwoSampleSettings& settings) {
  const int64_t n = std::min({kScoredSamples, held_out.size(), samples.size(0)});
  return two_sample_test(judge.units_in_place(rows_of(held_out, 0, n)), samples.narrow(0, 0, n),
                         seed, settings);
}

Json all_of(const TwoSampleResult& r) {
  return {{"accuracy", r.accuracy},
          {"low", r.low},
          {"high", r.high},
          {"p_value", r.p_value},
          {"test_examples", r.test_examples},
          {"fits", r.fits},
          {"deviation", r.deviation},
          {"held_out_loss", r.held_out_loss}};
}

TwoSampleResult from_json(const Json& j) {
  return {.accuracy = j.at("accuracy"),
          .low = j.at("low"),
          .high = j.at("high"),
          .p_value = j.at("p_value"),
          .test_examples = j.at("test_examples"),
          .fits = j.at("fits"),
          .deviation = j.at("deviation"),
          .held_out_loss = j.at("held_out_loss")};
}

/// Real against real: n training examples, chosen by the seed, in place of samples in the test of
/// that seed. Computed once for data, n and seed, then read from the cache folder. Nothing where
/// there are too few for a test.
std::optional<TwoSampleResult> two_sample_control(const Subject& s, int64_t n) {
  const DataSet& data = s.judge.data();
  n = std::min({n, data.train.size(), data.test.size()});
  if (!too_few_for_two_samples(n, 1).empty()) return {};
  const Path file = s.cache.empty() ? Path()
                                    : s.cache / fmt::format("two-sample-1-{}-{}-{}-{}.json",
                                                            data.hash, kFits, n, s.seed);
  const auto make = [&]() -> Json {
    s.say("two-sample test of training examples, the control");
    std::vector<int64_t> order =
        Stream(s.seed, "two-sample control").permutation(data.train.size(), 0);
    order.resize(static_cast<size_t>(n));
    const Examples chosen = data.train.pick(order);
    return all_of(test_of(s.judge, s.judge.units_in_place(rows_of(chosen, 0, n)), data.test, s.seed,
                          {.fits = kFits}));
  };
  return from_json(kept_json(file, all_of({}), make));
}

Json to_json(const TwoSampleResult& r, const TwoSampleResult* control) {
  Json out = {{"accuracy", r.accuracy},
              {"low", r.low},
              {"high", r.high},
              {"p_value", r.p_value},
              {"test_examples", r.test_examples}};
  out["fits"] = r.fits;
  out["deviation"] = r.deviation;
  if (r.chains > 0) out["chains"] = r.chains;
  if (control != nullptr)
    out["control"] = {{"what", "training examples"}, {"accuracy", control->accuracy},
                      {"low", control->low},         {"high", control->high},
                      {"p_value", control->p_value}, {"test_examples", control->test_examples}};
  return out;
}

/// "p = 6e-11". Below 1e-300, p may have underflowed to 0.
std::string p_text(double p) {
  return p < 1e-300 ? "p < 1e-300" : fmt::format("p = {:.2g}", p);
}

std::string text_of(const TwoSampleResult& r, const TwoSampleResult* control) {
  std::string out = fmt::format(
      "a fresh classifier separates samples from held-out data\n"
      "with {} accuracy on {} test examples\n(50% is guessing; {})\n",
      accuracy_text(r), count(r.test_examples), p_text(r.p_value));
  if (r.fits > 1)
    out += fmt::format("mean of {} fits, which differ by {:.1f}% (deviation)\n", r.fits,
                       100 * r.deviation);
  if (r.chains > 0)
    out += fmt::format("the samples are {} chains, which are the units of interval and p\n",
                       count(r.chains));
  if (control != nullptr)
    out += fmt::format("control, training examples in place of samples:\n{} on {} ({})\n",
                       accuracy_text(*control), count(control->test_examples),
                       p_text(control->p_value));
  return labelled("two-sample test", out);
}

}  // namespace

std::string accuracy_text(const TwoSampleResult& r) {
  return fmt::format("{:.1f}% [{:.1f}, {:.1f}]", 100 * r.accuracy, 100 * r.low, 100 * r.high);
}

bool two_sample_applies(const Subject&) {
  return true;
}

ScoreReport score_two_sample(const Subject& s) {
  const Examples& test = s.judge.data().test;
  const int64_t states = s.fresh_states_per_chain;
  const int64_t n = std::min({kScoredSamples, s.fresh.size(0), test.size()});
  Json stamp = {{"samples", n}};
  if (states > 1) stamp["chains"] = n / states;
  Score score{
      .name = s.judge.data().grey ? "two-sample accuracy of binary draws" : "two-sample accuracy",
      .protocol =
          "accuracy of fresh classifiers on samples and held-out data that they have "
          "not seen; the interval holds the 95% interval of each",
      .higher_is_better = false,
      .samples = n,
      .key = "two-sample",
      .stamp = compact(stamp)};
  if (const std::string reason = too_few_for_two_samples(n, states); !reason.empty()) {
    score.cell = "too few";
    Json json = Json::object();
    if (states > 1) json["two_sample"] = {{"chains", n / states}, {"reason", reason}};
    return {.scores = {score},
            .text = labelled("two-sample test", "none: it " + reason),
            .json = compact(json)};
  }
  s.say("two-sample test");
  const TwoSampleResult result =
      test_of(s.judge, s.fresh, test, s.seed, {.fits = kFits, .states_per_chain = states});
  const std::optional<TwoSampleResult> control = two_sample_control(s, n);
  score.value = result.accuracy;
  score.low = result.low;
  score.high = result.high;
  score.cell = accuracy_text(result);
  if (result.chains > 0) score.cell += fmt::format(" ({} chains)", count(result.chains));
  if (control)
    score.controls.push_back({"training examples as samples", accuracy_text(*control),
                              control->accuracy, control->low, control->high});
  const TwoSampleResult* beside = control ? &*control : nullptr;
  return {.scores = {score},
          .text = text_of(result, beside),
          .json = compact({{"two_sample", to_json(result, beside)}})};
}

/// Where the training ends by this test: on the validation split, one fit.
void watch_two_sample(const Subject& s, int64_t step, Scores& out) {
  const RunSection& run = s.model->setup.config.run;
  if (run.stop != StopRule::indistinguishable) return;
  const Examples& valid = s.judge.data().valid;
  const auto seed = static_cast<uint64_t>(step);
  const Samples given = draw_for_test(*s.model, valid.size(), kFresh + seed);
  const Tensor units = s.judge.units_in_place(given.values);
  const Tensor fresh = are_means(s.judge, units) ? drawn(units, seed) : units;
  const TwoSampleResult test =
      test_of(s.judge, fresh, valid, seed, {.states_per_chain = given.states_per_chain});
  out.numbers.emplace_back("two_sample_accuracy", test.accuracy);
  out.numbers.emplace_back("two_sample_low", test.low);
  out.numbers.emplace_back("two_sample_high", test.high);
  out.numbers.emplace_back("two_sample_p", test.p_value);
  out.indistinguishable = test.equivalent(run.epsilon);
}

std::string last_two_sample_test(const RunFolder& run) {
  std::map<std::string, double> last;
  for (const auto& [step, numbers] : run.metrics())
    for (const auto& [name, value] : numbers)
      if (name.starts_with("two_sample_")) last[name] = value;
  if (!last.contains("two_sample_p")) return "none";
  const TwoSampleResult test{.accuracy = last["two_sample_accuracy"],
                             .low = last["two_sample_low"],
                             .high = last["two_sample_high"]};
  return fmt::format("{}, {} against guessing", accuracy_text(test), p_text(last["two_sample_p"]));
}

}  // namespace gan
