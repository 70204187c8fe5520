#include "cli/scoring.h"

#include "gan/core/cache_folder.h"

namespace gan::cli {
namespace {

FeatureSettings features_of(const ScoringOptions& o) {
  FeatureSettings out{.what = o.features, .size = o.size};
  if (o.resize == "tf1") out.resize = FeatureResize::tf1;
  if (o.resize == "bicubic") out.resize = FeatureResize::bicubic;
  if (o.range == "0..255") out.range = FeatureRange::bytes;
  if (o.range == "0..1") out.range = FeatureRange::unit;
  if (o.range == "-1..1") out.range = FeatureRange::symmetric;
  if (o.range == "inception") out.range = FeatureRange::inception;
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
