#pragma once
/// For the tests of this folder.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gan/core/error.h"
#include "gan/data/dataset.h"

namespace gan {

/// `call` throws a UsageError: one line that holds `part`.
template <class Call>
void expect_usage_error(Call call, std::string_view part) {
  std::string message = "(no UsageError)";
  try {
    call();
  } catch (const UsageError& error) {
    message = error.what();
  }
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

/// The first number of each example.
inline std::vector<float> firsts(const Examples& examples) {
  std::vector<float> result, row(examples.dim());
  for (int64_t i = 0; i < examples.size(); ++i) {
    examples.read(i, row);
    result.push_back(row[0]);
  }
  return result;
}

/// A folder of its own, which is also the current one, so that ./data is ours.
class TempFolder : public testing::Test {
 protected:
  TempFolder() : before_(std::filesystem::current_path()) {
    unsetenv("GAN_DATA");
    std::string pattern = std::filesystem::temp_directory_path() / "gan_sources_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::filesystem::current_path(folder_);
  }
  ~TempFolder() override {
    unsetenv("GAN_DATA");
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path before_, folder_;
};

}  // namespace gan
