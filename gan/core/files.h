#pragma once
/// Files that are either whole or not there, and a lock that ends with the process that holds it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace gan {

using Path = std::filesystem::path;

/// The bytes of a file. @throws DataError naming the path and the system's reason.
std::string read_file(const Path& path);

/// A file that grows piece by piece beside `path`, and takes its place when all is there: whoever
/// looks finds the old file or the new one, never a part. Left unfinished, it is removed. Where
/// `path` is a link, the link is replaced and what it points to is left alone. @throws WriteError
/// (disk full, no permission ...)
class NewFile {
 public:
  explicit NewFile(Path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  void write(std::string_view bytes);
  void finish();  ///< syncs, renames

 private:
  struct TemporaryFile;
  std::unique_ptr<TemporaryFile> temporary_;
};

/// A NewFile of one piece, or of several. @throws WriteError
void write_file(const Path& path, std::string_view bytes);
void write_file(const Path& path,
                std::initializer_list<std::string_view> parts);  ///< one after the other

/// Whether this is the name of what a NewFile writes to before it is whole: ".NAME.gan-PID.tmp".
/// Nobody else's files are called so.
bool is_unfinished(std::string_view name);

/// Removes what killed processes left unfinished in `folder`, and nothing else. A link to a folder
/// is left alone.
void remove_unfinished(const Path& folder);

/// Appends whole lines and flushes them to the kernel. @throws WriteError, also where `path` is a
/// link or no regular file
void append_file(const Path& path, std::string_view bytes);

/// Flushes what was appended to the disk, before something is written that counts on it. @throws
/// WriteError as append_file
void sync_file(const Path& path);

/// Points the symbolic link `link` at `target` (a name beside it), atomically. Where the file
/// system knows no links, `link` becomes a copy of that file. @throws WriteError
void point_link(const Path& link, const std::string& target);

/// Holds `path` exclusively until destroyed or the process dies (flock).
class FileLock {
 public:
  explicit FileLock(
      const Path& path);  ///< @throws DataError when another process holds it, or `path` is a link
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace gan
