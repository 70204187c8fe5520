#pragma once
/// A checkpoint as it lies in its file, checked.

#include <filesystem>
#include <memory>
#include <string>

#include "gan/header.h"

namespace gan {

struct Stored {
  std::string bytes;
  SafeTensors content;  ///< views into `bytes`
  Header header;
};

/// @throws DataError naming the file where it is damaged, or no checkpoint
std::unique_ptr<const Stored> read_stored(const std::filesystem::path& file);

/// `path`: a run folder, with `checkpoint` "last", "best" or a step; or a checkpoint file.
/// @throws DataError when it is no run, or has no such checkpoint
std::filesystem::path checkpoint_file(const std::filesystem::path& path,
                                      const std::string& checkpoint);

}  // namespace gan
