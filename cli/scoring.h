#pragma once
/// How the commands ask for scores.

#include "gan/evaluate.h"

namespace gan::cli {

Path cache_folder();  ///< $XDG_CACHE_HOME/gan, or ~/.cache/gan; "" where there is none

/// Of this seed, with the controls in cache_folder().
EvaluateSettings with_cache(uint64_t seed, const Say& say);

}  // namespace gan::cli
