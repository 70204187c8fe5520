#pragma once
/// Decodes the pictures of a listing into a cache file, on all processors.

#include <functional>
#include <string>

#include "gan/data/picture_listing.h"
#include "gan/data/picture_settings.h"

namespace gan {

struct ImportProgress {
  std::string source;
  int64_t done = 0, total = 0;  ///< pictures
  double per_second = 0, seconds_left = 0;
};

/// What is to be told of every import of this process, in the thread that opens the data. To be set
/// before any data are opened.
void on_import(std::function<void(const ImportProgress&)> tell);

/// @throws DataError where no picture can be read, or their sizes differ; WriteError; an Error with
/// the exit code of an interrupt, after a signal to stop (stop.h). Then there is no such file.
void import_pictures(const PictureListing& listing, const PictureSettings& settings,
                     const Path& cache_file);

}  // namespace gan
