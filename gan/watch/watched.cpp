#include "gan/watch/watched.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/core/paths.h"
#include "gan/core/step_name.h"
#include "gan/doctor/finding_json.h"
#include "gan/watch/game.h"
#include "gan/watch/own_file.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kConfig = "config.toml";
constexpr const char* kSamples = "samples";
constexpr const char* kNearest = "nearest.png";
constexpr const char* kCheckpoints = "checkpoints";
constexpr const char* kCheckpointEnding = ".safetensors";
constexpr int64_t kLargestPicture = 64 << 20, kLargestConfig = 1 << 20, kLargestPage = 64 << 20,
                  kLargestToy = 64 << 20;

/// Nothing where it is not there, or cannot be looked at.
std::optional<struct stat> look_at(const Path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  return found;
}

bool is_run(const Path& folder) {
  const auto config = look_at(folder / kConfig);
  return config && S_ISREG(config->st_mode);
}

/// Seconds since 1970; 0 where there is no such file.
double changed(const Path& file) {
  const auto found = look_at(file);
  return found ? static_cast<double>(found->st_mtim.tv_sec) : 0;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Another text for another file, or where it was written to; empty where it is not there.
std::string version_of(const Path& file) {
  const auto found = look_at(file);
  if (!found) return {};
  return fmt::format("{}-{}-{}-{}", found->st_ino, found->st_size, found->st_mtim.tv_sec,
                     found->st_mtim.tv_nsec);
}

std::optional<std::string> read_own(const Path& path, int64_t most) {
  const OwnFile file(path);
  if (!file || file.size() > most) return {};
  return file.read(0, static_cast<size_t>(file.size()));
}

/// The whole lines at the end of a file, of so many bytes at most.
std::string last_lines(const Path& path, int64_t most) {
  const OwnFile file(path);
  if (!file) return {};
  std::string tail = file.read(std::max<int64_t>(0, file.size() - most), static_cast<size_t>(most));
  tail.resize(tail.rfind('\n') + 1);
  if (file.size() > most) tail.erase(0, tail.find('\n') + 1);
  return tail;
}

/// The step of the last whole line.
int64_t last_step(const Path& metrics) {
  const std::string tail = last_lines(metrics, 1 << 16);
  const size_t from = tail.rfind("{\"step\":");
  return from == tail.npos ? 0 : std::atoll(tail.c_str() + from + 8);
}

/// The files of a folder that are named by steps, by their steps.
std::vector<std::pair<int64_t, std::string>> steps_in(const Path& folder, const char* ending) {
  std::vector<std::pair<int64_t, std::string>> found;
  try {
    for (const std::string& name : names_in(folder))
      if (const auto step = step_named(name, ending)) found.emplace_back(*step, name);
  } catch (const DataError&) {  // may not be read
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A name that a page can ask for.
bool is_utf8(const std::string& name) {
  return Json::parse(text(name)) == name;
}

Path without_last_slash(const Path& path) {
  const Path whole = absolute_path(path);
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

WatchedRuns::WatchedRuns(const Path& root)
    : root_(without_last_slash(root)), name_(root_.filename().string()) {
  if (!is_folder(root_))
    throw DataError("{}: a run, or a folder of runs, was expected{}", root.string(),
                    is_there(root_) ? ", this is a file" : ": there is none");
}

std::vector<std::pair<std::string, Path>> WatchedRuns::folders() const {
  if (is_run(root_)) return {{name_, root_}};
  std::vector<std::pair<std::string, Path>> out;
  for (const std::string& name : names_in(root_))
    if (is_utf8(name) && is_run(root_ / name)) out.emplace_back(name, root_ / name);
  return out;
}

std::optional<Path> WatchedRuns::folder_of(const std::string& name) const {
  if (is_run(root_)) return name == name_ ? std::optional(root_) : std::nullopt;
  constexpr std::string_view kNone("/\0", 2);
  const bool is_name =
      !name.empty() && name != "." && name != ".." && name.find_first_of(kNone) == name.npos;
  if (!is_name || !is_run(root_ / name)) return {};
  return root_ / name;
}

std::string WatchedRuns::list() {
  const double time = now();
  std::vector<std::pair<double, Json>> runs;
  for (const auto& [id, folder] : folders()) {
    const Path metrics = folder / kMetrics;
    const double at = std::max(changed(metrics), changed(folder / kConfig));
    runs.emplace_back(at, Json{{"id", id},
                               {"step", last_step(metrics)},
                               {"changed", std::round(std::max(0.0, time - at))}});
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(curves_, [&](const auto& known) { return !folder_of(known.first); });
  std::stable_sort(runs.begin(), runs.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (runs.size() > kMostRuns) runs.resize(kMostRuns);
  Json out{{"runs", Json::array()}};
  for (const auto& [at, run] : runs) out["runs"].push_back(run);
  return text(out);
}

std::string WatchedRuns::state() const {
  std::string out;
  for (const auto& [id, folder] : folders()) {
    out += id;
    for (const char* file : {kMetrics, kConfig, kSamples, kCheckpoints, kNearest})
      out += ":" + version_of(folder / file);
    for (const std::string_view page : kPages) out += ":" + version_of(folder / page);
    out += "\n";
  }
  return out;
}

std::optional<std::string> WatchedRuns::run(const std::string& id) {
  const std::optional<Path> folder = folder_of(id);
  if (!folder) return {};
  const std::lock_guard lock(mutex_);
  Curves& curves = curves_.try_emplace(id, *folder / kMetrics).first->second;
  curves.update();
  Json out{{"id", id},
           {"config", read_own(*folder / kConfig, kLargestConfig).value_or("")},
           {"step", curves.last_step()},
           {"curves", Json::object()},
           {"findings", Json::array()},
           {"samples", Json::array()},
           {"checkpoints", Json::array()},
           {"pages", Json::array()},
           {"nearest", version_of(*folder / kNearest)},
           {"version", version_of(*folder / kConfig)}};
  for (const auto& [step, name] : steps_in(*folder / kSamples, ".png"))
    out["samples"].push_back(name);
  for (const auto& [step, name] : steps_in(*folder / kCheckpoints, kCheckpointEnding))
    out["checkpoints"].push_back(step);
  for (const std::string_view page : kPages)
    if (look_at(*folder / page)) out["pages"].push_back(page);
  for (const auto& [name, curve] : curves.all()) {
    Json& points = out["curves"][name] = Json::array();
    for (const auto& [step, value] : curve.points()) points.push_back({step, value});  // NaN: null
  }
  for (const Finding& finding : curves.findings()) out["findings"].push_back(json_of(finding));
  return text(out);
}

std::optional<std::string> WatchedRuns::picture(const std::string& id,
                                                const std::string& name) const {
  const std::optional<Path> folder = folder_of(id);
  if (!folder) return {};
  if (name == kNearest) return read_own(*folder / name, kLargestPicture);
  if (!step_named(name, ".png")) return {};
  return read_own(*folder / kSamples / name, kLargestPicture);
}

std::optional<std::string> WatchedRuns::page(const std::string& id, const std::string& name) const {
  const std::optional<Path> folder = folder_of(id);
  if (!folder || std::ranges::find(kPages, name) == std::end(kPages)) return {};
  return read_own(*folder / name, kLargestPage);
}

std::optional<std::string> WatchedRuns::log(const std::string& id) const {
  const std::optional<Path> folder = folder_of(id);
  if (!folder) return {};
  const std::string tail = last_lines(*folder / kMetrics, 1 << 18);
  std::deque<std::string> lines;
  for (size_t from = 0, end; (end = tail.find('\n', from)) != tail.npos; from = end + 1) {
    lines.push_back(tail.substr(from, end - from));
    if (lines.size() > kMostLines) lines.pop_front();
  }
  return text(Json{{"lines", lines}});
}

std::optional<std::string> WatchedRuns::game(const std::string& id, const std::string& step) const {
  const std::optional<Path> folder = folder_of(id);
  const std::optional<int64_t> number = parse_number<int64_t>(step);
  if (!folder || !number || *number < 0) return {};
  const std::string name = step_name(*number, kCheckpointEnding);
  const auto bytes = read_own(*folder / kCheckpoints / name, kLargestToy);
  if (!bytes) return {};
  try {
    return game_json(*bytes, id + ", " + name);
  } catch (const DataError& error) {  // of this checkpoint alone
    throw UsageError("{}", error.what());
  }
}

}  // namespace gan
