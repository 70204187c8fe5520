#include "gan/run/folder.h"

#include <algorithm>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/core/step_name.h"
#include "gan/model/checkpoint.h"
#include "gan/run/metrics_file.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

void make_folder(const Path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw DataError("{}: cannot create the folder: {}", path.string(), error.message());
}

/// Nothing there, or no more than a run has that is about to begin or was killed while it began.
bool is_free(const Path& path) {
  if (!is_there(path)) return !is_link(path);
  if (!is_folder(path)) return false;
  for (const std::string& name : names_in(path)) {
    const bool ours = name == ".lock" || is_unfinished(name);
    const bool may_be_empty = name == "checkpoints" || name == "samples";
    const bool empty_folder =
        may_be_empty && is_folder(path / name) && names_in(path / name).empty();
    if (!ours && !empty_folder) return false;
  }
  return true;
}

constexpr std::string_view kCheckpointEnding = ".safetensors";

std::string name_of(int64_t step) {
  return step_name(step, kCheckpointEnding);
}

}  // namespace

std::optional<int64_t> step_of(const Path& file) {
  return step_named(file, kCheckpointEnding);
}

RunFolder RunFolder::create(const Path& path, const Config& config) {
  const auto refuse_taken = [&] {
    if (is_free(path)) return;
    if (is_there(path / "config.toml"))
      throw UsageError(
          "{}: exists already; choose another --out, or go on with it: train --resume --out {}",
          path.string(), shell_word(path.string()));
    throw UsageError(
        "{}: exists already, and is neither an empty folder nor a run; choose another --out",
        path.string());
  };
  refuse_taken();
  format_config(config);  // refuses what TOML cannot hold: both before anything is put there
  make_folder(path);
  RunFolder run(path);
  run.lock();
  refuse_taken();  // by another process, a moment ago
  run.write_config(config);
  return run;
}

RunFolder RunFolder::resume(const Path& path) {
  RunFolder run = open(path);
  if (const Path timing = path / "timing.jsonl";
      is_link(timing))  // other files are replaced; this one is added to
    throw DataError("{}: is a link, and what it points to is not written to; remove the link",
                    timing.string());
  run.lock();
  return run;
}

RunFolder RunFolder::open(const Path& path) {
  if (!is_there(path / "config.toml"))
    throw DataError("{}: is not a run (it holds no config.toml); runs are what `gan train` writes",
                    path.string());
  return RunFolder(path);
}

void RunFolder::lock() {
  lock_ = std::make_shared<FileLock>(path_ / ".lock");
}

Config RunFolder::config() const {
  const Path file = path_ / "config.toml";
  try {
    return parse_config(read_file(file), file.string());
  } catch (const UsageError& error) {  // no fault of the command line
    throw DataError("{}", error.what());
  }
}

void RunFolder::write_config(const Config& config) const {
  make_folder(checkpoints());
  make_folder(path_ / "samples");
  write_file(path_ / "config.toml", format_config(config));
}

Path RunFolder::data_folder() const {
  const Path file = path_ / "data-folder";
  if (!is_file(file)) return {};
  const std::string text = read_file(file);
  return text.substr(0, text.find('\n'));
}

void RunFolder::note_data_folder(const Path& folder) const {
  write_file(path_ / "data-folder", folder.string() + "\n");
}

Path RunFolder::samples(int64_t step) const {
  return path_ / "samples" / step_name(step, ".png");
}
Path RunFolder::checkpoint(int64_t step) const {
  return checkpoints() / name_of(step);
}

std::vector<int64_t> RunFolder::steps() const {
  std::vector<int64_t> out;
  for (const std::string& name : names_in(checkpoints())) {
    const auto step = step_of(name);
    if (step && is_file(checkpoints() / name)) out.push_back(*step);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Of a link to a file beside it; nothing where it is a file itself, or points elsewhere or to
/// nothing.
std::optional<int64_t> RunFolder::step_behind(const char* link_name) const {
  std::error_code error;
  const Path target = fs::read_symlink(link(link_name), error);
  if (error || target.has_parent_path() || !is_file(checkpoints() / target)) return {};
  return step_of(target);
}

bool RunFolder::last_is_link() const {
  return step_behind("last").has_value();
}

Path RunFolder::find_checkpoint(const std::string& which) const {
  const std::vector<int64_t> there = steps();
  if (which == "last" || which == "best") {
    const Path named = link(which.c_str());
    const bool is_copy = which == "best" && !is_link(named) && is_file(named);
    if (step_behind(which.c_str()) || is_copy) return named;
    if (which == "last") {
      if (const auto found = find_last()) return found->file;
    }
    if (there.empty()) throw DataError("{}: has no checkpoint yet", path_.string());
    if (is_link(named))
      throw DataError("{}: points to no checkpoint beside it; give a step instead", named.string());
    throw DataError("{}: has no '{}' checkpoint{}", path_.string(), which,
                    which == "best" ? ": the run made no evaluation (run.evaluate_every)" : "");
  }
  const auto step = parse_number<int64_t>(which);
  if (!step) throw UsageError("--checkpoint {}: expected last, best or a step", which);
  if (there.empty()) throw DataError("{}: has no checkpoint yet", path_.string());
  if (std::binary_search(there.begin(), there.end(), *step)) return checkpoint(*step);
  std::string known;
  for (const int64_t other : there) known += fmt::format(" {}", other);
  throw DataError("{}: has no checkpoint of step {}; there are:{}", path_.string(), *step, known);
}

/// Its step is the one in its header, so that a file of any name can be read; where its name holds
/// a step, both must agree.
RunFolder::Checkpoint RunFolder::read(const Path& file) const {
  Checkpoint out{0, file.string(), std::make_shared<const std::string>(read_file(file)), {}};
  out.content = parse_checkpoint(*out.bytes, out.file);
  const auto entry = out.content.metadata.find("step");
  const std::string text = entry == out.content.metadata.end() ? "" : entry->second;
  out.step = parse_number<int64_t>(text).value_or(-1);
  if (out.step < 0)
    throw DataError("{}: its header names no step: it is no checkpoint of gan", out.file);
  if (const auto named = step_of(file); named && *named != out.step)
    throw DataError("{}: holds step {}; give it the name {}", out.file, out.step,
                    name_of(out.step));
  return out;
}

/// Where `last` is a link to a checkpoint, that one. Else the newest of all files that there are: a
/// copy of a run may hold files in place of `last` and `best`.
std::optional<RunFolder::Checkpoint> RunFolder::find_last() const {
  if (const auto step = step_behind("last")) return read(checkpoint(*step));
  std::optional<Checkpoint> newest;
  for (const char* name : {"last", "best"}) {
    if (is_link(link(name)) || !is_file(link(name))) continue;
    try {
      Checkpoint copy = read(link(name));
      if (!newest || copy.step > newest->step) newest = std::move(copy);
    } catch (const DataError&) {
      // A damaged copy: the file that it was made from may be whole.
    }
  }
  const std::vector<int64_t> there = steps();
  if (there.empty() || (newest && newest->step >= there.back())) return newest;
  return read(checkpoint(there.back()));
}

std::optional<int64_t> RunFolder::last_step() const {
  if (const auto step = step_behind("last")) return step;
  const auto found = find_last();
  return found ? std::optional(found->step) : std::nullopt;
}

std::optional<RunFolder::Checkpoint> RunFolder::last() const {
  const auto linked = step_behind("last");
  std::optional<Checkpoint> out;
  try {
    out = find_last();
  } catch (const DataError& error) {
    std::vector<int64_t> others = steps();
    const int64_t newest = others.empty() ? -1 : others.back();
    const int64_t damaged = linked.value_or(newest);
    std::erase(others, damaged);
    if (others.empty())
      throw DataError("{}; there is no other checkpoint: train anew, with another --out",
                      error.what());
    throw DataError("{}; to go on from an earlier one: ln -sfn {} {}", error.what(),
                    shell_word(name_of(others.back())), shell_word(link("last").string()));
  }
  if (out) return out;
  if (!is_folder(checkpoints()))
    throw DataError(
        "{}: the run's folder of checkpoints is missing; put it back, or train anew, with another --out",
        checkpoints().string());
  for (const char* name : {"last", "best"}) {
    std::error_code error;
    if (fs::symlink_status(link(name), error).type() == fs::file_type::not_found) continue;
    throw DataError(
        "{}: is no whole checkpoint, and there is no other; put the checkpoints back, or train anew, with another --out",
        link(name).string());
  }
  const int64_t first = config().run.checkpoint_every;
  const auto told = metrics();
  if (first > 0 && !told.empty() && told.back().first > first)
    throw DataError(
        "{}: holds no checkpoint, though metrics.jsonl goes to step {}; put the checkpoints back, with names like {}, or train anew, with another --out",
        checkpoints().string(), told.back().first, name_of(first));
  return out;
}

void RunFolder::save(int64_t step, std::string_view bytes, bool best, int64_t keep_every) const {
  const Path file = checkpoint(step);
  if (const Path metrics = path_ / "metrics.jsonl"; is_there(metrics)) sync_file(metrics);
  write_file(file, bytes);
  if (best) point_link(link("best"), file.filename().string());
  point_link(link("last"), file.filename().string());
  remove_needless(step, keep_every);
}

void RunFolder::drop_later(int64_t step) const {
  if (is_link(checkpoints())) return;
  std::error_code error;
  if (is_link(link("best")) && step_behind("best") > step) fs::remove(link("best"), error);
  for (const int64_t other : steps())
    if (other > step) fs::remove(checkpoint(other), error);
}

/// Never one that is newer than `step`; and none behind a link to another folder, which may be
/// another run's.
void RunFolder::remove_needless(int64_t step, int64_t keep_every) const {
  if (is_link(checkpoints())) return;
  const auto best = step_behind("best");
  for (const int64_t other : steps()) {
    const bool keep =
        other >= step || other == best || (keep_every > 0 ? other % keep_every : other) == 0;
    std::error_code error;
    if (!keep) fs::remove(checkpoint(other), error);
  }
}

/// What a file in place of a link holds, kept as the checkpoint of its step; nothing where there is
/// no such file, or where it is of no use, or where that checkpoint is there and another one.
std::optional<int64_t> RunFolder::keep_copy(const char* link_name) const {
  const Path named = link(link_name);
  if (is_link(named) || !is_file(named)) return {};
  try {
    const Checkpoint copy = read(named);
    const Path file = checkpoint(copy.step);
    if (!is_there(file)) write_file(file, *copy.bytes);
    return read_file(file) == *copy.bytes ? std::optional(copy.step) : std::nullopt;
  } catch (const WriteError&) {
    throw;
  } catch (const DataError&) {
    return {};  // damaged
  }
}

void RunFolder::tidy(const std::optional<Checkpoint>& from, int64_t keep_every) const {
  const int64_t step = from ? from->step : 0;
  if (from) {
    if (const auto best = keep_copy("best")) point_link(link("best"), name_of(*best));
    if (step_behind("last") != step) {
      const Path file = checkpoint(step);
      if (!is_there(file) || read_file(file) != *from->bytes) write_file(file, *from->bytes);
      keep_copy("last");
      point_link(link("last"), name_of(step));
    }
    remove_needless(step, keep_every);
  }
  remove_unfinished(path_);
  remove_unfinished(checkpoints());
  remove_unfinished(path_ / "samples");
  cut_metrics(step);
}

void RunFolder::log(int64_t step, double epoch, const Numbers& numbers,
                    const std::vector<Finding>& findings) const {
  append_metrics({path_ / "metrics.jsonl", events()}, step, epoch, numbers, findings);
}

void RunFolder::cut_metrics(int64_t step) const {
  gan::cut_metrics({path_ / "metrics.jsonl", events()}, step);
}

std::vector<std::pair<int64_t, RunFolder::Numbers>> RunFolder::metrics() const {
  return read_metrics(path_ / "metrics.jsonl");
}

std::vector<std::pair<int64_t, RunFolder::Numbers>> RunFolder::all_metrics() const {
  return read_all_metrics(path_ / "metrics.jsonl");
}

std::vector<Finding> RunFolder::findings() const {
  return read_findings(path_ / "metrics.jsonl");
}

void RunFolder::write_report(const std::string& text) const {
  const Path file = path_ / "doctor.md";
  if (is_file(file) && !is_link(file) && read_file(file) == text) return;
  write_file(file, text);
}

void RunFolder::note_time(int64_t from, int64_t to, double seconds, int threads) const {
  append_time(path_ / "timing.jsonl", {from, to, seconds, threads});
}

double RunFolder::trained_seconds() const {
  return total_seconds(path_ / "timing.jsonl");
}

}  // namespace gan
