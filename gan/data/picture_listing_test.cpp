#include "gan/data/picture_listing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gan/data/picture_decoder.h"
#include "gan/data/testing.h"
#include "gan/io/picture_testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class PictureFiles : public TempFolder {
 protected:
  static void put(const Texts& names) {
    for (const std::string& name : names) put_file(name, "x");
  }
  static Texts names(const std::vector<PictureFile>& files) {
    Texts out;
    for (const PictureFile& file : files) out.push_back(file.name);
    return out;
  }
  static std::string png() { return encode_png(test_picture(1, 4, 4)); }
};

TEST_F(PictureFiles, AreFoundByNameAndByContent) {
  put({"d/b.PNG", "d/a.jpeg", "d/sub/c.webp", "d/sub/deep/e.Gif", "d/notes.txt", "d/f.BMP",
       "d/x.npy"});
  put_file("d/no-extension", png());
  put_file("d/photo.dat", png());
  const PictureListing listing = list_pictures("d");
  EXPECT_EQ(names(listing.files), (Texts{"a.jpeg", "b.PNG", "f.BMP", "no-extension", "photo.dat",
                                         "sub/c.webp", "sub/deep/e.Gif"}));
  EXPECT_EQ(listing.folders, (Texts{"sub", "sub/deep"}));
  EXPECT_FALSE(listing.zip);
  EXPECT_EQ(PictureReader(listing).read(listing.files[0]), "x");
}

TEST_F(PictureFiles, WhatSystemsLeaveBehindIsPassedOver) {
  put({"d/._a.png", "d/.hidden/b.png", "d/__MACOSX/c.png", "d/Thumbs.db", "d/.DS_Store",
       "d/desktop.ini", "d/@eaDir/d.png", "d/e.png"});
  EXPECT_EQ(names(list_pictures("d").files), Texts{"e.png"});
  EXPECT_EQ(list_pictures("d").folders, Texts{});
  put_zip("d.zip",
          {{"__MACOSX/._a.png", "x"}, {"._b.png", "x"}, {"d/.c/d.png", "x"}, {"d/e.png", "x"}});
  EXPECT_EQ(names(list_pictures("d.zip").files), Texts{"d/e.png"});
}

TEST_F(PictureFiles, LinksAreFollowedOnce) {
  put({"d/a/b/1.png", "elsewhere/2.png"});
  fs::create_directory_symlink("..", "d/a/loop");
  fs::create_directory_symlink(".", "d/self");
  fs::create_directory_symlink(fs::absolute("elsewhere"), "d/there");
  fs::create_directory_symlink(fs::absolute("elsewhere"), "d/there-again");
  fs::create_symlink("nothing", "d/broken.png");
  ASSERT_EQ(mkfifo("d/pipe.png", 0600), 0);
  const PictureListing listing = list_pictures("d");
  EXPECT_EQ(names(listing.files), (Texts{"a/b/1.png", "broken.png", "there/2.png"}));
  EXPECT_EQ(listing.files[1].size, -1);
  const PictureReader reader(listing);
  EXPECT_THROW(reader.read(listing.files[1]), UnreadablePicture);
}

TEST_F(PictureFiles, OfAnArchiveAreReadInPlace) {
  put_zip("a.zip", {{"b.png", "second"},
                    {"sub/", ""},
                    {"sub/a.JPG", "x"},
                    {"notes.txt", "x"},
                    {"empty/", ""},
                    {"picture", png()},
                    {"sub/metadata.csv", "y"}});
  const PictureListing listing = list_pictures("a.zip");
  EXPECT_TRUE(listing.zip);
  EXPECT_EQ(names(listing.files), (Texts{"b.png", "picture", "sub/a.JPG"}));
  EXPECT_EQ(names(listing.tables), Texts{"sub/metadata.csv"});
  EXPECT_EQ(listing.folders, (Texts{"empty", "sub"}));
  EXPECT_EQ(PictureReader(listing).read(listing.files[0]), "second");
  EXPECT_EQ(PictureReader(listing).full_name(listing.files[2]), "a.zip/sub/a.JPG");
}

TEST_F(PictureFiles, NamesThatLeadOutOfAnArchiveAreRefused) {
  for (const char* name : {"../a.png", "/etc/a.png", "b/../../a.png", "..\\a.png", "C:\\a.png"}) {
    put_zip("a.zip", {{"ok.png", "x"}, {name, "x"}});
    expect_data_error([] { list_pictures("a.zip"); }, "which would lie outside", "a.zip");
  }
  put_zip("a.zip", {{"dots..png", "x"}, {"a..b/c.png", "x"}});
  EXPECT_EQ(names(list_pictures("a.zip").files), (Texts{"a..b/c.png", "dots..png"}));
}

/// The names of 30,000 folders, each in the one before, would take 900 MB.
TEST_F(PictureFiles, FoldersWithinFoldersWithoutEndAreRefused) {
  const auto deep = [](int folders) {
    std::string name;
    for (int i = 0; i < folders; ++i) name += "a/";
    return name + "b.png";
  };
  put_zip("a.zip", {{deep(30'000), "x"}});
  expect_data_error([] { list_pictures("a.zip"); },
                    "the names of its folders are longer than 64.0 MB in all", "a.zip");
  put_zip("a.zip", {{deep(1000), "x"}, {deep(1000) + ".png", "x"}});
  const PictureListing listing = list_pictures("a.zip");
  EXPECT_EQ(listing.files.size(), 2U);
  EXPECT_EQ(listing.folders.size(), 1000U);
}

TEST_F(PictureFiles, EntriesThatClaimTooMuchAreRefused) {
  put_zip("a.zip", {{"a.png", "x"}, {"b.png", "x"}});
  std::string bytes = read_file("a.zip");
  bytes.replace(bytes.rfind("PK\x01\x02") + 24, 4, "\xf0\xff\xff\xff");
  write_file("a.zip", bytes);
  expect_data_error([] { list_pictures("a.zip"); },
                    "b.png: claims to hold 4.3 GB unpacked, and files of at most 268 MB are read",
                    "a.zip");
}

TEST_F(PictureFiles, TooLargeFilesAreRefused) {
  put({"d/a.png"});
  fs::resize_file("d/a.png", PictureReader::kMostBytes + 1);
  const PictureListing listing = list_pictures("d");
  expect_data_error([&] { PictureReader(listing).read(listing.files[0]); },
                    "files of at most 268 MB", "d/a.png");
}

TEST_F(PictureFiles, FingerprintsSeeNamesSizesAndTimes) {
  put({"d/a.png", "d/b.png", "d/notes.txt"});
  const uint64_t before = fingerprint(list_pictures("d"));
  EXPECT_EQ(fingerprint(list_pictures("d")), before);
  put_file("d/notes.txt", "other");
  EXPECT_EQ(fingerprint(list_pictures("d")), before);
  fs::copy("d", "copy");
  const auto time = fs::last_write_time("d/a.png");
  fs::last_write_time("d/a.png", time + std::chrono::nanoseconds(1000));
  EXPECT_NE(fingerprint(list_pictures("d")), before);
  fs::last_write_time("d/a.png", time);
  EXPECT_EQ(fingerprint(list_pictures("d")), before);
  fs::rename("d/a.png", "d/c.png");
  EXPECT_NE(fingerprint(list_pictures("d")), before);
  put_zip("a.zip", {{"a.png", "x"}});
  const uint64_t zipped = fingerprint(list_pictures("a.zip"));
  put_zip("a.zip", {{"a.png", "y"}});
  EXPECT_NE(fingerprint(list_pictures("a.zip")), zipped);
}

}  // namespace
}  // namespace gan
