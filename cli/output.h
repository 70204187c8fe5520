#pragma once
/// Files that a person names with --out: what is there already may be somebody's work.

#include <string>

#include "gan/core/files.h"

namespace gan::cli {

/// Whether a picture may be written to `out`: nothing is there, or a PNG file that gan made, or
/// `force` is given.
/// @throws UsageError
void check_picture_output(const Path& out, bool force);

/// The same of examples: a table or an array does not say who made it, so nothing may be there, but
/// for such a picture, or `force` is given. @throws UsageError
void check_examples_output(const Path& out, bool force);

/// Nothing is there, or a PNG file that gan made.
bool is_own_picture(const Path& file);

/// @throws UsageError where `out` is the data that `run` (a folder, or a checkpoint in one) was
/// trained on; --force is no help
void check_is_not_training_data(const Path& out, const Path& run);

/// Whether the report of the paper may be written into `folder`: no report is there, or one that
/// gan wrote, or `force` is given.
/// @throws UsageError
void check_report_output(const Path& folder, bool force);

/// Whether an exported file may be written to `out`: nothing is there, or a file that `gan export`
/// wrote, or `force` is given. @throws UsageError
void check_export_output(const Path& out, bool force);

}  // namespace gan::cli
