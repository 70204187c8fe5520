#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/judge/binomial.h"
#include "gan/judge/classifier.h"
#include "gan/judge/kinds.h"
#include "gan/judge/score_json.h"

namespace gan {
namespace {

const Conditional* conditional_of(const Subject& s) {
  if (s.model == nullptr) return nullptr;
  const auto* model = dynamic_cast<const Conditional*>(&s.model->model);
  return model != nullptr && model->classes() > 0 ? model : nullptr;
}

std::string percent(double share) {
  return fmt::format("{:.1f}%", 100 * share);
}

}  // namespace

bool class_accuracy_applies(const Subject& s) {
  return conditional_of(s) != nullptr && s.judge.data().train.labelled();
}

/// Labels of samples are those of the seed that samples were drawn with.
ScoreReport score_class_accuracy(const Subject& s) {
  const DataSet& data = s.judge.data();
  const std::shared_ptr<Classifier> classifier = kept_classifier(s.judge, s.cache, s.say);
  const int64_t n = s.samples.size(0);
  const Tensor label = conditional_of(s)->labels(n, s.seed).to(at::kCPU);
  const double value = classifier->accuracy(s.samples, label);
  const auto around = [](double share, int64_t count) {
    return clopper_pearson(std::llround(share * static_cast<double>(count)), count, 0.95);
  };
  const Interval interval = around(value, n);
  const int64_t tests = data.test.size();
  const double test_accuracy = classifier->accuracy(s.judge.test(), labels_of(data.test, 0, tests));
  const Interval test_interval = around(test_accuracy, tests);
  const Score score{
      .name = "class accuracy",
      .protocol =
          "share of samples whose class, as a classifier of real examples reads it, is the "
          "one that was asked for; 95% interval of Clopper and Pearson",
      .value = value,
      .low = interval.low,
      .high = interval.high,
      .samples = n,
      .cell = fmt::format("{} [{:.1f}, {:.1f}]", percent(value), 100 * interval.low,
                          100 * interval.high),
      .controls = {{"test examples", percent(test_accuracy), test_accuracy, test_interval.low,
                    test_interval.high}},
      .stamp = compact({{"classifier", classifier->hash()}, {"samples", n}})};
  return {
      .scores = {score},
      .text = labelled(
          "class accuracy",
          fmt::format("a classifier reads the class that was asked for in {} of the samples\n"
                      "(control: the right class of {} of the test examples)",
                      score.cell, percent(test_accuracy))),
      .json = compact({{"class_accuracy",
                        {{"accuracy", value},
                         {"low", interval.low},
                         {"high", interval.high},
                         {"samples", n},
                         {"control", {{"what", "test examples"}, {"accuracy", test_accuracy}}}}}})};
}

}  // namespace gan
