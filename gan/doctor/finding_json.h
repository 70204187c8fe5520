#pragma once
/// Findings as JSON: what `gan doctor --json` prints and metrics.jsonl holds.

#include <nlohmann/json.hpp>

#include <optional>

#include "gan/doctor/finding.h"

namespace gan {

/// {"name", "from", "to": step or null, "text", "done": text or null}
nlohmann::ordered_json json_of(const Finding& finding);

/// Nothing where it is no finding.
std::optional<Finding> finding_of(const nlohmann::ordered_json& json);

}  // namespace gan
