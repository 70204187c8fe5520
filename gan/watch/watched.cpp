#include "gan/watch/watched.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/doctor/finding_json.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kPictures[] = {"curves.png", "nearest.png"};
constexpr size_t kLargestPicture = 64 << 20, kLargestConfig = 1 << 20;

bool is_run(const Path& folder) {
  return is_file(folder / "config.toml");
}

/// Seconds since 1970; 0 where there is no such file.
double changed(const Path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return 0;
  return static_cast<double>(found.st_mtim.tv_sec) +
         static_cast<double>(found.st_mtim.tv_nsec) * 1e-9;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// A regular file, no link, of no more than so many bytes.
std::optional<std::string> read_own(const Path& file, size_t most) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
  if (static_cast<size_t>(found.st_size) > most) return {};
  std::ifstream in(file, std::ios::binary);
  std::string out(static_cast<size_t>(found.st_size), '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<size_t>(in.gcount()));
  return out;
}

/// The step of the last whole line.
int64_t last_step(const Path& metrics) {
  constexpr int64_t kTail = 1 << 16;
  std::ifstream in(metrics, std::ios::binary | std::ios::ate);
  if (!in) return 0;
  const int64_t size = in.tellg(), begin = std::max<int64_t>(0, size - kTail);
  std::string tail(static_cast<size_t>(size - begin), '\0');
  in.seekg(begin);
  in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  tail.resize(tail.rfind('\n') == tail.npos ? 0 : tail.rfind('\n'));
  const size_t from = tail.rfind("{\"step\":");
  return from == tail.npos ? 0 : std::atoll(tail.c_str() + from + 8);
}

bool is_sample(const std::string& name) {
  return name.starts_with("step-") && name.ends_with(".png") &&
         std::all_of(name.begin() + 5, name.end() - 4, [](char c) { return '0' <= c && c <= '9'; });
}

std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

WatchedRuns::WatchedRuns(Path root) : root_(std::move(root)), one_run_(is_run(root_)) {
  if (!is_folder(root_))
    throw DataError("{}: a run, or a folder of runs, was expected{}", root_.string(),
                    is_there(root_) ? ", this is a file" : ": there is none");
}

std::optional<Path> WatchedRuns::folder_of(const std::string& id) const {
  if (one_run_)
    return id == absolute_path(root_).filename().string() ? std::optional(root_) : std::nullopt;
  const bool is_name = !id.empty() && id != "." && id != ".." && id.find('/') == id.npos &&
                       id.find('\0') == id.npos && id.size() < 256;
  if (!is_name || !is_run(root_ / id)) return {};
  return root_ / id;
}

std::string WatchedRuns::list() {
  std::vector<std::string> ids;
  if (one_run_)
    ids.push_back(absolute_path(root_).filename().string());
  else
    for (const std::string& name : names_in(root_))
      if (is_run(root_ / name)) ids.push_back(name);
  const double time = now();
  std::vector<std::pair<double, Json>> runs;
  for (const std::string& id : ids) {
    const std::optional<Path> folder = folder_of(id);
    if (!folder) continue;
    const Path metrics = *folder / kMetrics;
    const double at = std::max(changed(metrics), changed(*folder / "config.toml"));
    runs.emplace_back(at, Json{{"id", id},
                               {"step", last_step(metrics)},
                               {"changed", std::round(std::max(0.0, time - at))}});
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (runs.size() > kMostRuns) runs.resize(kMostRuns);
  Json out{{"runs", Json::array()}};
  for (const auto& [at, run] : runs) out["runs"].push_back(run);
  return text(out);
}

std::string WatchedRuns::state() {
  std::string out;
  std::vector<std::string> ids{""};
  if (!one_run_) ids = names_in(root_);
  for (const std::string& id : ids) {
    const Path folder = root_ / id;
    if (!is_run(folder)) continue;
    out += id;
    for (const Path& file : {folder / kMetrics, folder / "samples", folder / "curves.png"})
      out += ":" + std::to_string(changed(file));
    out += "\n";
  }
  return out;
}

std::optional<std::string> WatchedRuns::run(const std::string& id) {
  const std::optional<Path> folder = folder_of(id);
  const std::lock_guard lock(mutex_);
  if (!folder) {
    curves_.erase(id);
    return {};
  }
  Curves& curves = curves_.try_emplace(id, *folder / kMetrics).first->second;
  curves.update();
  Json out{{"id", id},
           {"config", read_own(*folder / "config.toml", kLargestConfig).value_or("")},
           {"step", curves.last_step()},
           {"curves", Json::object()},
           {"findings", Json::array()},
           {"samples", Json::array()},
           {"pictures", Json::array()}};
  for (const auto& [name, curve] : curves.all()) {
    Json& points = out["curves"][name] = Json::array();
    for (const auto& [step, value] : curve.points()) points.push_back({step, value});  // NaN: null
  }
  for (const Finding& finding : curves.findings()) out["findings"].push_back(json_of(finding));
  for (const std::string& name : names_in(*folder / "samples"))
    if (is_sample(name)) out["samples"].push_back(name);
  for (const char* name : kPictures)
    if (is_file(*folder / name)) out["pictures"].push_back(name);
  return text(out);
}

std::optional<std::string> WatchedRuns::picture(const std::string& id, const std::string& name) {
  const std::optional<Path> folder = folder_of(id);
  if (!folder) return {};
  if (is_sample(name)) return read_own(*folder / "samples" / name, kLargestPicture);
  for (const std::string_view known : kPictures)
    if (name == known) return read_own(*folder / name, kLargestPicture);
  return {};
}

}  // namespace gan
