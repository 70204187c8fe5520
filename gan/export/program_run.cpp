#include "gan/export/program_run.h"

#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/core/printable.h"

namespace gan {
namespace {

constexpr const char* kLog = "what-it-printed";

}  // namespace

ProgramFolder::ProgramFolder() {
  const char* chosen = std::getenv("TMPDIR");
  std::string name =
      Path(chosen != nullptr && *chosen != '\0' ? chosen : "/tmp") / "gan-export-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw WriteError("{}: cannot be made: {}", name, std::strerror(errno));
  path_ = name;
}

ProgramFolder::~ProgramFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ProgramFolder::write(std::span<const ExportedFile> files) const {
  for (const ExportedFile& file : files) write_file(path_ / file.name, file.bytes);
}
void ProgramFolder::write(const std::string& name,
                          std::initializer_list<std::string_view> parts) const {
  write_file(path_ / name, parts);
}
std::string ProgramFolder::read(const std::string& name) const {
  return read_file(path_ / name);
}

std::string ProgramFolder::python_with(const std::string& module) const {
  static std::map<std::string, std::string> known;  // it takes a second to ask
  const auto found = known.find(module);
  if (found != known.end()) return found->second;
  return known[module] = look_for_python(module);
}

std::string ProgramFolder::look_for_python(const std::string& module) const {
  for (const char* python : {"python3", "/usr/bin/python3"})  // the user's, the distribution's
    if (succeeds(fmt::format("{} -c 'import {}'", python, module))) return python;
  return {};
}

bool ProgramFolder::succeeds(const std::string& command) const {
  const std::string all =
      "cd " + shell_word(path_.string()) + " && { " + command + "; } >" + kLog + " 2>&1 </dev/null";
  const int status = std::system(all.c_str());
  return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void ProgramFolder::run(const std::string& command, const std::string& what) const {
  if (succeeds(command)) return;
  constexpr size_t kShown = 500;
  const std::string text = printed();
  throw ErrorOf<Exit::bug>("{} failed: {}", what,
                           text.substr(text.size() > kShown ? text.size() - kShown : 0));
}

std::string ProgramFolder::printed() const {
  return read(kLog);
}

double ProgramFolder::number_printed(const std::string& what) const {
  std::string text = printed();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto number = parse_number<double>(text);
  if (!number) throw ErrorOf<Exit::bug>("{} printed '{}', expected a number", what, text);
  return *number;
}

}  // namespace gan
