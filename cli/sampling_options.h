#pragma once
/// The options of the commands that draw samples.

#include <CLI/CLI.hpp>

#include "cli/option_checks.h"

namespace gan::cli {

/// Each adds its command, which sets `chosen` where the user gives it.
void add_sample(CLI::App& app, Chosen& chosen);
void add_interpolate(CLI::App& app, Chosen& chosen);

}  // namespace gan::cli
