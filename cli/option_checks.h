#pragma once
/// Checks of option values, with messages in plain words, and options that several commands have.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "gan/core/files.h"

namespace gan::cli {

using Chosen = std::optional<Command>;  ///< the command that the user gives

CLI::Validator whole(int64_t low, int64_t high = std::numeric_limits<int64_t>::max());
CLI::Validator number(double low, double high);
CLI::Validator some_text();
CLI::Validator some_time();

/// @throws UsageError where `out` is a folder, or has none of these extensions
void check_output(const Path& out, std::initializer_list<std::string> extensions);

/// "0-63,100" -> 0, 1, ..., 63, 100. @throws UsageError for what is no list of whole numbers from 0
/// on, and for more than a million
std::vector<uint64_t> seeds_of(const std::string& list);

void add_data_dir(CLI::App& command, std::string& data_dir);
/// --resize and the others; those that are given are appended to `pictures`.
void add_pictures(CLI::App& command, PictureOptions& pictures);
void add_device(CLI::App& command, std::string& device, const std::string& help);
void add_force(CLI::App& command, bool& force);

}  // namespace gan::cli
