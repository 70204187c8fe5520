#include <gtest/gtest.h>

#include <cmath>

#include "gan/doctor/testing.h"

namespace gan {
namespace {

TEST(SampleSigns, FindCollapseInEachOfItsForms) {
  const auto one = [](int i) { return with(i, {{"width", 0.05}, {"covered", 0.02}}); };
  EXPECT_EQ(names_in(found(one)), Expected{"collapse"});
  const auto few = [](int i) { return with(i, {{"crowd", 0.01}}); };
  EXPECT_EQ(names_in(found(few)), Expected{"collapse"});
  const auto flat = [](int i) {
    NamedNumbers line = healthy(i);
    line.emplace_back("narrowest", 0.02);
    return line;
  };
  EXPECT_TRUE(found(flat).at(0).text.starts_with("along one of the directions"));
  const auto points = [](int i) {
    NamedNumbers line = healthy(i);
    line.emplace_back("spread_within", 0.1);
    return line;
  };
  EXPECT_TRUE(found(points).at(0).text.starts_with("inside their modes"));
  const auto alone = [](int) { return NamedNumbers{{"width", 0.01}}; };  // of few examples
  EXPECT_EQ(names_in(found(alone)), Expected{"collapse"});
  const auto half = [](int i) { return with(i, {{"covered", 0.5}, {"inside", 0.95}}); };
  const auto findings = found(half);
  ASSERT_EQ(names_in(findings), Expected{"collapse"});
  EXPECT_TRUE(findings[0].text.starts_with("95% of the samples lie among the data, but only 50%"));
  const auto growing = [](int i) {  // modes fill up
    return with(i, {{"covered", i < 60 ? 0.05 * std::pow(1.12, i / 2) : 0.9}, {"inside", 0.95}});
  };
  EXPECT_EQ(names_in(found(growing)), Expected{});
  const auto not_yet = [](int i) { return with(i, {{"covered", 0.1}, {"inside", 0.2}}); };
  EXPECT_EQ(names_in(found(not_yet)), Expected{});  // nothing is learned yet: no collapse
}

TEST(SampleSigns, WaitUntilGIsTrainedBeforeTheyCallItCollapsed) {
  const auto narrow = [](int i) { return with(i, {{"width", 0.05}, {"z_effect", 0.01}}); };
  EXPECT_EQ(names_in(found(narrow, 20)), Expected{});  // 1,000 steps
  EXPECT_EQ(names_in(found(narrow, 22)), (Expected{"collapse", "z-ignored"}));
  const auto falls = [](int i) {
    return with(i, {{"width", i == 0 ? 0.9 : 0.05}, {"z_effect", i == 0 ? 0.9 : 0.01}});
  };
  EXPECT_EQ(names_in(found(falls, 5)), (Expected{"collapse", "z-ignored"}));
}

TEST(SampleSigns, FindTroubleWithLabelsZAndCopies) {
  EXPECT_EQ(names_in(found([](int i) {
              return with(i, {{"class_width", 0.1}});
            })),
            Expected{"class-collapse"});
  EXPECT_EQ(names_in(found([](int i) {
              return with(i, {{"z_effect", 0.01}});
            })),
            Expected{"z-ignored"});
  EXPECT_EQ(names_in(found([](int i) {
              return with(i, {{"copies", 0.8}});
            })),
            Expected{"memorises"});
  EXPECT_EQ(names_in(found([](int i) {
              return with(i, {{"d_overfit", 0.7}, {"d_overfit_errors", 9}});
            })),
            Expected{"d-overfits"});
  EXPECT_EQ(names_in(found([](int i) {  // of few examples: it may be chance
              return with(i, {{"d_overfit", 0.7}, {"d_overfit_errors", 2}});
            })),
            Expected{});
}

}  // namespace
}  // namespace gan
