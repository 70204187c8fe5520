#pragma once
/// Decoded pictures in one file, which is mapped into memory to train on them.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/data/dataset.h"

namespace gan {

/// What is known of the pictures in a cache besides their pixels.
struct ImportFacts {
  int64_t grey = 0;                                    ///< pictures without colour
  int64_t transparent = 0;                             ///< pictures with pixels that are not opaque
  int64_t skipped = 0;                                 ///< files that could not be read
  std::string first_skipped;                           ///< "005.png is empty"
  std::vector<std::pair<PictureSize, int64_t>> sizes;  ///< as stored, the most frequent ones first
  int64_t other_sizes = 0;                             ///< pictures of sizes not in that list
};

struct CachedPictures {
  Shape shape;                     ///< of one: [C, H, W]
  StoredBytes stored;              ///< in the order of the listing
  std::span<const int32_t> files;  ///< of each: its number in the listing
  ImportFacts facts;
};

/// Appends to a file that takes its place when all is there: what was interrupted leaves nothing.
class PictureCacheWriter {
 public:
  explicit PictureCacheWriter(const Path& file);  ///< @throws WriteError

  /// values: [C, H, W]. @throws WriteError
  void add(std::span<const uint8_t> values, uint64_t digest, int32_t file);
  void finish(const Shape& shape, const ImportFacts& facts);  ///< @throws WriteError

 private:
  void append(std::string_view bytes);

  NewFile file_;
  std::string waiting_;  // to be written
  int64_t written_ = 0;
  std::vector<uint64_t> digests_;
  std::vector<int32_t> files_;
};

/// Nothing where there is no such file, or it is none of this version's.
std::optional<CachedPictures> open_picture_cache(const Path& file);

/// Removes caches that nobody opened for a month, and what killed processes left unfinished.
void tidy_picture_caches(const Path& folder);

/// Where pictures of this listing's fingerprint are kept when they are read with these settings.
Path picture_cache_file(const Path& folder, uint64_t fingerprint, const PictureSettings& settings);

}  // namespace gan
