#include <ATen/ATen.h>
#include <fmt/core.h>

#include "gan/judge/classifier.h"
#include "gan/judge/features.h"
#include "gan/judge/score_json.h"

namespace gan {
namespace {

class ClassifierFeatures : public Features {
 public:
  ClassifierFeatures(std::shared_ptr<Classifier> classifier, std::string data)
      : classifier_(std::move(classifier)), data_(std::move(data)) {}

  Tensor of(const Tensor& units) override { return classifier_->features(units); }
  Tensor probabilities(const Tensor& units) override { return classifier_->probabilities(units); }

  std::string about() const override {
    return fmt::format("{} features of a classifier of {}, {:.1f}% accurate on validation examples",
                       classifier_->feature_count(), data_,
                       100 * classifier_->validation_accuracy());
  }

  std::string stamp() const override {
    return compact({{"name", "classifier"},
                    {"size", classifier_->feature_count()},
                    {"hash", classifier_->hash()}});
  }

 private:
  std::shared_ptr<Classifier> classifier_;
  std::string data_;
};

}  // namespace

std::unique_ptr<Features> classifier_features(const Judge& judge, const Path& cache,
                                              const std::function<void(const std::string&)>& say) {
  return std::make_unique<ClassifierFeatures>(kept_classifier(judge, cache, say),
                                              judge.data().name);
}

}  // namespace gan
