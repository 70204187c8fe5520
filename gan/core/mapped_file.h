#pragma once

#include <cstddef>
#include <span>

#include "gan/core/files.h"

namespace gan {

/// A file mapped into memory, to be read: what is used is loaded, and dropped again where memory is
/// short. It stays readable after the file was removed.
class MappedFile {
 public:
  explicit MappedFile(const Path& path);  ///< @throws DataError when it cannot be read
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

  /// Small pieces will be read in any order: loading their neighbours would be wasted.
  void expect_random_access() const;

 private:
  void* at_ = nullptr;
  std::span<const std::byte> bytes_;
};

}  // namespace gan
