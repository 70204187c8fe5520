#include "cli/command.h"

#include <fmt/core.h>

#include <cstdlib>
#include <map>

#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/spec/config.h"

namespace gan::cli {
namespace {

namespace fs = std::filesystem;

std::vector<Path> toml_files(const Path& folder) {
  std::vector<Path> out;
  if (!obstacle(folder).empty() || !is_folder(folder)) return out;
  try {
    for (const std::string& name : names_in(folder))
      if (Path(name).extension() == ".toml") out.push_back(folder / name);
  } catch (const DataError&) {
    // A folder that may not be read holds no recipes for this user.
  }
  return out;
}

/// Where the program was built, or where it is installed: the first that there is.
std::vector<Path> recipes_of_program() {
  const Path here = program_folder();
  for (const Path& folder :
       {here.parent_path() / "recipes", (here / GAN_TO_RECIPES).lexically_normal(),
        (here / GAN_ENGINE_TO_RECIPES).lexically_normal()}) {
    std::vector<Path> files = toml_files(folder);
    if (!files.empty()) return files;
  }
  return {};
}

bool is_recipe(const Path& file) {
  try {
    parse_config(read_file(file), file.string());
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string program() {
  const char* name = std::getenv("GAN_PROGRAM");
  return name ? printable(name) : "gan";
}

Path program_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::vector<Path> all_recipes() {
  if (const char* folder = std::getenv("GAN_RECIPES"); folder && *folder) return toml_files(folder);
  std::map<std::string, Path> by_name;
  for (const Path& file : recipes_of_program()) by_name.emplace(file.stem().string(), file);
  for (const Path& file :
       toml_files("recipes")) {  // of the working directory, which may be about anything
    const std::string name = file.stem().string();
    if (!by_name.contains(name) && is_recipe(file)) by_name.emplace(name, file);
  }
  std::vector<Path> out;
  for (const auto& [name, file] : by_name) out.push_back(file);
  return out;
}

Path find_recipe(const std::string& name) {
  if (name.find('/') != std::string::npos || Path(name).extension() == ".toml") {
    if (is_file(name)) return name;
    throw UsageError(
        "{}: {}; `{} info recipes` lists the recipes that there are", name,
        is_folder(name) ? "is a folder, a recipe is a .toml file" : "no such recipe file",
        program());
  }
  std::vector<std::string> names;
  for (const Path& file : all_recipes()) {
    if (file.stem() == name) return file;
    names.push_back(file.stem());
  }
  if (obstacle(name).empty() && is_file(name)) return name;
  throw UsageError("there is no recipe '{}'{}; `{} info recipes` lists them", name,
                   did_you_mean(name, names), program());
}

void check_can_write(const Path& out) {
  const NewFile probe(out);  // never finished, so it is gone at once
}

}  // namespace gan::cli
