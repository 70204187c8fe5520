#include "gan/doctor/data_findings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/random.h"
#include "gan/doctor/testing.h"

namespace gan {
namespace {

/// n rows of two normal numbers about `mean`, times `width`, of stream `name`.
std::vector<float> normal(const char* name, int64_t n, float mean = 0, float width = 1) {
  std::vector<float> out(static_cast<size_t>(2 * n));
  Stream(1, name).normal(out, 2 * n, 0, 0);
  for (float& x : out) x = mean + width * x;
  return out;
}

DataSet data_of(const std::vector<float>& train, const std::vector<float>& valid) {
  DataSet data;
  data.train = Examples({2}, train);
  data.valid = Examples({2}, valid);
  return data;
}

TEST(DataFindings, FindNothingInGoodData) {
  EXPECT_EQ(names_in(data_findings(data_of(normal("a", 2000), normal("b", 500)))), Expected{});
  EXPECT_EQ(names_in(data_findings(data_of(normal("a", 50), normal("b", 20)))), Expected{});
}

TEST(DataFindings, FindDataWithoutVariety) {
  const std::vector<float> same(400, 3);
  const auto findings = data_findings(data_of(same, same));
  ASSERT_EQ(names_in(findings), Expected{"data-no-variety"});
  EXPECT_EQ(findings[0].from, 0);
  EXPECT_TRUE(findings[0].text.starts_with("200 training examples hold only 1 different one:"))
      << findings[0].text;
}

TEST(DataFindings, FindAClassThatIsNearlyAll) {
  for (const int others : {2, 40}) {
    DataSet data = data_of(normal("a", 1000), normal("b", 500));
    std::vector<int32_t> labels(1000, 1);
    for (int i = 0; i < others; ++i) labels[static_cast<size_t>(i)] = 0;
    data.train = std::move(data.train).with_labels(labels);
    data.classes = {"few", "many"};
    EXPECT_EQ(names_in(data_findings(data)),
              others == 2 ? Expected{"data-no-variety"} : Expected{});
  }
}

TEST(DataFindings, FindColumnsThatAreTheSameInAllRows) {
  std::vector<float> values = normal("a", 1000);
  for (size_t i = 1; i < values.size(); i += 2) values[i] = 4;
  DataSet data = data_of(values, values);
  data.columns = {"height", "planet"};
  const auto findings = data_findings(data);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].name, "data-no-variety");
  EXPECT_TRUE(findings[0].text.starts_with("these are the same in every training example: planet;"))
      << findings[0].text;
  data.columns.clear();
  EXPECT_NE(data_findings(data)[0].text.find("example: column 2;"), std::string::npos);
  data.image = true;  // whose corners are often black
  for (const Finding& f : data_findings(data)) EXPECT_NE(f.name, "data-no-variety");
}

TEST(DataFindings, FindCopies) {
  std::vector<float> twice = normal("a", 200);
  for (int i = 0; i < 3; ++i) {
    const std::vector<float> again = normal("a", 200);
    twice.insert(twice.end(), again.begin(), again.end());
  }
  const auto findings = data_findings(data_of(twice, normal("b", 500)));
  ASSERT_EQ(names_in(findings), Expected{"data-duplicates"});
  EXPECT_TRUE(findings[0].text.starts_with("75% of 800 training examples repeat others"))
      << findings[0].text;
}

TEST(DataFindings, FindHeldOutExamplesAmongTrainingExamples) {
  std::vector<float> valid = normal("b", 500);
  const std::vector<float> train = normal("a", 2000);
  std::copy_n(train.begin(), 300, valid.begin());  // 150 examples
  const auto findings = data_findings(data_of(train, valid));
  ASSERT_EQ(names_in(findings), Expected{"data-split"});
  EXPECT_TRUE(findings[0].text.starts_with("30% of 500 held-out examples are also training"))
      << findings[0].text;
}

TEST(DataFindings, FindSplitsThatDiffer) {
  EXPECT_EQ(names_in(data_findings(data_of(normal("a", 2000), normal("b", 500, 1)))),
            Expected{"data-split"});
  EXPECT_EQ(names_in(data_findings(data_of(normal("a", 2000), normal("b", 500, 0, 3)))),
            Expected{"data-split"});  // the same mean, another spread
}

/// The best accuracy for N(0, 1) against N(1, 1) in both of two numbers is Phi(sqrt(2) / 2).
TEST(Separation, IsAsGoodAsItCanBe) {
  const Separation apart =
      separation(Examples({2}, normal("a", 4000)), Examples({2}, normal("b", 4000, 1)));
  EXPECT_EQ(apart.judged, 4000);
  EXPECT_NEAR(apart.accuracy, 0.5 * std::erfc(-0.5), 3 * apart.error());
  EXPECT_NEAR(apart.error(), 0.5 / std::sqrt(4000), 1e-12);
  const Separation none =
      separation(Examples({2}, normal("a", 4000)), Examples({2}, normal("b", 4000)));
  EXPECT_NEAR(none.accuracy, 0.5, 4 * none.error());
}

TEST(Separation, IsNotJudgedByWhatItWasFittedOn) {
  const Separation none =
      separation(Examples({200}, normal("a", 4000)), Examples({200}, normal("b", 4000)));
  EXPECT_EQ(none.judged, 40);
  EXPECT_LT(none.accuracy, 0.5 + 3 * none.error());
}

}  // namespace
}  // namespace gan
