#pragma once
/// The files of a run that grow line by line: metrics.jsonl with its TensorBoard twin, and
/// timing.jsonl. A torn last line, of a run that was killed, is passed over.

#include <cstdint>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/run/folder.h"

namespace gan {

struct MetricsFiles {
  Path lines, events;  ///< metrics.jsonl; the TensorBoard file of the same numbers
};

/// @throws WriteError
void append_metrics(const MetricsFiles& files, int64_t step, double epoch,
                    const RunFolder::Numbers& numbers, const std::vector<Finding>& findings);

/// Leaves out what is later than `step`, and writes the events anew. @throws WriteError
void cut_metrics(const MetricsFiles& files, int64_t step);

std::vector<std::pair<int64_t, RunFolder::Numbers>> read_metrics(const Path& lines);
/// The same with NaN for each number that was not finite.
std::vector<std::pair<int64_t, RunFolder::Numbers>> read_all_metrics(const Path& lines);
/// In the order in which they began, each as it was written last.
std::vector<Finding> read_findings(const Path& lines);

/// How long one process took from one step to another. @throws WriteError
struct TimeSpent {
  int64_t from, to;
  double seconds;
  int threads;
};
void append_time(const Path& file, const TimeSpent& time);
double total_seconds(const Path& file);

}  // namespace gan
