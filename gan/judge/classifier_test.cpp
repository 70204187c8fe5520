#include "gan/judge/classifier.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/judge/features.h"
#include "gan/judge/kinds.h"
#include "gan/judge/testing.h"

namespace gan {
namespace {

TEST(Classifier, LearnsClassesAndSeesWrongLabels) {
  const DataSet data = halves(1000, true);
  const Judge judge(data);
  Classifier classifier(judge, 1);
  EXPECT_EQ(classifier.accuracy(judge.valid(), labels_of(data.valid, 0, 1000)), 1);
  EXPECT_DOUBLE_EQ(classifier.accuracy(judge.test(), labels_of(data.test, 0, 1000)), 0.95);
  Classifier again(judge, 1);
  EXPECT_TRUE(at::equal(again.classes(judge.test()), classifier.classes(judge.test())));
}

TEST(Classifier, ComesBackFromItsBytes) {
  const DataSet data = halves(300);
  const Judge judge(data);
  Classifier classifier(judge, 1);
  const std::string bytes = classifier.write();
  Classifier again(judge, std::string_view(bytes));
  EXPECT_TRUE(at::equal(again.features(judge.test()), classifier.features(judge.test())));
  EXPECT_TRUE(at::equal(again.probabilities(judge.test()), classifier.probabilities(judge.test())));
  EXPECT_EQ(again.hash(), classifier.hash());
  EXPECT_EQ(again.validation_accuracy(), 1);
  EXPECT_NE(Classifier(judge, 2).hash(), classifier.hash());
  EXPECT_THROW(Classifier(judge, std::string_view("nothing")), DataError);
}

/// Class accuracy and features ask for it one after the other, also where no folder keeps it.
TEST(Classifier, IsTrainedOnceForAJudge) {
  const DataSet data = halves(100);
  const Judge judge(data);
  int trained = 0;
  const auto count = [&](const std::string&) { ++trained; };
  const std::shared_ptr<Classifier> first = kept_classifier(judge, {}, count);
  make_features(judge, {.what = "classifier"}, {}, count);
  EXPECT_EQ(kept_classifier(judge, {}, count), first);
  EXPECT_EQ(trained, 1);
  EXPECT_EQ(first->hash(), Classifier(judge, 0).hash());
}

TEST(Classifier, NeedsLabels) {
  DataSet data = halves(100);
  data.train = Examples({8, 8}, std::vector<uint8_t>(6400, 3));
  const Judge judge(data);
  EXPECT_THROW(Classifier(judge, 1), DataError);
}

/// Draws images of `halves`; of every fourth sample, the other class than its label says.
class Painter : public GenerativeModel, public Conditional {
 public:
  explicit Painter(int64_t classes) : classes_(classes) {}
  int64_t classes() const override { return classes_; }
  Tensor labels(int64_t n, uint64_t seed, int64_t first) const override {
    return (at::arange(first, first + n, at::kLong) + static_cast<int64_t>(seed)).remainder(2);
  }
  Tensor sample(int64_t n, uint64_t seed, int64_t first) override {
    const Tensor number = at::arange(first, first + n, at::kLong);
    const Tensor shown = (labels(n, seed, first) + number.remainder(4).eq(0)).remainder(2);
    const Tensor column = at::arange(8, at::kLong).view({1, 1, 8}).ge(4);
    const Tensor bright = column.eq(shown.view({n, 1, 1}).eq(1)).expand({n, 8, 8});
    return (bright.to(at::kFloat) * 120 + 32) / 255;
  }

 private:
  int64_t classes_;
};

TEST(ClassAccuracy, IsTheShareOfSamplesThatShowTheirClass) {
  const DataSet data = halves(1000, true);
  const Judge judge(data);
  const Encoding encoding;
  for (const uint64_t seed : {0, 1}) {
    Painter painter(2);
    const ScoredModel of{
        .model = painter, .learner = nullptr, .setup = {}, .encoding = encoding, .own_units = {}};
    Subject s{.judge = judge, .seed = seed, .say = [](const std::string&) {}};
    s.samples = painter.sample(400, seed, 0).flatten(1);
    s.model = &of;
    ASSERT_TRUE(class_accuracy_applies(s));
    const ScoreReport report = score_class_accuracy(s);
    EXPECT_DOUBLE_EQ(report.scores.at(0).value, 0.75);
    EXPECT_LT(report.scores.at(0).low, 0.75);
    EXPECT_GT(report.scores.at(0).high, 0.75);
    EXPECT_DOUBLE_EQ(report.scores.at(0).controls.at(0).value, 0.95);
  }
  Painter without(0);
  const ScoredModel of{
      .model = without, .learner = nullptr, .setup = {}, .encoding = encoding, .own_units = {}};
  Subject s{.judge = judge, .seed = 0, .say = [](const std::string&) {}};
  EXPECT_FALSE(class_accuracy_applies(s));
  s.model = &of;
  EXPECT_FALSE(class_accuracy_applies(s));
}

}  // namespace
}  // namespace gan
