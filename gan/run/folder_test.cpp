#include "gan/run/folder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// As a checkpoint of that step is written, without any tensor.
std::string bytes_of(int64_t step) {
  SafeTensors content;
  content.metadata["step"] = fmt::format("{}", step);
  content.metadata["checksum"] = checksum(content);
  return format_safetensors(content);
}

/// A run of 40 steps that keeps every tenth; the best was step 20.
class Copies : public testing::Test {
 protected:
  Copies() : run_(RunFolder::create(temp_.path() / "run", Config{})) {
    for (const int64_t step : {10, 20, 30, 40}) run_.save(step, bytes_of(step), step == 20, 10);
    for (const int64_t step : {10, 20, 30, 40}) run_.log(step, 0, {{"loss", 1}});
  }

  Path in(const std::string& name) const { return temp_.path() / "run" / "checkpoints" / name; }
  Path step(int64_t number) const { return run_.checkpoint(number); }

  /// As `cp -L`, a ZIP archive or a memory stick leaves a link.
  void make_a_file_of(const std::string& link) const {
    const std::string bytes = read_file(in(link));
    fs::remove(in(link));
    write_file(in(link), bytes);
  }

  void expect_all_steps() const {
    for (const int64_t number : {10, 20, 30, 40})
      EXPECT_EQ(read_file(step(number)), bytes_of(number)) << number;
  }

  void go_on() const { run_.tidy(run_.last(), 10); }

  std::string complaint() const {
    return gan::complaint([&] { run_.last(); });
  }

  ScratchFolder temp_;
  RunFolder run_;
};

TEST_F(Copies, FilesInPlaceOfLinksAreLinkedAgain) {
  make_a_file_of("last");
  make_a_file_of("best");
  EXPECT_FALSE(run_.last_is_link());
  EXPECT_EQ(run_.last_step(), 40);
  EXPECT_EQ(read_file(run_.find_checkpoint("last")), bytes_of(40));
  EXPECT_EQ(read_file(run_.find_checkpoint("best")), bytes_of(20));
  EXPECT_EQ(run_.last()->step, 40);
  EXPECT_FALSE(fs::is_symlink(in("last"))) << "reading changes nothing";
  go_on();
  expect_all_steps();
  EXPECT_EQ(fs::read_symlink(in("last")), step(40).filename());
  EXPECT_EQ(fs::read_symlink(in("best")), step(20).filename());
  EXPECT_EQ(run_.metrics().size(), 4u);
}

TEST_F(Copies, WhatOnlyTheCopyOfALinkHoldsIsKept) {
  make_a_file_of("last");
  make_a_file_of("best");
  fs::remove(step(40));
  fs::remove(step(20));
  EXPECT_EQ(run_.last_step(), 40);
  go_on();
  expect_all_steps();
  EXPECT_EQ(run_.last_step(), 40);
}

TEST_F(Copies, AWholeCopyTakesThePlaceOfADamagedCheckpoint) {
  make_a_file_of("last");
  write_file(step(40), "torn");
  EXPECT_EQ(run_.last()->step, 40);
  go_on();
  expect_all_steps();
}

TEST_F(Copies, ALinkThatLeadsNowhereMeansTheNewestWholeOne) {
  for (const char* target : {"step-0000050.safetensors", "../../elsewhere", "/nowhere",
                             "step--000005.safetensors", "notes.txt"}) {
    point_link(in("last"), target);
    EXPECT_EQ(run_.last_step(), 40) << target;
    EXPECT_EQ(run_.find_checkpoint("last"), step(40)) << target;
    go_on();
    expect_all_steps();
    EXPECT_EQ(fs::read_symlink(in("last")), step(40).filename()) << target;
  }
}

TEST_F(Copies, ALinkIntoAnotherRunIsNotFollowed) {
  const Path other = temp_.path() / "step-0000050.safetensors";
  write_file(other, bytes_of(50));
  point_link(in("last"), "../../step-0000050.safetensors");
  EXPECT_EQ(run_.last_step(), 40);
}

TEST_F(Copies, WithoutLastItIsTheNewest) {
  fs::remove(in("last"));
  EXPECT_EQ(run_.last_step(), 40);
  fs::remove(step(40));
  EXPECT_EQ(run_.last_step(), 30);
  go_on();
  EXPECT_EQ(run_.metrics().size(), 3u);
}

TEST_F(Copies, WhereTheNewestIsDamagedNothingIsDoneUntilItIsSaidFromWhereToGoOn) {
  fs::remove(in("last"));
  write_file(step(40), bytes_of(40).substr(1));
  EXPECT_NE(complaint().find("step-0000040.safetensors: "), std::string::npos) << complaint();
  EXPECT_NE(complaint().find("ln -sfn step-0000030.safetensors "), std::string::npos)
      << complaint();
  point_link(in("last"), "step-0000030.safetensors");
  go_on();
  EXPECT_EQ(read_file(step(40)), bytes_of(40).substr(1));
}

TEST_F(Copies, NoneThatIsNewerIsRemoved) {
  point_link(in("last"), "step-0000020.safetensors");
  run_.tidy(run_.last(), 0);
  EXPECT_FALSE(fs::exists(step(10)));
  for (const int64_t number : {20, 30, 40}) EXPECT_TRUE(fs::exists(step(number))) << number;
  run_.save(25, bytes_of(25), false, 0);
  for (const int64_t number : {20, 25, 30, 40}) EXPECT_TRUE(fs::exists(step(number))) << number;
}

TEST_F(Copies, BestGoesWithItsCheckpoint) {
  run_.drop_later(20);
  EXPECT_TRUE(fs::exists(in("best")));
  run_.drop_later(10);
  EXPECT_FALSE(is_link(in("best")));
  EXPECT_TRUE(fs::exists(step(10)));
}

TEST_F(Copies, ARunWhoseCheckpointsAreGoneDoesNotBeginAnew) {
  for (const int64_t number : {10, 20, 30, 40}) fs::remove(step(number));
  EXPECT_EQ(run_.last_step(), std::nullopt);
  EXPECT_NE(complaint().find("checkpoints/last: is no whole checkpoint"), std::string::npos)
      << complaint();
  fs::remove_all(in(""));
  EXPECT_EQ(run_.last_step(), std::nullopt);
  EXPECT_NE(complaint().find("checkpoints: the run's folder of checkpoints is missing"),
            std::string::npos)
      << complaint();
}

TEST_F(Copies, ARunWhoseFolderOfCheckpointsWasEmptiedDoesNotBeginAnew) {
  const auto empty = [&](int64_t checkpoint_every) {
    Config config;
    config.run.checkpoint_every = checkpoint_every;
    run_.write_config(config);
    for (const std::string& name : names_in(in(""))) fs::remove(in(name));
  };
  empty(10);
  EXPECT_NE(complaint().find("checkpoints: holds no checkpoint, though metrics.jsonl goes to step "
                             "40; put the checkpoints back, with names like step-0000010"),
            std::string::npos)
      << complaint();
  empty(40);  // ended as the first one was written
  EXPECT_FALSE(run_.last().has_value());
}

TEST_F(Copies, TheFolderOfDataIsKnownAgain) {
  EXPECT_EQ(run_.data_folder(), "");
  run_.note_data_folder("/somewhere/da ta");
  EXPECT_EQ(RunFolder::open(run_.path()).data_folder(), "/somewhere/da ta");
}

TEST_F(Copies, AnotherNameForACheckpointIsNoticed) {
  fs::rename(step(30), in("step-0000050.safetensors"));
  fs::remove(in("last"));
  EXPECT_NE(complaint().find("step-0000050.safetensors: holds step 30"), std::string::npos)
      << complaint();
}

TEST_F(Copies, NothingIsRemovedBehindALinkToAnotherFolder) {
  fs::rename(in(""), temp_.path() / "disk");
  fs::create_directory_symlink("../disk", temp_.path() / "run" / "checkpoints");
  const Path samples = temp_.path() / "run" / "samples";
  fs::remove(samples);
  fs::create_directory(temp_.path() / "pictures");
  fs::create_directory_symlink("../pictures", samples);
  write_file(samples / ".mine.gan-1.tmp", "x");
  run_.tidy(run_.last(), 0);
  expect_all_steps();
  EXPECT_TRUE(fs::exists(temp_.path() / "pictures" / ".mine.gan-1.tmp"));
}

TEST_F(Copies, ForeignFilesStayWhereTheyAre) {
  const Path folder = temp_.path() / "run";
  for (const char* name : {"thesis.tmp", "checkpoints/mine.tmp", "samples/mine.tmp"})
    write_file(folder / name, "x");
  write_file(folder / ".curves.png.gan-123.tmp", "half");
  go_on();
  for (const char* name : {"thesis.tmp", "checkpoints/mine.tmp", "samples/mine.tmp"})
    EXPECT_TRUE(fs::exists(folder / name)) << name;
  EXPECT_FALSE(fs::exists(folder / ".curves.png.gan-123.tmp"));
  fs::create_directory(temp_.path() / "taken");
  write_file(temp_.path() / "taken" / "thesis.tmp", "x");
  EXPECT_THROW(RunFolder::create(temp_.path() / "taken", Config{}), UsageError);
}

TEST_F(Copies, LinksAreNotWrittenThrough) {
  const Path mine = temp_.path() / "mine";
  write_file(mine, "my own\n");
  fs::remove(temp_.path() / "run" / "metrics.jsonl");
  for (const char* name : {"timing.jsonl", "metrics.jsonl"})
    fs::create_symlink("../mine", temp_.path() / "run" / name);
  EXPECT_THROW(run_.note_time(0, 1, 1, 1), WriteError);
  EXPECT_THROW(run_.log(50, 0, {}), WriteError);
  EXPECT_EQ(read_file(mine), "my own\n");
}

TEST(RunFolder, OnlyTheNamesThatItGivesAreSteps) {
  EXPECT_EQ(step_of("step-0000005.safetensors"), 5);
  EXPECT_EQ(step_of("a/step-12345678.safetensors"), 12345678);
  for (const char* name : {"step--000005.safetensors", "step-5.safetensors",
                           "step-00000005.safetensors", "step-0000005.safetensors.tmp", "last"})
    EXPECT_EQ(step_of(name), std::nullopt) << name;
}

}  // namespace
}  // namespace gan
