#include "gan/run/metrics_file.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gan/core/paths.h"
#include "gan/core/version.h"
#include "gan/doctor/doctor.h"
#include "gan/doctor/finding_json.h"
#include "gan/io/tfevents.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Calls `line(json, text)` for every whole line; a torn last line is passed over, and so are those
/// longer than any of ours.
template <class Line>
void each_line(const Path& file, Line line) {
  if (!is_there(file)) return;
  const std::string text = read_file(file);
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    constexpr size_t kLongestLine = 65536;
    if (end - begin > kLongestLine) continue;
    const Json json =
        Json::parse(text.begin() + begin, text.begin() + end, nullptr, /*allow_exceptions=*/false);
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

}  // namespace

void append_metrics(const MetricsFiles& files, int64_t step, double epoch,
                    const RunFolder::Numbers& numbers, const std::vector<Finding>& findings) {
  Json line;
  line["step"] = step;
  line["epoch"] = epoch;
  for (const auto& [name, value] : numbers)
    line[name] = std::isfinite(value) ? Json(value) : Json();
  for (const Finding& finding : findings) line["findings"].push_back(json_of(finding));
  append_file(files.lines, line.dump() + "\n");
  append_file(files.events, scalar_event(now(), step, numbers));
}

void cut_metrics(const MetricsFiles& files, int64_t step) {
  const double time = now();
  std::string kept, events = event_file_header(time);
  each_line(files.lines, [&](const Json& json, std::string_view text) {
    const int64_t at = step_in(json);
    if (at > step) return;
    kept += text;
    events += scalar_event(time, at, numbers_of(json));
  });
  write_file(files.lines, kept);
  write_file(files.events, events);
}

std::vector<std::pair<int64_t, RunFolder::Numbers>> read_metrics(const Path& lines) {
  std::vector<std::pair<int64_t, RunFolder::Numbers>> out;
  each_line(lines, [&](const Json& json, std::string_view) {
    out.emplace_back(step_in(json), numbers_of(json));
  });
  return out;
}

std::vector<std::pair<int64_t, RunFolder::Numbers>> read_all_metrics(const Path& lines) {
  std::vector<std::pair<int64_t, RunFolder::Numbers>> out;
  each_line(lines, [&](const Json& json, std::string_view) {
    RunFolder::Numbers numbers;
    for (const auto& [name, value] : json.items()) {
      if (name == "step" || !(value.is_number() || value.is_null())) continue;
      numbers.emplace_back(
          name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
    }
    out.emplace_back(step_in(json), std::move(numbers));
  });
  return out;
}

std::vector<Finding> read_findings(const Path& lines) {
  std::vector<Finding> out;
  each_line(lines, [&](const Json& json, std::string_view) {
    const auto all = json.find("findings");
    if (all == json.end() || !all->is_array()) return;
    for (const Json& one : *all)
      if (const auto finding = finding_of(one)) put(out, *finding);
  });
  return out;
}

void append_time(const Path& file, const TimeSpent& time) {
  const Json line = {{"from", time.from},
                     {"to", time.to},
                     {"seconds", time.seconds},
                     {"threads", time.threads},
                     {"version", version()}};
  append_file(file, line.dump() + "\n");
}

double total_seconds(const Path& file) {
  double total = 0;
  each_line(file, [&](const Json& json, std::string_view) {
    if (const auto found = json.find("seconds"); found != json.end() && found->is_number())
      total += found->get<double>();
  });
  return total;
}

}  // namespace gan
