#pragma once
/// docs/options.md: every option of every command and every setting of a recipe.

#include <CLI/CLI.hpp>

#include <string>

namespace gan::cli {

/// As Markdown, from the command line's own options and the fields of the settings.
std::string options_reference(const CLI::App& app);

}  // namespace gan::cli
