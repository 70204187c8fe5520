#pragma once
/// The options of `gan export`.

#include <CLI/CLI.hpp>

#include "cli/option_checks.h"

namespace gan::cli {

/// Adds the command, which sets `chosen` where the user gives it.
void add_export(CLI::App& app, Chosen& chosen);

}  // namespace gan::cli
