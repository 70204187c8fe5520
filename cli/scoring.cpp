#include "cli/scoring.h"

#include "gan/core/cache_folder.h"

namespace gan::cli {

EvaluateSettings with_cache(uint64_t seed, const Say& say) {
  return {.seed = seed, .say = say, .cache = cache_folder()};
}

}  // namespace gan::cli
