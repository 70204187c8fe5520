#pragma once
/// How the commands ask for scores.

#include "cli/command_line.h"
#include "gan/evaluate.h"

namespace gan::cli {

/// Of this seed, with the controls in gan/core/cache_folder.h's folder.
EvaluateSettings with_cache(uint64_t seed, const Say& say);

/// The same with these settings. `kinds` keeps the rows that are chosen, and must outlive the
/// result. @throws UsageError for names that nothing has
EvaluateSettings with_cache(uint64_t seed, const Say& say, const ScoringOptions& options,
                            std::vector<ScoreKind>& kinds);

}  // namespace gan::cli
