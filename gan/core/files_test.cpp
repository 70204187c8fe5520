#include "gan/core/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  int entries() const {
    return static_cast<int>(std::distance(fs::directory_iterator(folder_), {}));
  }

  const ScratchFolder scratch_;
  const Path folder_ = scratch_.path();
};

/// Whether another process could take the lock.
bool another_process_locks(const Path& path) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      const FileLock lock(path);
      _exit(0);
    } catch (const DataError&) {
      _exit(1);
    }
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 0;
}

TEST_F(Files, WriteThenReadGivesTheBytes) {
  std::string bytes(200'000, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  write_file(folder_ / "a", bytes);
  EXPECT_EQ(read_file(folder_ / "a"), bytes);
  write_file(folder_ / "a", "");
  EXPECT_EQ(read_file(folder_ / "a"), "");
}

TEST_F(Files, ReadsWhatHasNoSizeBeforehand) {
  EXPECT_TRUE(holds(read_file("/proc/self/status"), "Name:"));
}

TEST_F(Files, WriteLeavesNothingBeside) {
  write_file(folder_ / "a", "old");
  write_file(folder_ / "a", "new");
  EXPECT_EQ(read_file(folder_ / "a"), "new");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, FailedWriteLeavesNothingBeside) {
  fs::create_directory(folder_ / "a");  // a file cannot take a folder's place
  EXPECT_THROW(write_file(folder_ / "a", "x"), DataError);
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, WritersOfOneFileDoNotMix) {
  const std::string bytes[] = {std::string(3'000'000, 'a'), std::string(3'000'000, 'b')};
  const pid_t child = ::fork();
  if (child == 0) {
    for (int i = 0; i < 20; ++i) write_file(folder_ / "a", bytes[1]);
    ::_exit(0);
  }
  for (int i = 0; i < 20; ++i) {
    write_file(folder_ / "a", bytes[0]);
    const std::string now = read_file(folder_ / "a");
    EXPECT_TRUE(now == bytes[0] || now == bytes[1]);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, ErrorsNameThePathAndTheReason) {
  const Path missing = folder_ / "none" / "x";
  const std::vector<std::string> complaints{
      complaint([&] { read_file(missing); }), complaint([&] { write_file(missing, "x"); }),
      complaint([&] { append_file(missing, "x"); }), complaint([&] { point_link(missing, "x"); }),
      complaint([&] { FileLock lock(missing); })};
  for (const std::string& text : complaints) {
    EXPECT_TRUE(holds(text, missing.string())) << text;
    EXPECT_TRUE(holds(text, "No such file")) << text;
  }
  EXPECT_TRUE(holds(complaint([&] { read_file(folder_); }), "is a folder"));
}

TEST_F(Files, AppendAddsAtTheEnd) {
  append_file(folder_ / "log", "one\n");
  append_file(folder_ / "log", "two\n");
  EXPECT_EQ(read_file(folder_ / "log"), "one\ntwo\n");
}

TEST_F(Files, OnlyItsOwnUnfinishedFilesAreRemoved) {
  const std::vector<std::string> ours{".a.png.gan-17.tmp", ".last.gan-4194304.tmp"};
  const std::vector<std::string> others{"thesis.tmp",  "a.png.17.tmp",  ".gan-17.tmp",
                                        ".a.gan-.tmp", ".a.gan-1x.tmp", ".a.gan-17.tmp.txt",
                                        "a.gan-17.tmp"};
  for (const auto& list : {ours, others})
    for (const std::string& name : list) write_file(folder_ / name, "x");
  for (const std::string& name : ours) EXPECT_TRUE(is_unfinished(name)) << name;
  for (const std::string& name : others) EXPECT_FALSE(is_unfinished(name)) << name;
  fs::create_symlink(".", folder_ / "link");
  remove_unfinished(folder_ / "link");
  EXPECT_EQ(entries(), 10) << "not through a link";
  remove_unfinished(folder_);
  EXPECT_EQ(entries(), 8);
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  remove_unfinished(folder_ / "none");
}

TEST_F(Files, AFileInTheMakingIsKnownByItsName) {
  NewFile file(folder_ / "a");
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_TRUE(is_unfinished(entry.path().filename().string())) << entry.path();
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, LongNamesCanBeWritten) {
  const std::string name(255, 'x');
  write_file(folder_ / name, "x");
  EXPECT_EQ(read_file(folder_ / name), "x");
}

TEST_F(Files, NothingIsWrittenThroughALink) {
  write_file(folder_ / "mine", "my own\n");
  fs::create_symlink("mine", folder_ / "log");
  for (const std::string& text : {complaint([&] { append_file(folder_ / "log", "more\n"); }),
                                  complaint([&] { sync_file(folder_ / "log"); })})
    EXPECT_TRUE(holds(text, "log: is a link")) << text;
  EXPECT_THROW(FileLock(folder_ / "log"), DataError);
  EXPECT_EQ(read_file(folder_ / "mine"), "my own\n");
  write_file(folder_ / "log", "new");
  EXPECT_EQ(read_file(folder_ / "mine"), "my own\n");
  EXPECT_FALSE(fs::is_symlink(folder_ / "log"));
}

TEST_F(Files, APipeIsNoPlaceToAppendTo) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(append_file(folder_ / "pipe", "x"), WriteError);
}

TEST_F(Files, PipesAndDevicesAreNotWaitedFor) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const Path& file : {folder_ / "pipe", Path("/dev/zero")})
    EXPECT_TRUE(holds(complaint([&] { read_file(file); }), "is a pipe or a device")) << file;
}

TEST_F(Files, LinkIsMovedAtomically) {
  write_file(folder_ / "1", "first");
  write_file(folder_ / "2", "second");
  point_link(folder_ / "latest", "1");
  EXPECT_EQ(read_file(folder_ / "latest"), "first");
  point_link(folder_ / "latest", "2");
  EXPECT_EQ(read_file(folder_ / "latest"), "second");
  EXPECT_EQ(fs::read_symlink(folder_ / "latest"), "2");
  EXPECT_EQ(entries(), 3);
}

TEST_F(Files, LockRefusesASecondHolder) {
  {
    const FileLock lock(folder_ / "lock");
    EXPECT_FALSE(another_process_locks(folder_ / "lock"));
    const std::string text = complaint([&] { FileLock second(folder_ / "lock"); });
    EXPECT_TRUE(holds(text, folder_.string()) && holds(text, "another process")) << text;
  }
  EXPECT_TRUE(another_process_locks(folder_ / "lock"));
}

TEST_F(Files, LockDiesWithItsOwner) {
  ASSERT_TRUE(another_process_locks(folder_ / "lock"));  // that process ended without unlocking
  EXPECT_NO_THROW(FileLock(folder_ / "lock"));
}

}  // namespace
}  // namespace gan
