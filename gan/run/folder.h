#pragma once
/// A run is a folder: config.toml, metrics.jsonl, TensorBoard events, samples/, curves.png,
/// checkpoints/.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/doctor/finding.h"
#include "gan/io/safetensors.h"
#include "gan/spec/config.h"

namespace gan {

class RunFolder {
 public:
  /// A new run at `path`, which must not exist or be empty; holds its lock. @throws UsageError,
  /// DataError
  static RunFolder create(const Path& path, const Config& config);
  /// An existing one, to go on with; holds its lock. @throws DataError also when another process
  /// does, or a link is in place of a file that is added to
  static RunFolder resume(const Path& path);
  /// An existing one, to read. @throws DataError when there is no config.toml
  static RunFolder open(const Path& path);

  const Path& path() const { return path_; }
  Config config() const;  ///< @throws DataError naming the line of config.toml
  void write_config(const Config& config) const;

  /// Where data of a name were found when the run was trained last; empty where that is not known.
  Path data_folder() const;
  void note_data_folder(const Path& folder) const;

  Path samples(int64_t step) const;  ///< samples/step-0001000.png
  Path curves() const { return path_ / "curves.png"; }
  Path checkpoint(int64_t step) const;  ///< checkpoints/step-0001000.safetensors

  /// `which`: "last", "best" or a step. @throws DataError listing what there is
  Path find_checkpoint(const std::string& which) const;

  /// Of the checkpoint to go on from: the one that `last` points to. Copies of a run may have lost
  /// that link, or hold a file in its place: then the newest whole one. Nothing where there is
  /// none. @throws DataError where the folder cannot be read
  std::optional<int64_t> last_step() const;
  bool last_is_link() const;  ///< to a checkpoint that is there, as `save` leaves it

  struct Checkpoint {
    int64_t step;
    std::string file;
    std::shared_ptr<const std::string> bytes;
    SafeTensors content;  ///< views into `bytes`
  };
  /// The one to go on from, read. Changes nothing. @throws DataError when it is damaged, saying
  /// which others there are; also where there was one and none is left, so that a resume never
  /// begins anew over what is there
  std::optional<Checkpoint> last() const;

  /// The one of that step. @throws DataError when it is damaged or not there
  Checkpoint read_step(int64_t step) const { return read(checkpoint(step)); }

  std::vector<int64_t> steps() const;  ///< of the checkpoints that there are, ascending

  void drop_later(int64_t step) const;  ///< removes checkpoints of later steps, and `best`
                                        ///< where it is one of these

  /// Writes a checkpoint, points `last` (and `best`) at it, removes earlier ones that nothing
  /// needs.
  void save(int64_t step, std::string_view bytes, bool best, int64_t keep_every) const;

  /// To be called before training goes on from `from`, as `last` gave it. Gives `last` and `best`
  /// their links again where a copy has files in their place, without losing a checkpoint. Away
  /// with what a crash may have left behind: unfinished files, earlier checkpoints that nothing
  /// needs, metrics after that step. Rewrites the event file.
  void tidy(const std::optional<Checkpoint>& from, int64_t keep_every) const;

  using Numbers = NamedNumbers;
  /// One line of metrics.jsonl, one event. findings: that begin or end with it.
  void log(int64_t step, double epoch, const Numbers& numbers,
           const std::vector<Finding>& findings = {}) const;
  std::vector<std::pair<int64_t, Numbers>> metrics() const;
  /// The same with NaN for each number that was not finite.
  std::vector<std::pair<int64_t, Numbers>> all_metrics() const;
  /// As they were written with the metrics, each as it was written last.
  std::vector<Finding> findings() const;
  void cut_metrics(int64_t step) const;              ///< leaves out what is later
  void write_report(const std::string& text) const;  ///< doctor.md, where it is not the same

  void note_time(int64_t from, int64_t to, double seconds,
                 int threads) const;  ///< a line of timing.jsonl
  double trained_seconds() const;     ///< over all parts of it, up to the newest checkpoint

 private:
  explicit RunFolder(Path path) : path_(std::move(path)) {}
  void lock();
  Path checkpoints() const { return path_ / "checkpoints"; }
  std::optional<int64_t> step_behind(const char* link_name) const;
  std::optional<Checkpoint> find_last() const;
  Checkpoint read(const Path& file) const;
  std::optional<int64_t> keep_copy(const char* link_name) const;
  void remove_needless(int64_t step, int64_t keep_every) const;
  Path link(const char* name) const { return path_ / "checkpoints" / name; }
  Path events() const { return path_ / "events.out.tfevents.0.gan"; }
  Path path_;
  std::shared_ptr<const FileLock> lock_;  ///< of those who write
};

/// The step of a name like step-0001000.safetensors, in exactly the digits that gan gives it;
/// nothing where the name is another.
std::optional<int64_t> step_of(const Path& file);

}  // namespace gan
