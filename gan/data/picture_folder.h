#pragma once
/// A folder of pictures, or a ZIP archive of them, as a data set.

#include "gan/data/dataset.h"
#include "gan/data/picture_listing.h"

namespace gan {

/// Held-out pictures that are used at most, of valid and of test each: scores hold them in memory.
inline constexpr int64_t kMostHeldOut = 10'000;
inline constexpr int64_t kMostHeldOutBytes = int64_t{512} << 20;  ///< as float32

/// The smaller of the two, for pictures of this shape, and at least one.
int64_t most_held_out(const Shape& shape);

/// Decodes the pictures into the cache of cache_folder.h, unless they are there: files of the same
/// names, sizes and times were read with the same settings. What was skipped, repeated, flattened
/// or dropped is said in DataSet::notes. `split` limits how many of the pictures that train and
/// validate are used.
/// @throws DataError for fewer than four pictures, pictures of different sizes, and what
/// list_pictures, find_classes and import_pictures refuse; UsageError for settings that are none
/// and splits with too many pictures
DataSet read_pictures(const PictureListing& listing, SplitSizes split,
                      const PictureSettings& settings);

}  // namespace gan
