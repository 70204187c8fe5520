#include "gan/judge/feature_score.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/core/duration.h"
#include "gan/judge/kept.h"
#include "gan/judge/score_json.h"

namespace gan {
namespace {

constexpr int64_t kFewest = 40;  // samples, as independent ones, and examples of the reference

std::string shown(const FeatureScore& row, double value) {
  return row.percent ? fmt::format("{:.1f}%", 100 * value) : fmt::format("{:.4g}", value);
}

std::string shown(const FeatureScore& row, const Measured& m) {
  if (std::isnan(m.value)) return "too few";
  if (std::isnan(m.low)) return shown(row, m.value);
  return row.percent
             ? fmt::format("{} [{:.1f}, {:.1f}]", shown(row, m.value), 100 * m.low, 100 * m.high)
             : fmt::format("{} [{:.4g}, {:.4g}]", shown(row, m.value), m.low, m.high);
}

Json to_json(const Measured& m) {
  return {{"value", m.value}, {"low", m.low}, {"high", m.high}};  // NaN becomes null
}

Measured from_json(const Json& json) {
  const auto number = [&](const char* key) {
    return json.contains(key) && json[key].is_number() ? json[key].get<double>() : NAN;
  };
  return {number("value"), number("low"), number("high")};
}

Json stamp_of(FeatureSpace& space, const Subject& s) {
  const FeatureComparison& of = space.samples(s);
  Json reference = {{"name", space.reference_name()}, {"hash", space.reference_hash()}};
  if (of.reference_moments().count > 0) reference["examples"] = of.reference_moments().count;
  Json out = {{"features", Json::parse(space.features().stamp())},
              {"reference", reference},
              {"samples", of.count()},
              {"seed", s.seed}};
  if (of.chains() > 0) out["chains"] = of.chains();
  return out;
}

/// The control's numbers are the same for every subject with the same stamp.
Measured control_of(const FeatureScore& row, FeatureSpace& space, const Subject& s) {
  const std::string what =
      fmt::format("{} {} {}", row.key, compact(stamp_of(space, s)), s.judge.data().hash);
  const Path file =
      s.cache.empty() ? Path() : s.cache / fmt::format("control-1-{}.json", bytes_hash(what));
  return from_json(kept_json(file, {{"value", 0}}, [&] {
    return to_json(row.measure(
        space, row.unseen_control ? space.unseen_control(s) : space.control(s), s.seed));
  }));
}

}  // namespace

FeatureSpace& space_of(const Subject& s) {
  if (!s.space)
    s.space = std::make_shared<FeatureSpace>(s.judge, s.features, s.reference, s.cache, s.say);
  return *s.space;
}

bool feature_score_applies(const FeatureScore& row, const Subject& s) {
  const DataSet& data = s.judge.data();
  const bool chains = s.states_per_chain > 1;
  const Tensor& samples = chains ? s.fresh : s.samples;
  if (!samples.defined() || (s.features.what.empty() && !has_usual_features(s.judge))) return false;
  const int64_t n = samples.size(0) / (chains ? s.fresh_states_per_chain : 1);
  if (std::min({n, data.test.size(), data.valid.size(), data.train.size()}) < kFewest) return false;
  return row.possible(space_of(s), s);
}

ScoreReport feature_score(const FeatureScore& row, const Subject& s) {
  FeatureSpace& space = space_of(s);
  s.say(row.title);
  const Measured m = row.measure(space, space.samples(s), s.seed);
  const Measured control = control_of(row, space, s);
  const bool fid = std::string_view(row.key) == "frechet" && space.features().inception();
  const int64_t n = space.samples(s).count(), chains = space.samples(s).chains();
  const Score score{
      .name = fid ? "FID" : row.title,
      .protocol = row.protocol,
      .value = m.value,
      .low = m.low,
      .high = m.high,
      .deviation = m.deviation,
      .higher_is_better = row.higher_is_better,
      .samples = m.samples > 0 ? m.samples : n,
      .cell = shown(row, m),
      .controls = {{.name = row.unseen_control ? "test examples as samples" : space.control_name(s),
                    .cell = shown(row, control),
                    .value = control.value,
                    .low = control.low,
                    .high = control.high}},
      .compared = row.compared,
      .key = row.key,
      .stamp = compact(stamp_of(space, s))};
  return {.scores = {score},
          .json = "{}",
          .features = fmt::format("{}; {} samples{} against {}", space.features().about(), count(n),
                                  chains > 0 ? fmt::format(" of {} chains", count(chains)) : "",
                                  space.reference_text())};
}

void watch_feature_score(const FeatureScore& row, const Subject& s, Scores& out) {
  const auto& watched = s.model->setup.config.run.scores.values;
  const auto found = std::find_if(watched.begin(), watched.end(), [&](WatchedScore w) {
    return names_of(w)[static_cast<size_t>(w)] == row.key;
  });
  if (found == watched.end() || !feature_score_applies(row, s)) return;
  FeatureSpace& space = space_of(s);
  const Measured m = row.measure(space, space.samples(s), s.seed);
  out.numbers.emplace_back(std::string(row.key) + "_valid", m.value);
  if (found != watched.begin()) return;
  constexpr double kErrors = 2 * 1.96;  // standard errors in a 95% interval
  out.score = row.higher_is_better ? m.value : -m.value;
  out.standard_error = m.error;
  if (std::isnan(m.error)) out.standard_error = std::isnan(m.low) ? 0 : (m.high - m.low) / kErrors;
}

}  // namespace gan
