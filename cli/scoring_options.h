#pragma once
/// The options of the commands that score.

#include <CLI/CLI.hpp>

#include <optional>

#include "cli/command_line.h"

namespace gan::cli {

using Chosen = std::optional<Command>;

/// Each adds its command, which sets `chosen` where the user gives it.
void add_evaluate(CLI::App& app, Chosen& chosen);
void add_compare(CLI::App& app, Chosen& chosen);

}  // namespace gan::cli
