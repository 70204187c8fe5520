#include "gan/doctor/detectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "gan/doctor/testing.h"

namespace gan {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Detectors, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Detector& d : detectors()) {
    EXPECT_TRUE(names.insert(d.name).second) << d.name;
    EXPECT_GE(d.begin, 1);
    EXPECT_GE(d.end, 1);
  }
  const std::set<std::string_view> contract = {
      "dead-units", "collapse",    "class-collapse", "z-ignored", "d-too-strong",
      "d-too-weak", "d-overfits",  "memorises",      "diverges",  "not-finite",
      "circles",    "no-progress", "schedule"};
  EXPECT_EQ(names, contract);
}

TEST(Detectors, FindNothingInAHealthyTraining) {
  EXPECT_EQ(names_in(found(healthy, 100)), Expected{});
}

TEST(Detectors, FindUnitsThatAreDeadAtFiveChecksInARow) {
  const auto dying = [](int i) { return with(i, {{"G.dead.1", i < 10 ? 0.05 : 0.27}}); };
  const auto findings = found(dying);
  ASSERT_EQ(names_in(findings), Expected{"dead-units"});
  EXPECT_EQ(findings[0].from, 50 * 15);  // lines 10 to 14 show it
  EXPECT_TRUE(findings[0].text.starts_with("27% of the units of G's layer 1 gave the same "))
      << findings[0].text;
  const auto biased = [](int i) { return with(i, {{"G.dead.1", 0.3}, {"G.dead_bias.1", -3.14}}); };
  EXPECT_NE(found(biased).at(0).text.find("in a row, with a mean bias of -3.1: they pass no"),
            std::string::npos);
  const auto now_and_then = [](int i) { return with(i, {{"G.dead.1", i % 5 ? 0.9 : 0.1}}); };
  EXPECT_EQ(names_in(found(now_and_then)), Expected{});
}

TEST(Detectors, CallNoUnitOfDDeadByASmallBatch) {
  TrainingFacts small = usual();
  small.batch_size = 4;
  const auto line = [](int) { return NamedNumbers{{"D.dead.2", 0.8}}; };
  EXPECT_EQ(names_in(found_in(line, 20, small)), Expected{});
  EXPECT_EQ(names_in(found_in(line, 20, usual())), Expected{"dead-units"});
}

TEST(Detectors, FindLossesAndSamplesThatGrow) {
  const auto growing = [](int i) { return with(i, {{"d_loss", i < 30 ? 1 : std::exp2(i - 30)}}); };
  EXPECT_EQ(names_in(found(growing, 60)), Expected{"diverges"});
  const auto peak = [](int i) { return with(i, {{"d_loss", i == 30 ? 1000 : 1}}); };
  EXPECT_EQ(names_in(found(peak, 60)), Expected{});
  const auto steep = [](int i) {
    return with(i, {{"g_gradient", i < 40 ? 0.5 + 0.1 * std::sin(i) : std::exp2(i - 40)}});
  };
  const auto findings = found(steep, 60);
  ASSERT_EQ(names_in(findings), Expected{"diverges"});
  EXPECT_TRUE(findings[0].text.starts_with("the gradient of G grew from 0.")) << findings[0].text;
  const auto heavy = [](int i) { return with(i, {{"d_weights", i < 30 ? 20 : 220}}); };
  const auto heavier = found(heavy, 60);
  ASSERT_EQ(names_in(heavier), Expected{"diverges"});
  EXPECT_TRUE(heavier[0].text.starts_with("the norm of D's weights grew from 20 "))
      << heavier[0].text;
  const auto learned = [](int i) { return with(i, {{"d_weights", 20 + 0.5 * i}}); };
  EXPECT_EQ(names_in(found(learned, 200)), Expected{});
  const auto wide = [](int i) { return with(i, {{"spread", 1 + 0.2 * i}}); };
  EXPECT_EQ(names_in(found(wide, 60)), Expected{"diverges"});
}

TEST(Detectors, FindStepsThatAreLongForTheWeights) {
  const auto long_steps = [](int i) { return with(i, {{"d_step", 0.02}, {"g_step", 0.13}}); };
  const auto findings = found(long_steps, 20);
  ASSERT_EQ(names_in(findings), Expected{"diverges"});
  EXPECT_EQ(findings[0].from, 250);
  EXPECT_TRUE(findings[0].text.starts_with(
      "steps move the weights of a player by up to 13% of their norm (5 checks)"))
      << findings[0].text;
  const auto at_first = [](int i) { return with(i, {{"d_step", i < 4 ? 0.5 : 0.03}}); };
  EXPECT_EQ(names_in(found(at_first, 20)), Expected{});
}

TEST(Detectors, AllowLargeLossesWhereTheyMeanNothing) {
  TrainingFacts wasserstein = usual();
  wasserstein.bounded = wasserstein.log_odds = false;
  const auto large = [](int i) { return with(i, {{"d_loss", -80 + std::sin(i)}}); };
  EXPECT_EQ(names_in(found_in(large, 60, wasserstein)), Expected{});
  EXPECT_EQ(names_in(found(large, 60)), Expected{"diverges"});
  const auto growing = [](int i) {
    return with(i, {{"d_loss", i < 30 ? -2 : -2 * std::exp2(i - 30)}});
  };
  EXPECT_EQ(names_in(found_in(growing, 60, wasserstein)), Expected{"diverges"});
  const auto steeper = [](int i) { return with(i, {{"d_gradient", i < 30 ? 1 : 300}}); };
  EXPECT_EQ(names_in(found_in(steeper, 60, wasserstein)), Expected{});
  EXPECT_EQ(names_in(found(steeper, 60)), Expected{"diverges"});
}

TEST(Detectors, FindNumbersThatAreNotFinite) {
  const auto findings = found([](int i) { return with(i, {{"g_loss", i == 20 ? kNaN : 1}}); }, 30);
  ASSERT_EQ(names_in(findings), Expected{"not-finite"});
  EXPECT_EQ(findings[0].from, 50 * 21);
  EXPECT_NE(findings[0].text.find("g_loss"), std::string::npos);
}

TEST(Detectors, FindADThatIsSureOrSaysNothing) {
  const auto sure = [](int i) { return with(i, {{"D(x)", 0.999}, {"D(G(z))", 0.002}}); };
  EXPECT_EQ(names_in(found(sure)), Expected{"d-too-strong"});
  const auto no_gradient = [](int i) {
    return with(i, {{"D(x)", 0.999}, {"D(G(z))", 0.002}, {"g_gradient", 3e-5}});
  };
  EXPECT_NE(found(no_gradient).at(0).text.find("hardly learns from it (a gradient of norm 3e-05)"),
            std::string::npos);
  TrainingFacts hinge = usual();
  hinge.log_odds = false;
  EXPECT_EQ(names_in(found_in(sure, 80, hinge)), Expected{});
  const auto hesitant = [](int i) { return with(i, {{"D(x)", 0.95}, {"D(G(z))", 0.1}}); };
  EXPECT_EQ(names_in(found(hesitant)), Expected{});

  const auto blind = [](int i) {
    return with(i, {{"D(x)", 0.501}, {"D(G(z))", 0.5}, {"inside", 0.03}, {"covered", 0}});
  };
  EXPECT_EQ(names_in(found(blind)), Expected{"d-too-weak"});
  EXPECT_EQ(names_in(found_in(blind, 80, hinge)), Expected{});
  TrainingFacts under_noise = usual();
  under_noise.noise_steps = 1000000;
  EXPECT_EQ(names_in(found_in(blind, 80, under_noise)), Expected{});
  const auto even = [](int i) { return with(i, {{"D(x)", 0.501}, {"D(G(z))", 0.5}}); };
  EXPECT_EQ(names_in(found(even)), Expected{});  // the end that the paper proves
}

TEST(Detectors, FindADThatMovesFarLessThanG) {
  const auto slow = [](int i) {
    return with(i, {{"d_step", 0.001}, {"g_step", 0.004}, {"inside", 0.3}, {"covered", 0.3}});
  };
  const auto findings = found(slow, 50);
  ASSERT_EQ(names_in(findings), Expected{"d-too-weak"});
  EXPECT_EQ(findings[0].from, 50 * 37);  // from 30% of the steps on, in 8 lines
  EXPECT_TRUE(findings[0].text.starts_with(
      "D moves by 0.1% of the norm of its weights while G moves by 0.4% "))
      << findings[0].text;
  const auto among = [](int i) { return with(i, {{"d_step", 0.001}, {"g_step", 0.004}}); };
  EXPECT_EQ(names_in(found(among, 50)), Expected{});
  TrainingFacts often = usual();
  often.k = 2;
  EXPECT_EQ(names_in(found_in(slow, 50, often)), Expected{});
}

TEST(Detectors, FindAGameThatCircles) {
  const auto circling = [](int i) {
    const double swing = 0.3 * std::sin(2 * std::acos(-1.0) * i / 12);
    return with(i, {{"D(x)", 0.5 - swing}, {"D(G(z))", 0.5 + swing}});
  };
  const auto findings = found(circling, 100);
  ASSERT_EQ(names_in(findings), Expected{"circles"});
  EXPECT_NE(findings[0].text.find("period of about 600 steps"), std::string::npos)
      << findings[0].text;
  const auto drifting = [](int i) { return with(i, {{"D(G(z))", 0.006 * i}}); };
  EXPECT_EQ(names_in(found(drifting, 100)), Expected{});
  const auto jumping = [](int i) {  // without a period
    return with(i, {{"D(G(z))", 0.5 + 0.4 * std::sin(static_cast<double>(i) * i)}});
  };
  EXPECT_EQ(names_in(found(jumping, 100)), Expected{});
}

TEST(Detectors, FindSamplesThatSpreadAndShrink) {
  const auto thrown = [](int i) {
    return with(i, {{"spread", i % 8 < 4 ? 0.6 : 1.8}, {"D(G(z))", 0.5}});
  };
  const auto findings = found(thrown, 40);
  ASSERT_EQ(names_in(findings), Expected{"circles"});
  EXPECT_TRUE(findings[0].text.starts_with(
      "in 30 checks, the spread of the samples swung between 0.6 and 1.8 "))
      << findings[0].text;
  EXPECT_NE(findings[0].text.find("turned 7 times"), std::string::npos) << findings[0].text;
  const auto gently = [](int i) {
    return with(i, {{"spread", i % 8 < 4 ? 0.8 : 1.4}, {"D(G(z))", 0.5}});
  };
  EXPECT_EQ(names_in(found(gently, 80)), Expected{});
  const auto once = [](int i) {
    constexpr double kSpread[] = {0.2, 3, 1};
    return with(i, {{"spread", kSpread[std::min(i / 30, 2)]}, {"D(G(z))", 0.5}});
  };
  EXPECT_EQ(names_in(found(once, 80)), Expected{});
  TrainingFacts small = usual();
  small.batch_size = 16;  // the spread of 16 examples is hardly known
  EXPECT_EQ(names_in(found_in(thrown, 40, small)), Expected{});
}

TEST(Detectors, FindAScoreThatFalls) {
  const auto falling = [](int i) {
    return with(i, {{"score", 100 + 0.3 * std::sin(7 * i) + (i < 30 ? i : 60 - i)}});
  };
  const auto findings = found(falling);
  ASSERT_EQ(names_in(findings), Expected{"no-progress"});
  EXPECT_NE(findings[0].text.find("was best at step 1550"), std::string::npos) << findings[0].text;
  const auto level = [](int i) {
    return with(i, {{"score", 100 + std::min(i, 20) + std::sin(7 * i)}});
  };
  EXPECT_EQ(names_in(found(level, 100)), Expected{});
}

TEST(Detectors, FindATrainingThatLeadsNowhere) {
  const auto line = [](int i) {
    NamedNumbers out = healthy(i);
    for (auto& [name, value] : out)
      if (name == "inside" || name == "covered") value = 0.04;
    if (i % 5 == 0) out.emplace_back("inside_data", 0.95);
    return out;
  };
  EXPECT_EQ(names_in(found(line, 59)), Expected{});  // 2,950 of 5,000 steps
  const auto findings = found(line, 80);
  ASSERT_EQ(names_in(findings), Expected{"no-progress"});
  EXPECT_TRUE(findings[0].text.starts_with("3050 of 5000 steps are over, and only 4.0% of the "))
      << findings[0].text;
  const auto late = [](int i) { return with(i, {{"inside", 0.3}, {"inside_data", 0.95}}); };
  EXPECT_EQ(names_in(found(late, 80)), Expected{});  // 4,000 steps
  EXPECT_EQ(names_in(found(late, 90)), Expected{"no-progress"});
  TrainingFacts under_noise = usual();
  under_noise.noise_steps = 4500;
  EXPECT_EQ(names_in(found_in(line, 80, under_noise)), Expected{});
  TrainingFacts small = usual();
  small.batch_size = 4;
  EXPECT_NE(found_in(line, 80, small).at(0).text.find("a larger training.batch_size (of 4 "),
            std::string::npos);
}

TEST(Detectors, AllowGoodImagesToLieFartherFromTheData) {
  for (const double inside : {0.01, 0.2}) {
    const auto line = [=](int i) {
      return with(i, {{"inside", inside}, {"covered", inside}, {"inside_data_of_many", 0.8}});
    };
    EXPECT_EQ(names_in(found(line, 90)), inside < 0.1 ? Expected{"no-progress"} : Expected{});
  }
}

TEST(Detectors, FindAScheduleThatDoesNotFitTheLength) {
  TrainingFacts facts = usual();
  facts.schedule_steps = 2000;
  auto findings = found_in(healthy, 20, facts);
  ASSERT_EQ(names_in(findings), Expected{"schedule"});
  EXPECT_NE(findings[0].text.find("at step 2000 of 5000"), std::string::npos);
  facts.schedule_steps = 20000;
  findings = found_in(healthy, 20, facts);
  ASSERT_EQ(names_in(findings), Expected{"schedule"});
  EXPECT_NE(findings[0].text.find("after 25% of the schedule"), std::string::npos);
  facts.last_rate = facts.rate;  // it does not fall
  EXPECT_EQ(names_in(found_in(healthy, 20, facts)), Expected{});
  facts = usual();
  facts.steps = 200;  // a trial
  EXPECT_EQ(names_in(found_in(healthy, 4, facts)), Expected{});
}

TEST(TrainingFacts, ComeFromTheSettings) {
  Config c;
  c.training = {.steps = 700, .batch_size = 32, .learning_rate = 2e-3};
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 600;
  c.optimizer.min_rate = 1e-4;
  for (const char* game : {"minimax", "non-saturating", "relativistic"}) {
    c.game.value = game;
    EXPECT_TRUE(training_facts(c).log_odds) << game;
    EXPECT_TRUE(training_facts(c).bounded) << game;
  }
  c.game.value = "hinge";
  EXPECT_FALSE(training_facts(c).log_odds);
  EXPECT_TRUE(training_facts(c).bounded);
  c.game.value = "wasserstein";
  c.game.instance_noise_steps = 40;
  EXPECT_EQ(training_facts(c).noise_steps, 0);
  c.game.instance_noise = 0.5;
  c.game.k = 3;
  const TrainingFacts facts = training_facts(c);
  EXPECT_EQ(facts.noise_steps, 40);
  EXPECT_EQ(facts.k, 3);
  EXPECT_FALSE(facts.bounded);
  EXPECT_TRUE(facts.adversarial);
  EXPECT_EQ(facts.steps, 700);
  EXPECT_EQ(facts.batch_size, 32);
  EXPECT_EQ(facts.schedule_steps, 600);
  EXPECT_EQ(facts.rate, 2e-3);
  EXPECT_EQ(facts.last_rate, 1e-4);
  c.run.model = "rbm";
  EXPECT_FALSE(training_facts(c).adversarial);
}

}  // namespace
}  // namespace gan
