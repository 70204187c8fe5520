#pragma once
/// Files of runs that may belong to somebody else, or change while they are read.

#include <cstdint>
#include <optional>
#include <string>

#include "gan/core/files.h"

namespace gan {

/// A regular file that no link led to, open for reading. Anything else is not opened: what is read
/// of a pipe, or through a link, would be none of the run's.
class OwnFile {
 public:
  explicit OwnFile(const Path& path);
  ~OwnFile();
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  explicit operator bool() const { return fd_ >= 0; }
  int64_t size() const { return size_; }
  uint64_t identity() const { return identity_; }  ///< of the file behind the name
  /// Up to `count` bytes from there; fewer at the end.
  std::string read(int64_t from, size_t count) const;

 private:
  int fd_ = -1;
  int64_t size_ = 0;
  uint64_t identity_ = 0;
};

}  // namespace gan
