#include "gan/core/paths.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gan/core/testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// Whether `act` holds in a process without the rights of root.
template <class Act>
bool without_rights(Act act) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    const bool has_none = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    ::_exit(has_none && act() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Paths, SayWhatIsThere) {
  const ScratchFolder scratch;
  const Path file = scratch.path() / "file", folder = scratch.path() / "folder",
             link = scratch.path() / "link";
  write_file(file, "x");
  fs::create_directory(folder);
  fs::create_symlink("file", link);
  fs::create_symlink("nothing", scratch.path() / "dangling");
  EXPECT_TRUE(is_there(file) && is_there(folder) && is_there(link));
  EXPECT_TRUE(is_file(file) && is_file(link) && !is_file(folder));
  EXPECT_TRUE(is_folder(folder) && !is_folder(file));
  EXPECT_TRUE(is_link(link) && is_link(scratch.path() / "dangling") && !is_link(file));
  for (const char* nothing : {"nothing", "dangling", "file/below"}) {
    EXPECT_FALSE(is_there(scratch.path() / nothing)) << nothing;
    EXPECT_EQ(obstacle(scratch.path() / nothing), "") << nothing;
  }
  EXPECT_EQ(names_in(scratch.path()),
            (std::vector<std::string>{"dangling", "file", "folder", "link"}));
  EXPECT_TRUE(names_in(scratch.path() / "nothing").empty());
  EXPECT_TRUE(same_file(file, link));
  EXPECT_FALSE(same_file(file, folder) || same_file(file, scratch.path() / "nothing"));
  EXPECT_EQ(absolute_path(folder / ".." / "file"), file);
}

TEST(Paths, WhatCannotBeKnownIsAnErrorThatSaysWhy) {
  const ScratchFolder scratch;
  const Path loop = scratch.path() / "loop", long_name = scratch.path() / std::string(300, 'x');
  fs::create_symlink("loop", loop);
  EXPECT_TRUE(holds(complaint([&] { is_there(loop); }), "Too many levels"));
  EXPECT_TRUE(holds(complaint([&] { is_file(long_name); }), "name too long"));
  EXPECT_TRUE(holds(complaint([&] { names_in(loop); }), loop.string()));
  EXPECT_EQ(obstacle(long_name), " (File name too long)");

  const Path closed = scratch.path() / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::none);
  fs::permissions(scratch.path(), fs::perms::all);
  EXPECT_TRUE(without_rights(
      [&] { return holds(complaint([&] { is_there(closed / "x"); }), "Permission denied"); }));
  EXPECT_TRUE(without_rights(
      [&] { return holds(complaint([&] { names_in(closed); }), "Permission denied"); }));
  fs::permissions(closed, fs::perms::owner_all);
}

}  // namespace
}  // namespace gan
