#pragma once
/// Other programs, run on exported files in a folder that is gone afterwards.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan/core/files.h"
#include "gan/export/exporter.h"

namespace gan {

class ProgramFolder {
 public:
  ProgramFolder();  ///< @throws WriteError
  ~ProgramFolder();
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  void write(std::span<const ExportedFile> files) const;
  void write(const std::string& name, std::initializer_list<std::string_view> parts) const;
  std::string read(const std::string& name) const;

  /// A python3 that has this module; empty where there is none.
  std::string python_with(const std::string& module) const;

  /// Runs a command of the shell in the folder. @return whether it ended well
  bool succeeds(const std::string& command) const;
  /// The same. @throws ErrorOf<Exit::bug> with what it printed, where `what` ended otherwise
  void run(const std::string& command, const std::string& what) const;
  std::string printed() const;  ///< by the last command
  /// @throws ErrorOf<Exit::bug> where `what` printed something else
  double number_printed(const std::string& what) const;

 private:
  std::string look_for_python(const std::string& module) const;
  Path path_;
};

/// As they lie in memory.
template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace gan
