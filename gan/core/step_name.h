#pragma once
/// Files that are named by a step of training.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gan/core/files.h"

namespace gan {

/// "step-0001000.png"
std::string step_name(int64_t step, std::string_view ending);

/// The step of a file that step_name() names so, in exactly its digits; nothing where the name is
/// another.
std::optional<int64_t> step_named(const Path& file, std::string_view ending);

}  // namespace gan
