#include "gan/data/picture_cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "gan/core/stop.h"
#include "gan/data/picture_folder_testing.h"

namespace gan {
namespace {

class PictureCache : public PictureFolders {};

TEST_F(PictureCache, IsDecodedOnce) {
  fill("d", 30);
  DataSet first, second;
  EXPECT_EQ(imported_by([&] { first = open("d"); }), 30);
  EXPECT_EQ(imported_by([&] { second = open("d"); }), 0);
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(cache_files(), 1u);
  PictureSettings settings;
  settings.resize = "4x4";
  EXPECT_EQ(imported_by([&] { second = open("d", settings); }), 30);
  EXPECT_EQ(second.train.shape(), (Shape{3, 4, 4}));
  EXPECT_NE(first.hash, second.hash);
  put_file("d/7.png", encode_png(test_picture(70, 8, 8)));
  EXPECT_EQ(imported_by([&] { second = open("d"); }), 30);
  EXPECT_NE(first.hash, second.hash);
  fs::rename("d", "moved");  // files keep their times
  EXPECT_EQ(imported_by([&] { open("moved"); }), 0);
}

TEST_F(PictureCache, DamagedCachesAreWrittenAnew) {
  fill("d", 12);
  const std::string hash = open("d").hash;
  const Path file = Path("cache") / "gan" / names_in("cache/gan").at(0);
  const std::string whole = read_file(file);
  for (const size_t size : {size_t{0}, size_t{10}, whole.size() / 2, whole.size() - 1}) {
    write_file(file, whole.substr(0, size));
    EXPECT_EQ(imported_by([&] { EXPECT_EQ(open("d").hash, hash); }), 12);
  }
  std::string other = whole;
  const std::string_view format = "gan pictures ";
  other[other.rfind(format) + format.size()] = '0';
  write_file(file, other);
  EXPECT_EQ(imported_by([&] { EXPECT_EQ(open("d").hash, hash); }), 12);
  EXPECT_EQ(read_file(file), whole);
}

TEST_F(PictureCache, ThatWasStoppedLeavesNothing) {
  fill("d", 40);
  catch_stop_signals();
  on_import([](const ImportProgress& progress) {
    if (progress.done == 20) std::raise(SIGTERM);
  });
  try {
    open("d");
    FAIL() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), 128 + SIGTERM);
    EXPECT_NE(std::string(error.what()).find("stopped after 20 of 40 pictures"), std::string::npos);
  }
  catch_stop_signals();  // forgets it
  release_stop_signals();
  EXPECT_EQ(cache_files(), 0u);
}

TEST_F(PictureCache, OnAFullDiskLeavesNothing) {
  fill("d", 40, 64);
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto usual = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 100'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    open("d");
  } catch (const WriteError& error) {
    message = error.what();
  }
  EXPECT_TRUE(message.starts_with((folder_ / "cache/gan/pictures-").string())) << message;
  EXPECT_NE(message.find("make room, or set XDG_CACHE_HOME"), message.npos) << message;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, usual);
  EXPECT_EQ(cache_files(), 0u);
}

/// In kB, of this process.
long status_of(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key)) return std::strtol(line.c_str() + key.size(), nullptr, 10);
  return 0;
}

TEST_F(PictureCache, PicturesMayBeMoreThanMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need memory of their own";
#endif
  for (int i = 0; i < 200; ++i)
    put_file("d/" + std::to_string(i) + ".png",
             encode_png(plain_picture(256, 256, {static_cast<uint8_t>(i), 99, 3})));
  open("d");  // 39 MB
  const pid_t child = ::fork();
  if (child == 0) {
    const rlim_t most = (static_cast<rlim_t>(status_of("VmData:")) + 8 * 1024) * 1024;
    const struct rlimit small { most, most };
    ::setrlimit(RLIMIT_DATA, &small);
    double sum = 0;
    try {
      const DataSet data = open("d");
      const Examples part = data.train.slice(0, data.train.size());
      std::vector<float> row(static_cast<size_t>(part.dim()));
      for (int64_t i = 0; i < part.size(); ++i) {
        part.read(i, row);
        sum += row[0] + row[256 * 256];
      }
    } catch (const std::exception&) {
      ::_exit(2);
    }
    ::_exit(sum > 0 ? 0 : 3);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(PictureCache, OldCachesGo) {
  fill("d", 12);
  open("d");
  const Path old = Path("cache/gan") / names_in("cache/gan").at(0);
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
  put_file("cache/gan/.pictures-0.cache.gan-99999999.tmp", "of a process that is gone");
  put_file("cache/gan/two-sample.json", "somebody else's");
  fill("e", 12, 8, 100);
  open("e");
  EXPECT_FALSE(fs::exists(old));
  EXPECT_EQ(cache_files(), 2u);
}

TEST_F(PictureCache, WorksWithoutACacheFolder) {
  fill("d", 12);
  setenv("XDG_CACHE_HOME", "/proc/nothing", 1);
  const DataSet data = open("d");
  EXPECT_EQ(data.train.size() + data.valid.size() + data.test.size(), 12);
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_NE(data.notes[0].find("each start decodes them anew"), std::string::npos);
}

}  // namespace
}  // namespace gan
