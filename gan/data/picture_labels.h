#pragma once
/// The classes of pictures: from stylegan's dataset.json, from metadata.csv as Hugging Face's
/// ImageFolder has it, or from the names of folders.

#include <cstdint>
#include <string>
#include <vector>

#include "gan/data/picture_listing.h"

namespace gan {

struct PictureClasses {
  std::vector<std::string> names;  ///< of classes 0, 1, ...
  std::vector<int32_t> labels;     ///< of each of the listing's files; empty where there are none
  std::vector<std::string> notes;  ///< what a user should know of them, a sentence each
};

/// dataset.json before metadata.csv before folders. The names in such a file are relative to the
/// folder that it lies in. Folders are classes where each picture lies in one of two or more
/// folders that lie side by side.
/// @throws DataError, with the line, for a file that cannot be read, that names a picture which is
/// not there or leaves one out
PictureClasses find_classes(const PictureListing& listing);

}  // namespace gan
