#pragma once

#include "cli/command_line.h"

namespace gan::cli {

/// Describes the data set that `gan info` is asked for, and draws examples of it where --out is
/// given.
void info_data(const InfoOptions& o);

}  // namespace gan::cli
