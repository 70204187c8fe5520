#pragma once
/// ZIP archives, read in place.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

struct ZipEntry {
  std::string name;   ///< as the archive has it, in UTF-8; a folder's ends with '/'
  int64_t size = 0;   ///< that the archive claims for the unpacked bytes
  uint32_t crc = 0;   ///< of the unpacked bytes
  int64_t index = 0;  ///< in the archive
};

/// Whether the file begins as an archive does, whatever it is called.
bool begins_as_zip(const std::filesystem::path& file);

/// For one thread at a time; several threads open the same file several times.
class ZipArchive {
 public:
  /// @throws DataError for what is no archive, or a part of one
  explicit ZipArchive(const std::filesystem::path& file);
  ZipArchive(ZipArchive&&) noexcept;
  ~ZipArchive();

  std::vector<ZipEntry> entries() const;  ///< in the order of the archive

  /// The unpacked bytes: as many as the entry claims, with the checksum that it claims.
  /// @throws DataError that names the entry, for damaged or encrypted ones
  std::string read(const ZipEntry& entry) const;

  /// The first of the unpacked bytes, at most `count`; "" where there are none to be had.
  std::string begin_of(const ZipEntry& entry, size_t count) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
