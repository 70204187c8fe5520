#pragma once
/// The words of a two-sample test.

#include <string>

#include "gan/judge/two_sample.h"
#include "gan/run/folder.h"

namespace gan {

std::string accuracy_text(const TwoSampleResult& result);  ///< "57.0% [56.0, 58.0]"

/// The newest two-sample test in a run's metrics: "53.2% [52.2, 54.2], p = 6e-11 against guessing";
/// "none" where there was none.
std::string last_two_sample_test(const RunFolder& run);

}  // namespace gan
