#include "cli/scoring.h"

#include <algorithm>

#include "cli/named.h"
#include "gan/core/cache_folder.h"

namespace gan::cli {
namespace {

FeatureSettings features_of(const ScoringOptions& o) {
  FeatureSettings out{.what = o.features, .resize = named<FeatureResize>(o.resize), .size = o.size};
  if (!o.range.empty()) out.range = named<FeatureRange>(o.range);
  return out;
}

}  // namespace

EvaluateSettings with_cache(uint64_t seed, const Say& say) {
  return {.seed = seed, .say = say, .cache = cache_folder()};
}

EvaluateSettings with_cache(uint64_t seed, const Say& say, const ScoringOptions& options,
                            std::vector<ScoreKind>& kinds) {
  EvaluateSettings out = with_cache(seed, say);
  if (!options.scores.empty()) {
    kinds = score_kinds(options.scores);
    out.kinds = kinds;
  }
  out.features = features_of(options);
  out.reference = options.reference;
  return out;
}

}  // namespace gan::cli
