#pragma once

#include <string>

namespace gan {

/// Bytes that this process may still take: what the machine has free (with swap), or less where a
/// control group or `ulimit -v` says so.
double available_memory();

std::string bytes_text(double bytes);  ///< "640 MB", "29.8 GB"

}  // namespace gan
