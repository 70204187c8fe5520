#include "gan/judge/features.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/judge/score_json.h"
#include "gan/spec/network.h"

namespace gan {
namespace {

constexpr int64_t kSmallestImage = 8;  // height or width

/// The numbers of an example themselves, in judging units.
class Values : public Features {
 public:
  explicit Values(int64_t dim) : dim_(dim) {}
  Tensor of(const Tensor& units) override { return units.flatten(1).to(at::kFloat); }
  std::string about() const override { return fmt::format("the {} values of an example", dim_); }
  std::string stamp() const override { return compact({{"name", "values"}, {"size", dim_}}); }

 private:
  int64_t dim_;
};

bool has_images(const Judge& judge) {
  const Shape seen = seen_by_networks(judge.data().train.shape());
  return judge.data().image && seen.size() == 3 && std::min(seen[1], seen[2]) >= kSmallestImage;
}

constexpr int64_t kWidest = 4096;  // of values whose covariance is computed

std::string chosen_for(const Judge& judge) {
  if (!has_images(judge)) return "values";
  return judge.data().train.labelled() ? "classifier" : "random";
}

}  // namespace

bool has_usual_features(const Judge& judge) {
  return has_images(judge) || judge.data().train.dim() <= kWidest;
}

Tensor Features::probabilities(const Tensor&) {
  return {};
}

std::unique_ptr<Features> make_features(const Judge& judge, const FeatureSettings& settings,
                                        const Path& cache,
                                        const std::function<void(const std::string&)>& say) {
  const std::string what = settings.what.empty() ? chosen_for(judge) : settings.what;
  const bool built_in = what == "values" || what == "classifier" || what == "random";
  if (built_in && (settings.resize != FeatureResize::none || settings.size > 0 || settings.range))
    throw UsageError(
        "features {}: --feature-resize, --feature-size and --feature-range apply only to a "
        "network in a file",
        what);
  if (what == "values") return std::make_unique<Values>(judge.data().train.dim());
  if (what == "classifier") {
    if (!judge.data().train.labelled())
      throw UsageError(
          "features classifier: {} has no labels for a classifier to learn; use random, or a "
          "network in a file",
          judge.data().name);
    return classifier_features(judge, cache, say);
  }
  if (!has_images(judge))
    throw UsageError("features {}: examples of {} are not images of at least {} x {}; use values",
                     what, judge.data().name, kSmallestImage, kSmallestImage);
  return what == "random" ? random_features(judge) : file_features(judge, settings);
}

}  // namespace gan
