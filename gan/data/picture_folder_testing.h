#pragma once
/// For the tests of folders of pictures: some to open, and a cache of their own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "gan/core/paths.h"
#include "gan/data/dataset.h"
#include "gan/data/picture_import.h"
#include "gan/data/testing.h"
#include "gan/io/picture_testing.h"

namespace gan {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class PictureFolders : public TempFolder {
 protected:
  PictureFolders() { setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1); }
  ~PictureFolders() override {
    on_import({});
    unsetenv("XDG_CACHE_HOME");
  }

  static void fill(const std::string& folder, int count, int64_t side = 8, int first = 1) {
    for (int i = first; i < first + count; ++i)
      put_file(fs::path(folder) / (std::to_string(i) + ".png"),
               encode_png(test_picture(i, side, side)));
  }
  static DataSet open(const std::string& data, const PictureSettings& settings = {},
                      SplitSizes split = {}) {
    return open_data(data, {}, split, settings);
  }
  /// Pictures that were decoded by `work`.
  template <class Work>
  static int64_t imported_by(Work work) {
    int64_t done = 0;
    on_import([&](const ImportProgress& progress) { done = std::max(done, progress.done); });
    work();
    on_import({});
    return done;
  }
  static std::set<std::string> values_of(const Examples& examples) {
    std::set<std::string> out;
    for (int64_t i = 0; i < examples.size(); ++i) {
      const auto raw = examples.raw(i);
      out.emplace(reinterpret_cast<const char*>(raw.data()), raw.size());
    }
    return out;
  }
  static size_t cache_files() { return names_in(Path("cache") / "gan").size(); }
};

}  // namespace gan
