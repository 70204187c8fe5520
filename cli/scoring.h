#pragma once
/// How the commands ask for scores.

#include "gan/evaluate.h"

namespace gan::cli {

/// Of this seed, with the controls in gan/core/cache_folder.h's folder.
EvaluateSettings with_cache(uint64_t seed, const Say& say);

}  // namespace gan::cli
