#pragma once
/// Limits of the shell under which the tensor library would hang or crash while it is loaded,
/// before anything could be said.

namespace gan::cli {

/// @throws UsageError where `ulimit -v`, `-s` or `-u` leaves too little
void check_limits();

}  // namespace gan::cli
