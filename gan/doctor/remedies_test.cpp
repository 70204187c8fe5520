#include "gan/doctor/remedies.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gan {
namespace {

TEST(Remedies, AreForFindingsThatDetectorsMake) {
  for (const Remedy& remedy : remedies()) {
    const auto is_it = [&](const Detector& d) { return d.name == remedy.finding; };
    EXPECT_TRUE(std::any_of(detectors().begin(), detectors().end(), is_it)) << remedy.finding;
    const bool may_go_back =
        remedy.course != Course::go_on && remedy.course != Course::go_on_at_once;
    EXPECT_EQ(may_go_back, !remedy.event.empty()) << remedy.finding;
  }
}

TEST(Remedies, DifferFromTheTreatmentSoFar) {
  const TrainingFacts facts{.steps = 700};
  for (const Remedy& remedy : remedies()) {
    const auto next = remedy.changes({}, 0, {facts, {}});
    ASSERT_FALSE(next.empty()) << remedy.finding;
    for (const Treatment& treatment : next) EXPECT_NE(treatment, Treatment{}) << remedy.finding;
  }
}

std::vector<Treatment> next_of(std::string_view finding, const Treatment& now,
                               const History& history = {}) {
  const TrainingFacts facts{.steps = 700};
  for (const Remedy& remedy : remedies())
    if (remedy.finding == finding) return remedy.changes(now, 0, {facts, history});
  ADD_FAILURE() << finding;
  return {};
}

TEST(Remedies, LowerRatesStepByStepAndRaiseThemWhereTheyWereLoweredTooMuch) {
  double rate = 1;
  for (const double expected : {0.3, 0.03, 0.003, 3e-5}) {
    rate = next_of("dead-units", {.rates = rate}).at(0).rates;
    EXPECT_NEAR(rate, expected, 1e-12);
  }
  const auto first = next_of("no-progress", {});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0], (Treatment{.penalty = 0.1, .momentum = 0.5}));
  EXPECT_EQ(first[1], Treatment{.rates = 0.3});
  const auto later = next_of("no-progress", {.rates = 0.027});
  ASSERT_EQ(later.size(), 1u);  // and never lower
  EXPECT_NEAR(later[0].rates, 0.081, 1e-12);
}

TEST(Remedies, MakeLongStepsOfUsualLength) {
  const auto next_after = [](double share) {
    History history;
    for (int i = 1; i <= 5; ++i) history.add(i, {{"d_step", 0.01}, {"g_step", share}});
    return next_of("diverges", {.rates = 0.5}, history).at(0);
  };
  EXPECT_NEAR(next_after(0.4).rates, 0.025, 1e-12);  // to 2% of the norm
  EXPECT_NEAR(next_after(0.05).rates, 0.15, 1e-12);  // and no more than 0.3 times as long
  EXPECT_EQ(next_after(0.03), (Treatment{.rates = 0.5, .penalty = 0.1, .momentum = 0.5}));
}

TEST(Remedies, MakeDNoMoreThanTenTimesFaster) {
  const auto next = next_of("d-too-weak", {.d_rate = 10, .penalties = 1e-4});
  for (const Treatment& t : next) EXPECT_EQ(t, (Treatment{.d_rate = 10, .penalties = 1e-4}));
  EXPECT_EQ(next_of("d-too-weak", {}).at(1), Treatment{.d_rate = 10});
}

TEST(Remedies, AreToldInWords) {
  EXPECT_EQ(description({}), "");
  EXPECT_EQ(description({.rates = 0.3}), "learning rates at 0.3 times the settings");
  EXPECT_EQ(
      description({.rates = 0.09, .d_rate = 0.3, .penalty = 0.1}),
      "learning rates at 0.09 times the settings, D's learning rate at 0.3 times that, R1 and R2 of "
      "weight 0.1");
  EXPECT_EQ(description({.d_rate = 0.3, .penalties = 0.01, .schedule_steps = 2000}),
            "D's learning rate at 0.3 times the setting, penalties at 0.01 times the settings, a "
            "schedule of 2000 steps");
  EXPECT_EQ(description({.penalty = 0.1, .momentum = 0.5}),
            "R1 and R2 of weight 0.1, momentum of at most 0.5");
  EXPECT_EQ(description({.augmentation = 0.2}), "augmentation with 0.2 more probability");
}

}  // namespace
}  // namespace gan
