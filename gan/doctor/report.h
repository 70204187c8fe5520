#pragma once
/// Findings for people.

#include <string>
#include <vector>

#include "gan/doctor/finding.h"

namespace gan {

/// "step 400: dead-units: 27% of ...", or "step 900: dead-units is over (since step 400)".
std::string line_about(int64_t step, const Finding& finding);

/// "from step 400 to 900", "from step 400 on", "before training".
std::string time_of(const Finding& finding);

/// doctor.md of a run.
std::string doctor_report(const std::vector<Finding>& findings);

}  // namespace gan
