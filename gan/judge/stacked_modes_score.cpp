#include <ATen/ATen.h>
#include <fmt/core.h>

#include <memory>
#include <vector>

#include "gan/core/duration.h"
#include "gan/judge/classifier.h"
#include "gan/judge/kinds.h"
#include "gan/judge/sampling.h"
#include "gan/judge/score_json.h"
#include "gan/judge/stacked_modes.h"

namespace gan {
namespace {

constexpr int64_t kSamples = 26'000;  // of the published protocol

/// The classifier of single digits.
std::shared_ptr<Classifier> reader_of(const Subject& s) {
  std::shared_ptr<Classifier>& known = s.judge.classifier();
  if (known) return known;
  const Judge digits(*s.judge.data().stacked_from);
  return known = kept_classifier(digits, s.cache, s.say);
}

/// x [n, 3 H W] judging units.
StackedModes modes_of(const Subject& s, const Tensor& x) {
  Classifier& reader = *reader_of(s);
  const DataSet& data = s.judge.data();
  const int64_t channels = data.train.shape()[0];
  const Tensor images = x.reshape({x.size(0), channels, -1});
  std::vector<Tensor> digits;
  for (int64_t c = 0; c < channels; ++c)
    digits.push_back(reader.classes(images.select(1, c).contiguous()));
  return stacked_modes(at::stack(digits, 1), std::ssize(data.stacked_from->classes));
}

/// As many as the protocol asks for, where there is a model that gives those that are missing.
Tensor enough_samples(const Subject& s) {
  const bool can_draw = s.model != nullptr && s.states_per_chain == 1;
  const int64_t have = s.samples.size(0), more = kSamples - have;
  if (!can_draw || more <= 0) return s.samples.slice(0, 0, kSamples);
  s.say(fmt::format("drawing another {} samples", count(more)));
  return at::cat(
      {s.samples, s.judge.units_in_place(draw_samples(*s.model, more, s.seed, have).values)});
}

Json to_json(const StackedModes& m) {
  return {{"modes", m.modes}, {"covered", m.covered}, {"kl", m.kl}};
}

}  // namespace

bool stacked_modes_apply(const Subject& s) {
  return s.judge.data().stacked_from != nullptr;
}

ScoreReport score_stacked_modes(const Subject& s) {
  const Tensor samples = enough_samples(s);
  const int64_t n = samples.size(0);
  const StackedModes m = modes_of(s, samples);
  const StackedModes real = modes_of(s, s.judge.test().slice(0, 0, n));
  const double right = reader_of(s)->validation_accuracy();
  const std::string protocol = fmt::format(
      "a classifier of single digits, right on {:.2f}% of the validation images, reads the "
      "three channels",
      100 * right);
  ScoreReport out;
  out.scores.push_back(
      {.name = "stacked modes",
       .protocol = protocol + "; modes that one sample or more shows",
       .value = static_cast<double>(m.covered),
       .samples = n,
       .cell = fmt::format("{} of {}", count(m.covered), count(m.modes)),
       .controls = {{"test examples", count(real.covered), static_cast<double>(real.covered)}}});
  out.scores.push_back(
      {.name = "stacked KL",
       .protocol = protocol + "; divergence of the modes' shares from equal ones, nats",
       .value = m.kl,
       .higher_is_better = false,
       .samples = n,
       .cell = fmt::format("{:.3f}", m.kl),
       .controls = {{"test examples", fmt::format("{:.3f}", real.kl), real.kl}}});
  out.text = labelled(
      "stacked modes",
      fmt::format("{} of {} in {} samples, KL {:.3f} nats\n(control: {} and {:.3f} in {} test "
                  "examples; the classifier reads {:.2f}% of digits right)",
                  count(m.covered), count(m.modes), count(n), m.kl, count(real.covered), real.kl,
                  count(std::min(n, s.judge.test().size(0))), 100 * right));
  Json json = to_json(m);
  json["samples"] = n;
  json["control"] = to_json(real);
  json["control"]["what"] = "test examples";
  out.json = compact({{"stacked_modes", json}});
  return out;
}

void watch_stacked_modes(const Subject& s, int64_t, Scores& out) {
  if (!stacked_modes_apply(s)) return;
  const StackedModes m = modes_of(s, s.samples);
  out.numbers.emplace_back("stacked_modes", static_cast<double>(m.covered));
  out.numbers.emplace_back("stacked_kl", m.kl);
  out.score = -m.kl;
}

}  // namespace gan
