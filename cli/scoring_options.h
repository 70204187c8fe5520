#pragma once
/// The options of the commands that score, and of the one that looks for trouble.

#include <CLI/CLI.hpp>

#include "cli/option_checks.h"

namespace gan::cli {

/// Each adds its command, which sets `chosen` where the user gives it.
void add_evaluate(CLI::App& app, Chosen& chosen);
void add_compare(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
void add_watch(CLI::App& app, Chosen& chosen);

}  // namespace gan::cli
