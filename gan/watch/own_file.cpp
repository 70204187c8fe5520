#include "gan/watch/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gan {

OwnFile::OwnFile(const Path& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
  struct stat found {};
  if (fd_ < 0) return;
  if (::fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode)) {
    ::close(fd_);
    fd_ = -1;
    return;
  }
  size_ = found.st_size;
  identity_ = found.st_ino;
}

OwnFile::~OwnFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string OwnFile::read(int64_t from, size_t count) const {
  std::string out(count, '\0');
  size_t have = 0;
  while (have < count) {
    const ssize_t got =
        ::pread(fd_, out.data() + have, count - have, from + static_cast<int64_t>(have));
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  out.resize(have);
  return out;
}

}  // namespace gan
