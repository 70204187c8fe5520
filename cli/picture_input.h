#pragma once
/// What the commands that read data have to do with pictures.

#include <chrono>

#include "cli/command_line.h"
#include "gan/data/picture_import.h"
#include "gan/spec/config.h"

namespace gan::cli {

/// What the command line says of pictures, over [data]. @throws UsageError
void set_pictures(const PictureOptions& options, Config& config);

/// The same over the usual settings.
PictureSettings settings_of(const PictureOptions& options);

/// While it lives, says on stderr how far an import of pictures is: on a terminal in one line that
/// redraws itself, elsewhere now and then.
class ImportNarrator {
 public:
  explicit ImportNarrator(bool quiet = false);
  ~ImportNarrator();
  ImportNarrator(const ImportNarrator&) = delete;
  ImportNarrator& operator=(const ImportNarrator&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  void tell(const ImportProgress& progress);
  void finish_line();

  const bool terminal_;
  bool open_ = false;  // the line
  Clock::time_point last_ = Clock::now();
};

/// While it lives, Ctrl-C stops an import of pictures in good order. To be used where nothing else
/// catches signals.
class StoppableImport {
 public:
  StoppableImport();
  ~StoppableImport();
  StoppableImport(const StoppableImport&) = delete;
  StoppableImport& operator=(const StoppableImport&) = delete;

 private:
  ImportNarrator narrator_;
};

}  // namespace gan::cli
