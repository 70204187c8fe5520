#pragma once
/// For tests: a folder that is gone afterwards, and many threads at once.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace gan {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "gan_test_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Several threads that begin `work` at the same moment all get what one alone gets.
template <class Work>
void expect_same_at_once(Work work) {
  constexpr int kThreads = 6;
  const auto alone = work();
  std::vector<std::decay_t<decltype(alone)>> results(kThreads);
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      result = work();
    });
  }
  threads.clear();  // joins
  for (const auto& result : results) EXPECT_EQ(result, alone);
}

}  // namespace gan
