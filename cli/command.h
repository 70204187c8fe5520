#pragma once
/// The commands, each in the file of its name, and what they share.

#include "cli/command_line.h"
#include "cli/terminal.h"
#include "gan/core/duration.h"
#include "gan/core/table.h"

namespace gan::cli {

int carry_out(const TrainOptions& o);
int carry_out(const SampleOptions& o);
int carry_out(const InterpolateOptions& o);
int carry_out(const EvaluateOptions& o);
int carry_out(const CompareOptions& o);
int carry_out(const ExportOptions& o);
int carry_out(const DoctorOptions& o);
int carry_out(const WatchOptions& o);
int carry_out(const InfoOptions& o);
int carry_out(const ReproduceOptions& o);

/// How the user calls this program: "gan", or as the script ./run was called.
std::string program();

Path program_folder();  ///< that this executable lies in

/// The file of a recipe given by name or path. A word without '/' and '.toml' is the name of a
/// recipe; a file that is called so is taken only where there is no such recipe. @throws UsageError
/// with the nearest name
Path find_recipe(const std::string& name_or_path);

/// Those of the program; and those of the folder ./recipes that have other names. Or, where the
/// environment variable GAN_RECIPES names a folder, those in it alone. Sorted by name.
std::vector<Path> all_recipes();

/// Before the work that is to be written there. @throws WriteError where it cannot be
void check_can_write(const Path& out);

}  // namespace gan::cli
