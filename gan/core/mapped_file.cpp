#include "gan/core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gan/core/error.h"

namespace gan {

MappedFile::MappedFile(const Path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw DataError("{}: cannot read it: {}", path.string(), std::strerror(errno));
  struct stat info {};
  const bool known = ::fstat(fd, &info) == 0;
  const auto size = known ? static_cast<size_t>(info.st_size) : 0;
  if (size > 0) at_ = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);  // not of an empty file
  const int why = errno;
  ::close(fd);
  if (!known || at_ == MAP_FAILED)
    throw DataError("{}: cannot map it into memory: {}", path.string(), std::strerror(why));
  bytes_ = {static_cast<const std::byte*>(at_), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(at_, bytes_.size());
}

void MappedFile::expect_random_access() const {
  if (!bytes_.empty()) ::madvise(at_, bytes_.size(), MADV_RANDOM);
}

}  // namespace gan
