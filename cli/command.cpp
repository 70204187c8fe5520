#include "cli/command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "gan/core/error.h"
#include "gan/core/stop.h"

namespace gan::cli {
namespace {

namespace fs = std::filesystem;

std::vector<Path> recipe_folders() {
  const Path here = program_folder();
  return {"recipes", here.parent_path() / "recipes", (here / GAN_TO_RECIPES).lexically_normal(), (here / GAN_ENGINE_TO_RECIPES).lexically_normal()};
}

size_t width_of(const std::string& text) {  // code points, so that "±" counts once
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string program() {
  const char* name = std::getenv("GAN_PROGRAM");
  return name ? name : "gan";
}

Path program_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::vector<Path> all_recipes() {
  std::vector<Path> out;
  for (const Path& folder : recipe_folders()) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == ".toml") out.push_back(entry.path());
    if (!out.empty()) break;
  }
  std::sort(out.begin(), out.end());
  return out;
}

Path find_recipe(const std::string& name) {
  std::error_code error;
  if (fs::is_regular_file(name, error)) return name;
  if (name.find('/') != std::string::npos || Path(name).extension() == ".toml") throw UsageError("{}: {}; `{} info recipes` lists the recipes that there are", name, fs::is_directory(name, error) ? "is a folder, a recipe is a .toml file" : "no such recipe file", program());
  std::vector<std::string> names;
  for (const Path& file : all_recipes()) {
    if (file.stem() == name) return file;
    names.push_back(file.stem());
  }
  throw UsageError("there is no recipe '{}'{}; `{} info recipes` lists them", name, did_you_mean(name, names), program());
}

void stop_if_asked() {
  if (stop_signal() != 0) throw Interrupted();
}

bool on_terminal() { return isatty(STDERR_FILENO) != 0; }

std::string count(int64_t n) {
  std::string digits = fmt::format("{}", n);
  for (auto i = static_cast<int64_t>(digits.size()) - 3; i > (n < 0 ? 1 : 0); i -= 3) digits.insert(static_cast<size_t>(i), 1, ',');
  return digits;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - width_of(row[i]), ' ');
      line += " " + (i == 0 ? row[i] + pad : " " + pad + row[i]);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace gan::cli
