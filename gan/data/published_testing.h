#pragma once
/// For tests: the files of published data sets, small.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <cmath>
#include <cstdlib>
#include "gan/core/files.h"
#include "gan/data/dataset.h"
#include "gan/data/testing.h"
#include "gan/io/bytes.h"
#include "gan/io/cifar.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"
#include "gan/io/testing.h"

namespace gan {

namespace fs = std::filesystem;

class Sources : public TempFolder {
 protected:
  /// Image i holds i % 256 everywhere.
  static std::string images(int64_t n, int64_t side = 2) {
    IdxArray array{{n, side, side}, {}};
    for (int64_t i = 0; i < n; ++i)
      array.data.insert(array.data.end(), side * side, static_cast<uint8_t>(i));
    return format_idx(array);
  }
  static std::string labels(int64_t n) { return format_idx({{n}, std::vector<uint8_t>(n)}); }

  /// The four files, in the spelling of yann.lecun.com.
  static void write_idx(const fs::path& folder, int64_t train, int64_t test, int64_t side = 2) {
    fs::create_directories(folder);
    write_file(folder / "train-images-idx3-ubyte", images(train, side));
    write_file(folder / "train-labels-idx1-ubyte", labels(train));
    write_file(folder / "t10k-images-idx3-ubyte", images(test, side));
    write_file(folder / "t10k-labels-idx1-ubyte", labels(test));
  }

  /// CIFAR-10's six files of `n` records each: image i of the training files is red i, green 100
  /// and blue 200 everywhere.
  static void write_cifar(const fs::path& folder, int64_t n) {
    fs::create_directories(folder);
    uint8_t number = 0;
    for (const char* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                             "data_batch_5", "test_batch"}) {
      CifarBatch batch{std::vector<uint8_t>(n, 7), {}};
      for (int64_t i = 0; i < n; ++i, ++number)
        for (const uint8_t plane : {number, uint8_t{100}, uint8_t{200}})
          batch.pixels.insert(batch.pixels.end(), 1024, plane);
      write_file(folder / (std::string(name) + ".bin"), format_cifar(batch));
    }
  }
};

}  // namespace gan
