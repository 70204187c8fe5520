#include "gan/io/zip.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/io/picture_testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

class Zip : public testing::Test {
 protected:
  Path file() const { return folder_.path() / "a.zip"; }
  std::string name() const { return file().string(); }

  ScratchFolder folder_;
};

TEST_F(Zip, EntriesAreReadInPlace) {
  const std::string text(5000, 'x');
  put_zip(file(), {{"a.txt", "hello"}, {"folder/", ""}, {"folder/中.txt", text}, {"empty", ""}});
  EXPECT_TRUE(begins_as_zip(file()));
  const ZipArchive archive(file());
  const std::vector<ZipEntry> entries = archive.entries();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[1].name, "folder/");
  EXPECT_EQ(entries[2].name, "folder/中.txt");
  EXPECT_EQ(entries[2].size, 5000);
  EXPECT_NE(entries[0].crc, entries[2].crc);
  EXPECT_EQ(archive.read(entries[0]), "hello");
  EXPECT_EQ(archive.read(entries[2]), text);
  EXPECT_EQ(archive.read(entries[3]), "");
  EXPECT_EQ(archive.begin_of(entries[2], 12), text.substr(0, 12));
  EXPECT_EQ(archive.begin_of(entries[0], 12), "hello");
}

TEST_F(Zip, WhatIsNoWholeArchiveIsRefused) {
  put_zip(file(), {{"a.txt", "hello"}, {"b.txt", "hello"}});
  const std::string whole = read_file(file());
  for (const size_t size : {size_t{0}, size_t{10}, whole.size() / 2, whole.size() - 1}) {
    write_file(file(), whole.substr(0, size));
    expect_data_error([&] { ZipArchive archive(file()); }, "is no whole ZIP archive", name());
  }
  write_file(file(), "");
  expect_data_error([&] { ZipArchive archive(file()); }, "(the file is empty)", name());
  write_file(file(), "PK is what this text begins with");
  EXPECT_FALSE(begins_as_zip(file()));
  EXPECT_FALSE(begins_as_zip(folder_.path() / "none.zip"));
}

TEST_F(Zip, AnEntryIsAsLongAsItClaimsAndHasItsChecksum) {
  put_zip(file(), {{"a.txt", "hello, this is not compressed"}});
  const ZipArchive archive(file());
  ZipEntry entry = archive.entries().at(0);
  entry.size += 1;
  expect_data_error([&] { archive.read(entry); }, "a.txt: cannot be unpacked: it is shorter",
                    name());
  entry.size -= 2;
  expect_data_error([&] { archive.read(entry); }, "a.txt: cannot be unpacked: it is longer",
                    name());
  std::string bytes = read_file(file());
  bytes[bytes.find("hello")] = 'j';
  write_file(file(), bytes);
  const ZipArchive damaged(file());
  expect_data_error([&] { damaged.read(damaged.entries().at(0)); }, "cannot be unpacked", name());
}

}  // namespace
}  // namespace gan
