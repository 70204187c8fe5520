#include "gan/core/paths.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "gan/core/error.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

bool is_nothing(int error) {
  return error == ENOENT || error == ENOTDIR;
}

/// False where nothing is there.
bool look_at(const Path& path, struct stat& info) {
  if (::stat(path.c_str(), &info) == 0) return true;
  if (is_nothing(errno)) return false;
  throw DataError("{}: cannot look at it: {}", path.string(), std::strerror(errno));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

[[noreturn]] void cannot_list(const Path& folder) {
  throw DataError("{}: cannot read the folder: {}", folder.string(), std::strerror(errno));
}

}  // namespace

bool is_there(const Path& path) {
  struct stat info {};
  return look_at(path, info);
}

bool is_folder(const Path& path) {
  struct stat info {};
  return look_at(path, info) && S_ISDIR(info.st_mode);
}

bool is_file(const Path& path) {
  struct stat info {};
  return look_at(path, info) && S_ISREG(info.st_mode);
}

bool is_link(const Path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

std::string obstacle(const Path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 || is_nothing(errno)) return "";
  return fmt::format(" ({})", std::strerror(errno));
}

std::vector<std::string> names_in(const Path& folder) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.empty() ? "." : folder.c_str()));
  if (!open) {
    if (is_nothing(errno)) return {};
    cannot_list(folder);
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (!entry) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) cannot_list(folder);
  std::sort(names.begin(), names.end());
  return names;
}

Path absolute_path(const Path& path) {
  std::error_code error;
  const Path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal();
}

bool same_file(const Path& a, const Path& b) {
  struct stat first {};
  struct stat second {};
  if (::stat(a.c_str(), &first) != 0 || ::stat(b.c_str(), &second) != 0) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace gan
