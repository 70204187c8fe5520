#include <ATen/ATen.h>
#include <fmt/core.h>

#include <cmath>

#include "gan/judge/kinds.h"
#include "gan/judge/mode_coverage.h"
#include "gan/judge/score_json.h"

namespace gan {
namespace {

/// The data are a toy with modes, whose judging units are its own.
ModeCoverage coverage_of(const Subject& s) {
  const Toy& toy = *s.judge.data().toy;
  return mode_coverage(s.samples, toy.modes(), toy.mode_deviation());
}

Json to_json(const ModeCoverage& m) {
  Json out = {{"modes", m.modes}, {"covered", m.covered}, {"within", m.within}, {"kl", m.kl}};
  if (std::isfinite(m.spread_within)) out["spread_within"] = m.spread_within;
  return out;
}

std::string text_of(const ModeCoverage& m) {
  std::string out =
      labelled("modes found", fmt::format("{} of {}, {:.1f}% of samples within 3 deviations of one",
                                          m.covered, m.modes, 100 * m.within));
  if (std::isfinite(m.spread_within))
    out +=
        labelled("spread in modes", fmt::format("{:.2f} of the truth's\n(under 1: samples huddle "
                                                "inside each mode)",
                                                m.spread_within));
  return out;
}

}  // namespace

bool coverage_applies(const Subject& s) {
  const auto& toy = s.judge.data().toy;
  return toy && !toy->modes().empty();
}

ScoreReport score_coverage(const Subject& s) {
  const ModeCoverage m = coverage_of(s);
  ScoreReport out{.text = text_of(m), .json = compact({{"modes", to_json(m)}})};
  out.scores.push_back({.name = "modes",
                        .protocol = "modes that hold a twentieth of their fair share of the "
                                    "samples within 3 deviations",
                        .value = static_cast<double>(m.covered),
                        .samples = s.samples.size(0),
                        .cell = fmt::format("{} of {}", m.covered, m.modes)});
  out.scores.push_back({.name = "within 3 deviations",
                        .protocol = "share of the samples within 3 deviations of a mode",
                        .value = m.within,
                        .samples = s.samples.size(0),
                        .cell = fmt::format("{:.1f}%", 100 * m.within),
                        .rank = 1});
  if (std::isfinite(m.spread_within))
    out.scores.push_back({.name = "spread in modes",
                          .protocol = "spread of the samples within a mode about it, over the "
                                      "truth's: 1 for the truth, 0 for its centres",
                          .value = m.spread_within,
                          .samples = s.samples.size(0),
                          .cell = fmt::format("{:.2f}", m.spread_within),
                          .rank = 2});
  return out;
}

void watch_coverage(const Subject& s, int64_t, Scores& out) {
  if (knows_log_probability(s) || !coverage_applies(s)) return;
  const ModeCoverage m = coverage_of(s);
  out.numbers.emplace_back("modes", static_cast<double>(m.covered));
  out.numbers.emplace_back("within", m.within);
  if (std::isfinite(m.spread_within)) out.numbers.emplace_back("spread_within", m.spread_within);
  out.score = static_cast<double>(m.covered) / static_cast<double>(m.modes) + m.within - m.kl;
}

}  // namespace gan
