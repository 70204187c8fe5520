#include "gan/run/folder.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/version.h"
#include "gan/io/tfevents.h"
#include "gan/model/checkpoint.h"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Calls `line(json, text)` for every whole line; a torn last line is passed over.
template <class Line> void each_line(const Path& file, Line line) {
  if (!fs::exists(file)) return;
  const std::string text = read_file(file);
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const Json json = Json::parse(text.begin() + begin, text.begin() + end, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) line(json, std::string_view(text).substr(begin, end + 1 - begin));
  }
}

int64_t step_in(const Json& line) {
  const auto found = line.find("step");
  return found != line.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

RunFolder::Numbers numbers_of(const Json& json) {
  RunFolder::Numbers out;
  for (const auto& [name, value] : json.items())
    if (name != "step" && value.is_number()) out.emplace_back(name, value.get<double>());
  return out;
}

void make_folder(const Path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw DataError("{}: cannot create the folder: {}", path.string(), error.message());
}

/// Nothing there, or no more than a run has that is about to begin or was killed while it began.
bool is_free(const Path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return true;
  if (!fs::is_directory(path, error)) return false;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    const bool ours = name == ".lock" || entry.path().extension() == ".tmp";
    const bool empty_folder = (name == "checkpoints" || name == "samples") && fs::is_empty(entry.path(), error);
    if (!ours && !empty_folder) return false;
  }
  return true;
}

std::vector<Path> checkpoints_in(const Path& folder) {
  std::vector<Path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (step_of(entry.path())) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::optional<int64_t> step_of(const Path& file) {
  long long step = 0;
  int used = 0;
  const std::string name = file.filename().string();
  if (std::sscanf(name.c_str(), "step-%lld.safetensors%n", &step, &used) != 1 || used != static_cast<int>(name.size())) return {};
  return step;
}

RunFolder RunFolder::create(const Path& path, const Config& config) {
  const auto refuse_taken = [&] {
    if (!is_free(path))
      throw UsageError("{}: exists already; choose another --out, or go on with it: train --resume --out {}", path.string(), path.string());
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
  run.lock();
  return run;
}

RunFolder RunFolder::open(const Path& path) {
  if (!fs::exists(path / "config.toml"))
    throw DataError("{}: is not a run (it holds no config.toml); runs are what `gan train` writes", path.string());
  return RunFolder(path);
}

void RunFolder::lock() { lock_ = std::make_shared<FileLock>(path_ / ".lock"); }

Config RunFolder::config() const {
  const Path file = path_ / "config.toml";
  return parse_config(read_file(file), file.string());
}

void RunFolder::write_config(const Config& config) const {
  make_folder(path_ / "checkpoints");
  make_folder(path_ / "samples");
  write_file(path_ / "config.toml", format_config(config));
}

Path RunFolder::samples(int64_t step) const { return path_ / "samples" / fmt::format("step-{:07}.png", step); }
Path RunFolder::checkpoint(int64_t step) const { return path_ / "checkpoints" / fmt::format("step-{:07}.safetensors", step); }

Path RunFolder::find_checkpoint(const std::string& which) const {
  const auto there = checkpoints_in(path_ / "checkpoints");
  if (there.empty()) throw DataError("{}: has no checkpoint yet", path_.string());
  if (which == "last" || which == "best") {
    if (fs::exists(link(which.c_str()))) return link(which.c_str());
    throw DataError("{}: has no '{}' checkpoint{}", path_.string(), which,
                    which == "best" ? ": the run made no evaluation (run.evaluate_every)" : "");
  }
  char* end = nullptr;
  const long long step = std::strtoll(which.c_str(), &end, 10);
  if (which.empty() || *end != '\0') throw UsageError("--checkpoint {}: expected last, best or a step", which);
  if (const Path path = checkpoint(step); fs::exists(path)) return path;
  std::string steps;
  for (const Path& file : there) steps += fmt::format(" {}", *step_of(file));
  throw DataError("{}: has no checkpoint of step {}; there are:{}", path_.string(), step, steps);
}

std::optional<int64_t> RunFolder::last_step() const {
  std::error_code error;
  const Path target = fs::read_symlink(link("last"), error);
  if (error || !fs::exists(path_ / "checkpoints" / target)) return {};
  return step_of(target);
}

std::optional<RunFolder::Checkpoint> RunFolder::last() const {
  const auto step = last_step();
  if (!step) return {};
  Checkpoint out{*step, checkpoint(*step).string(), {}, {}};
  try {
    out.bytes = std::make_shared<const std::string>(read_file(out.file));
    out.content = parse_checkpoint(*out.bytes, out.file);
  } catch (const DataError& error) {
    std::string others;
    for (const Path& file : checkpoints_in(path_ / "checkpoints"))
      if (step_of(file) != step) others = fmt::format("to go on from an earlier one: ln -sfn {} {}", file.filename().string(), link("last").string());
    throw DataError("{}; {}", error.what(), others.empty() ? "there is no other checkpoint: train anew, with another --out" : others);
  }
  return out;
}

void RunFolder::save(int64_t step, std::string_view bytes, bool best, int64_t keep_every) const {
  const Path file = checkpoint(step);
  if (const Path metrics = path_ / "metrics.jsonl"; fs::exists(metrics)) sync_file(metrics);
  write_file(file, bytes);
  if (best) point_link(link("best"), file.filename().string());
  point_link(link("last"), file.filename().string());
  remove_needless(step, keep_every);
}

void RunFolder::remove_needless(int64_t step, int64_t keep_every) const {
  std::error_code error;
  const Path best_file = fs::read_symlink(link("best"), error);
  for (const Path& file : checkpoints_in(path_ / "checkpoints")) {
    const int64_t s = *step_of(file);
    const bool keep = s == step || file.filename() == best_file || (keep_every > 0 && s < step && s % keep_every == 0);
    if (!keep) fs::remove(file, error);
  }
}

void RunFolder::tidy(int64_t step, int64_t keep_every) const {
  remove_needless(step, keep_every);
  std::error_code error;
  for (const Path& folder : {path_, path_ / "checkpoints", path_ / "samples"})
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == ".tmp") fs::remove(entry.path(), error);
  const double time = now();
  std::string kept, events = event_file_header(time);
  each_line(path_ / "metrics.jsonl", [&](const Json& json, std::string_view text) {
    const int64_t at = step_in(json);
    if (at > step) return;
    kept += text;
    events += scalar_event(time, at, numbers_of(json));
  });
  write_file(path_ / "metrics.jsonl", kept);
  write_file(this->events(), events);
}

void RunFolder::log(int64_t step, double epoch, const Numbers& numbers) const {
  Json line;
  line["step"] = step;
  line["epoch"] = epoch;
  for (const auto& [name, value] : numbers) line[name] = std::isfinite(value) ? Json(value) : Json();
  append_file(path_ / "metrics.jsonl", line.dump() + "\n");
  append_file(events(), scalar_event(now(), step, numbers));
}

std::vector<std::pair<int64_t, RunFolder::Numbers>> RunFolder::metrics() const {
  std::vector<std::pair<int64_t, Numbers>> out;
  each_line(path_ / "metrics.jsonl", [&](const Json& json, std::string_view) {
    out.emplace_back(step_in(json), numbers_of(json));
  });
  return out;
}

void RunFolder::note_time(int64_t from, int64_t to, double seconds, int threads) const {
  const Json line = {{"from", from}, {"to", to}, {"seconds", seconds}, {"threads", threads}, {"version", version()}};
  append_file(path_ / "timing.jsonl", line.dump() + "\n");
}

double RunFolder::trained_seconds() const {
  double total = 0;
  each_line(path_ / "timing.jsonl", [&](const Json& json, std::string_view) { 
    if (const auto found = json.find("seconds"); found != json.end() && found->is_number()) total += found->get<double>();
  });
  return total;
}

}  // namespace gan
