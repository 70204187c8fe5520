#pragma once
/// The runs of a folder as a page shows them: JSON, and pictures.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/watch/curves.h"

namespace gan {

/// Any thread may ask. Runs may appear, grow and be deleted meanwhile.
class WatchedRuns {
 public:
  /// A run, or a folder of runs. @throws DataError where it is neither
  explicit WatchedRuns(const Path& root);

  /// {"runs": [{"id", "step", "changed": seconds since it was}, ...]}, the newest first, at most
  /// kMostRuns of them.
  std::string list();
  /// {"config": text, "curves": {name: [[step, value or null], ...]}, "findings": [...], "samples":
  /// [names, by their steps], "checkpoints": [steps], "pages": [those of kPages that are there],
  /// "nearest": of the picture of nearest neighbours, "version": of the run; texts that change with
  /// them, empty where there is none}. Nothing where there is no such run.
  std::optional<std::string> run(const std::string& id);
  /// One of the samples, or the nearest neighbours, a PNG file.
  std::optional<std::string> picture(const std::string& id, const std::string& name) const;
  /// One of kPages: HTML, written by gan or by anybody else.
  std::optional<std::string> page(const std::string& id, const std::string& name) const;
  /// The newest lines of metrics.jsonl, oldest first: {"lines": [text, ...]}.
  std::optional<std::string> log(const std::string& id) const;
  /// game_json() of a kept checkpoint. Nothing where there is none of that step.
  /// @throws UsageError where that checkpoint cannot be drawn
  std::optional<std::string> game(const std::string& id, const std::string& step) const;

  /// Another text whenever a run was added to, appeared or is gone.
  std::string state() const;

  static constexpr size_t kMostRuns = 200, kMostLines = 200;
  static constexpr std::string_view kPages[] = {"scores.html", "doctor.html"};

 private:
  /// By their ids, which are UTF-8: the root alone, where it is a run; else the runs in it.
  std::vector<std::pair<std::string, Path>> folders() const;
  std::optional<Path> folder_of(const std::string& id) const;

  Path root_;
  std::string name_;  // of the root
  std::mutex mutex_;
  std::map<std::string, Curves> curves_;  // of the runs that were looked at
};

}  // namespace gan
