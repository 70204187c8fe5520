#pragma once
/// The runs of a folder as a page shows them: JSON, and pictures.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "gan/core/files.h"
#include "gan/watch/curves.h"

namespace gan {

/// Any thread may ask. Runs may appear, grow and be deleted meanwhile.
class WatchedRuns {
 public:
  /// A run, or a folder of runs. @throws DataError where it is neither
  explicit WatchedRuns(Path root);

  /// {"runs": [{"id", "step", "changed": seconds since it was}, ...]}, the newest first, at most
  /// kMostRuns of them.
  std::string list();
  /// {"config": text, "curves": {name: [[step, value or null], ...]}, "findings": [...], "samples":
  /// [names], "pictures": [names]}. Nothing where there is no such run.
  std::optional<std::string> run(const std::string& id);
  /// A PNG file of the run: one of those names.
  std::optional<std::string> picture(const std::string& id, const std::string& name);

  /// Another text whenever list() would say that something has changed.
  std::string state();

  static constexpr size_t kMostRuns = 200;

 private:
  std::optional<Path> folder_of(const std::string& id) const;

  Path root_;
  bool one_run_;
  std::mutex mutex_;
  std::map<std::string, Curves> curves_;  // of the runs that were looked at
};

}  // namespace gan
