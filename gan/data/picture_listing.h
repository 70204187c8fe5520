#pragma once
/// Which pictures a folder or a ZIP archive holds, without decoding any.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gan/core/files.h"
#include "gan/io/zip.h"

namespace gan {

struct PictureFile {
  std::string name;    ///< relative, with '/' between its parts
  int64_t size = 0;    ///< in bytes; -1 where it cannot be known, as of a broken link
  int64_t stamp = 0;   ///< of a file: its modification time in ns; in an archive: its checksum
  int64_t index = -1;  ///< in an archive
};

/// Hidden files, what operating systems and archivers leave behind (._*, .DS_Store, __MACOSX,
/// Thumbs.db ...) and files that are no pictures are not in it. What is called a picture is, also
/// where it turns out to be none.
struct PictureListing {
  Path source;
  bool zip = false;
  std::vector<PictureFile> files;    ///< pictures, by name
  std::vector<PictureFile> tables;   ///< files named dataset.json or metadata.csv, by name
  std::vector<std::string> folders;  ///< names of all folders, by name, as those of the files
};

/// Links are followed, and each folder is gone into once, so that links in a circle do no harm.
/// @throws DataError for folders that cannot be read, for archives that are damaged, that hold
/// names with ".." or from the root, that claim files of more than kMostBytes, or whose folders
/// have names of more than 64 MB in all
PictureListing list_pictures(const Path& source);

/// Reads the files of a listing; one object for each thread.
class PictureReader {
 public:
  static constexpr int64_t kMostBytes = int64_t{256} << 20;  ///< of a file

  explicit PictureReader(const PictureListing& listing);

  /// @throws UnreadablePicture, and DataError for files of more than kMostBytes
  std::string read(const PictureFile& file) const;

  std::string full_name(const PictureFile& file) const;  ///< for errors: with the source

 private:
  Path source_;
  std::unique_ptr<ZipArchive> archive_;
};

/// Over names, sizes and stamps of the pictures: what the cache is found by.
uint64_t fingerprint(const PictureListing& listing);

/// Without the folders it lies in.
std::string base_name(const std::string& name);

}  // namespace gan
