#pragma once
/// What the subcommands share. Each file adds its own to the app; `main` runs it and maps errors to exit codes.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gan/core/files.h"
#include "gan/spec/config.h"

namespace gan::cli {

void add_train(CLI::App& app, int& exit_code);
void add_sample(CLI::App& app);
void add_interpolate(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_info(CLI::App& app);

/// How the user calls this program: "gan", or "./run" from the launcher.
std::string program();

/// The file of a recipe given by name or path. @throws UsageError with the nearest name
Path find_recipe(const std::string& name_or_path);
std::vector<Path> all_recipes();

/// $GAN_DATA-like folder option shared by all commands that open data.
CLI::Option* add_data_dir(CLI::App& app, std::string& data_dir);

void add_device(CLI::App& app, std::string& device, const std::string& help);

/// Whole numbers, any numbers, and texts that are not empty; they say so in plain words otherwise.
CLI::Validator whole(int64_t low, int64_t high = std::numeric_limits<int64_t>::max());
CLI::Validator number(double low, double high);
CLI::Validator some_text();

bool on_terminal();              ///< stderr is one: progress may redraw its line
std::string duration(double seconds);  ///< "42 s", "3 min 10 s", "2 h 5 min"
std::string count(int64_t n);    ///< 1,234,567

/// A table for people: columns aligned, the first to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace gan::cli
