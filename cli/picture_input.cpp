#include "cli/picture_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "cli/terminal.h"
#include "gan/core/duration.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"

namespace gan::cli {

void set_pictures(const PictureOptions& options, Config& config) {
  for (const auto& [key, value] : options)
    override_config(config, fmt::format("data.{}={}", key, value));
}

PictureSettings settings_of(const PictureOptions& options) {
  Config config;
  set_pictures(options, config);
  return config.data.pictures;
}

ImportNarrator::ImportNarrator(bool quiet) : terminal_(on_terminal()) {
  if (!quiet) on_import([this](const ImportProgress& progress) { tell(progress); });
}

ImportNarrator::~ImportNarrator() {
  on_import({});
  finish_line();
}

void ImportNarrator::tell(const ImportProgress& p) {
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(15);
  const bool is_last = p.done == p.total;
  if (!(is_last && open_) && now - last_ < pause) return;
  last_ = now;
  const std::string name = std::filesystem::path(p.source).filename().string();
  const std::string line =
      fitted_line({{fmt::format("reading pictures {}/{}", count(p.done), count(p.total)), 0},
                   {fmt::format("{:.0f} pictures/s", p.per_second), 2},
                   {fmt::format("ETA {}", duration(p.seconds_left)), 1},
                   {printable(name), 3}},
                  terminal_ ? std::max<size_t>(line_width(), 2) - 1 : std::string::npos);
  if (!terminal_) return note(line);
  write_to_stderr("\r\033[K" + line);
  open_ = true;
  if (is_last) finish_line();
}

void ImportNarrator::finish_line() {
  if (open_) write_to_stderr("\n");
  open_ = false;
}

StoppableImport::StoppableImport() {
  catch_stop_signals();
}

StoppableImport::~StoppableImport() {
  release_stop_signals();
}

}  // namespace gan::cli
