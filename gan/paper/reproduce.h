#pragma once
/// All of the paper, computed again: its parts, what was computed before, and the report.

#include "gan/paper/parts.h"
#include "gan/paper/report.h"
#include "gan/paper/reproduction.h"

namespace gan::paper {

struct Reproduced {
  Report report;             ///< of all parts, or, after an interruption, of those there are
  bool interrupted = false;  ///< the same call goes on
};

/// Trains, computes and draws what is missing, and writes the report into settings.out, a folder
/// that is there; after an interruption, that of the parts there are, if there are any. @throws
/// DataError, UsageError
Reproduced reproduce(const ReproduceSettings& settings);

}  // namespace gan::paper
