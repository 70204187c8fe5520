#pragma once
/// For tests: files and archives of them.

#include <zip.h>  // libzip

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gan/core/files.h"

namespace gan {

/// Folders on the way are made.
inline void put_file(const Path& file, const std::string& bytes) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  write_file(file, bytes);
}

using NamedFiles = std::vector<std::pair<std::string, std::string>>;  ///< (name, bytes)

/// A name that ends with '/' is a folder.
inline void put_zip(const Path& file, const NamedFiles& entries) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!archive) throw std::runtime_error("cannot make " + file.string());
  for (const auto& [name, bytes] : entries) {
    if (name.ends_with('/')) {
      zip_dir_add(archive, name.c_str(), ZIP_FL_ENC_UTF_8);
      continue;
    }
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace gan
