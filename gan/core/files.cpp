#include "gan/core/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "gan/core/error.h"
#include "gan/core/paths.h"

namespace gan {
namespace {

[[noreturn]] void cannot_read(const Path& path) {
  throw DataError("{}: cannot read it: {}", path.string(), std::strerror(errno));
}

[[noreturn]] void cannot_write(const Path& path, const char* what = "write it") {
  const int why = errno;
  if (why == ELOOP && is_link(path))
    throw WriteError("{}: is a link, and what it points to is not written to; remove the link",
                     path.string());
  errno = why;
  throw WriteError("{}: cannot {}: {}", path.string(), what, std::strerror(errno));
}

/// Closes on every way out; `close()` is for when a failure of it matters.
class File {
 public:
  File(const Path& path, int flags) : File(path, flags, path) {}
  File(const Path& path, int flags, const Path& shown)
      : path_(shown), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ >= 0) return;
    if ((flags & O_ACCMODE) == O_RDONLY) cannot_read(shown);
    cannot_write(shown);
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) cannot_write(path_);
      bytes.remove_prefix(n);
    }
  }
  /// The disk may begin with what is there, so that `sync` has less to wait for.
  void begin_sync() {
#ifdef SYNC_FILE_RANGE_WRITE
    ::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
  }
  void sync() {
    if (::fsync(fd_) != 0) cannot_write(path_, "sync it to disk");
  }
  void close() {
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) cannot_write(path_, "close it");
  }
  int fd() const {
    return fd_;
  }

 private:
  const Path& path_;  // as errors name it
  int fd_;
};

void sync_folder(const Path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

constexpr std::string_view kUnfinishedMark = ".gan-";
constexpr std::string_view kUnfinishedEnd = ".tmp";

/// Beside the file, and of this process alone: two that write the same file must not mix their
/// bytes.
Path temporary(const Path& path) {
  constexpr size_t kLongest = 200;  // of 255 that file systems allow
  const std::string name = path.filename().string().substr(0, kLongest);
  return path.parent_path() /
         fmt::format(".{}{}{}{}", name, kUnfinishedMark, ::getpid(), kUnfinishedEnd);
}

/// What an earlier process of the same number left there goes first; nothing is opened through a
/// link.
int flags_of_new_file(const Path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) ::unlink(path.c_str());
  return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
}

/// For files that stay where they are: a link, or a pipe that nobody reads, is refused.
constexpr int kInPlace = O_WRONLY | O_NOFOLLOW | O_NONBLOCK;

void expect_regular(const File& file, const Path& path) {
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) cannot_write(path);
  if (!S_ISREG(info.st_mode))
    throw WriteError("{}: is no regular file; move it away", path.string());
}

}  // namespace

std::string read_file(const Path& path) {
  File file(path, O_RDONLY | O_NONBLOCK);  // a pipe to which nobody writes is not waited for
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) cannot_read(path);
  if (S_ISDIR(info.st_mode)) throw DataError("{}: is a folder, a file was expected", path.string());
  if (!S_ISREG(info.st_mode))
    throw DataError("{}: is a pipe or a device, a file was expected", path.string());
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t got = 0;
  for (;;) {
    if (got == bytes.size()) bytes.resize(bytes.size() + 65536);  // also what /proc needs
    const ssize_t n = ::read(file.fd(), bytes.data() + got, bytes.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot_read(path);
    if (n == 0) break;
    got += n;
  }
  bytes.resize(got);
  return bytes;
}

struct NewFile::TemporaryFile {
  explicit TemporaryFile(Path to)
      : path(std::move(to)),
        beside(temporary(path)),
        file(beside, flags_of_new_file(beside), path) {}
  const Path path, beside;
  File file;
  bool renamed = false;
};

NewFile::NewFile(Path path) : temporary_(std::make_unique<TemporaryFile>(std::move(path))) {}

NewFile::~NewFile() {
  if (!temporary_->renamed) ::unlink(temporary_->beside.c_str());
}

void NewFile::write(std::string_view bytes) {
  temporary_->file.write(bytes);
  temporary_->file.begin_sync();
}

void NewFile::finish() {
  temporary_->file.sync();
  temporary_->file.close();
  if (::rename(temporary_->beside.c_str(), temporary_->path.c_str()) != 0)
    cannot_write(temporary_->path);
  temporary_->renamed = true;
  sync_folder(temporary_->path.parent_path());
}

void write_file(const Path& path, std::string_view bytes) {
  write_file(path, {bytes});
}

void write_file(const Path& path, std::initializer_list<std::string_view> parts) {
  NewFile file(path);
  for (const std::string_view bytes : parts) file.write(bytes);
  file.finish();
}

bool is_unfinished(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(kUnfinishedEnd)) return false;
  name.remove_suffix(kUnfinishedEnd.size());
  const size_t mark = name.rfind(kUnfinishedMark);
  if (mark == name.npos || mark < 2) return false;  // a name stands before it
  const std::string_view number = name.substr(mark + kUnfinishedMark.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
}

void remove_unfinished(const Path& folder) {
  if (is_link(folder)) return;
  for (const std::string& name : names_in(folder))
    if (is_unfinished(name)) ::unlink((folder / name).c_str());
}

void append_file(const Path& path, std::string_view bytes) {
  File file(path, kInPlace | O_CREAT | O_APPEND);
  expect_regular(file, path);
  file.write(bytes);
  file.close();
}

void sync_file(const Path& path) {
  File file(path, kInPlace);
  expect_regular(file, path);
  file.sync();
}

/// What a file system without symbolic links answers, such as that of a memory stick.
static bool has_no_links(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS;
}

void point_link(const Path& link, const std::string& target) {
  const Path beside = temporary(link);
  ::unlink(beside.c_str());
  if (::symlink(target.c_str(), beside.c_str()) != 0) {
    if (!has_no_links(errno)) cannot_write(link, "link it");
    write_file(link, read_file(link.parent_path() / target));
    return;
  }
  if (::rename(beside.c_str(), link.c_str()) != 0) {
    const int why = errno;
    ::unlink(beside.c_str());
    errno = why;
    cannot_write(link);
  }
  sync_folder(link.parent_path());
}

FileLock::FileLock(const Path& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644)) {
  if (fd_ < 0) cannot_write(path, "lock it");
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const int why = errno;
    ::close(fd_);
    errno = why;
    if (why != EWOULDBLOCK) cannot_write(path, "lock it");
    throw DataError("{}: another process is working in this folder; wait for it or stop it first",
                    absolute_path(path).parent_path().string());
  }
}

FileLock::~FileLock() {
  ::close(fd_);
}

}  // namespace gan
