#include "gan/doctor/remedies.h"

#include <fmt/core.h>

#include <algorithm>

namespace gan {
namespace {

constexpr double kLower = 0.3;                  // times a rate
constexpr double kMuchLower = 0.1;              // the same, of rates below kLow
constexpr double kFarLower = 0.01;              // the same, of rates below kVeryLow
constexpr double kLow = 0.5, kVeryLow = 0.005;  // times the settings
constexpr double kUsualStep = 0.02;             // of the norm of the weights
constexpr double kHigher = 3;                   // times rates that have been lowered too much
constexpr double kPenalty = 0.1;                // weight of R1 and R2
constexpr double kMomentum = 0.5;               // at most
constexpr double kFaster = 10;                  // times D's rate
constexpr double kWeaker = 0.01;                // times the weights of penalties
constexpr double kWeakest = 1e-4;               // times the settings' penalties
constexpr double kAugmented = 0.2;              // more probability

using Treatments = std::vector<Treatment>;

Treatment with_lower_rates(Treatment t) {
  double factor = kLower;
  if (t.rates < kLow) factor = kMuchLower;
  if (t.rates < kVeryLow) factor = kFarLower;
  t.rates *= factor;
  return t;
}
Treatment with_slower_d(Treatment t) {
  t.d_rate *= kLower;
  return t;
}
Treatment with_penalty(Treatment t) {
  t.penalty = kPenalty;
  return t;
}
Treatment steadier(Treatment t) {
  t.momentum = kMomentum;
  return with_penalty(t);
}

Treatments lower(const Treatment& now, int64_t times, const Situation& seen) {
  if (const double share = long_steps(seen.history); share > 0) {
    Treatment lower = with_lower_rates(now);
    lower.rates = std::min(lower.rates, now.rates * kUsualStep / share);
    return {lower};
  }
  if (times == 0) return {steadier(now), with_lower_rates(now)};
  return {steadier(with_lower_rates(now))};
}

Treatments calm(const Treatment& now, int64_t, const Situation&) {
  return {steadier(now), with_lower_rates(now)};
}

/// Where training led nowhere. Rates that have been lowered may be too low now.
Treatments begin_anew(const Treatment& now, int64_t times, const Situation& seen) {
  if (now.rates >= kLower) return calm(now, times, seen);
  Treatment higher = steadier(now);
  higher.rates *= kHigher;
  return {higher};
}

Treatments slow_down(const Treatment& now, int64_t, const Situation&) {
  return {with_lower_rates(now)};
}

Treatments weaken_d(const Treatment& now, int64_t, const Situation&) {
  return {with_penalty(now), with_slower_d(now)};
}

Treatments strengthen_d(const Treatment& now, int64_t, const Situation&) {
  Treatment weaker = now, faster = now;
  weaker.penalties = std::max(now.penalties * kWeaker, kWeakest);
  weaker.penalty *= kWeaker;
  faster.d_rate = std::max(now.d_rate, kFaster);
  return {weaker, faster};
}

Treatments hide_examples(const Treatment& now, int64_t, const Situation&) {
  Treatment out = now;
  out.augmentation += kAugmented;
  return {out, with_penalty(now)};
}

Treatments reschedule(const Treatment& now, int64_t, const Situation& seen) {
  Treatment out = now;
  out.schedule_steps = static_cast<double>(seen.facts.steps);
  return {out};
}

constexpr Remedy kTable[] = {
    {"diverges", Course::back, "training diverged", lower},
    {"dead-units", Course::revive, "many units had died again", slow_down},
    {"d-too-strong", Course::back_before_it, "D separated samples from data without error",
     weaken_d},
    {"collapse", Course::back_before_it, "the samples had collapsed", calm},
    {"class-collapse", Course::back_before_it, "the samples of a class had collapsed", calm},
    {"z-ignored", Course::back_before_it, "G ignored z", calm},
    {"circles", Course::back_before_it, "the players went round each other", calm},
    {"d-too-weak", Course::go_on, "", strengthen_d},
    {"d-overfits", Course::go_on, "", hide_examples},
    {"memorises", Course::go_on, "", hide_examples},
    {"schedule", Course::go_on_at_once, "", reschedule},
    {"no-progress", Course::end, "training had led nowhere", begin_anew},
};

}  // namespace

std::span<const Remedy> remedies() {
  return kTable;
}

std::string description(const Treatment& t) {
  std::string out;
  const auto say = [&](bool differs, const std::string& words) {
    if (differs) out += (out.empty() ? "" : ", ") + words;
  };
  say(t.rates != 1, fmt::format("learning rates at {:.3g} times the settings", t.rates));
  say(t.d_rate != 1, fmt::format("D's learning rate at {:.3g} times {}", t.d_rate,
                                 t.rates != 1 ? "that" : "the setting"));
  say(t.penalty > 0, fmt::format("R1 and R2 of weight {:.3g}", t.penalty));
  say(t.momentum < 1, fmt::format("momentum of at most {:.2g}", t.momentum));
  say(t.penalties != 1, fmt::format("penalties at {:.3g} times the settings", t.penalties));
  say(t.augmentation > 0, fmt::format("augmentation with {:.2g} more probability", t.augmentation));
  say(t.schedule_steps > 0, fmt::format("a schedule of {:.0f} steps", t.schedule_steps));
  return out;
}

}  // namespace gan
