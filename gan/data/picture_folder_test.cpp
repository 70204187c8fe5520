#include "gan/data/picture_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gan/data/picture_folder_testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

class PictureFolder : public PictureFolders {};

TEST_F(PictureFolder, IsADataSet) {
  fill("d", 64, 32);
  const DataSet data = open("d");
  EXPECT_EQ(data.name, "d");
  EXPECT_TRUE(data.image);
  EXPECT_EQ(data.train.shape(), (Shape{3, 32, 32}));
  EXPECT_EQ(data.train.size() + data.valid.size() + data.test.size(), 64);
  EXPECT_EQ(data.pictures->images, 64);
  EXPECT_EQ(data.pictures->sizes.size(), 1u);
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 255);
  EXPECT_TRUE(data.train.bytes());
  EXPECT_TRUE(data.notes.empty()) << data.notes.front();
  const Image first = test_picture(1, 32, 32);
  std::string planar;
  for (size_t c = 0; c < 3; ++c)
    for (size_t i = c; i < first.pixels.size(); i += 3)
      planar += static_cast<char>(first.pixels[i]);
  std::set<std::string> all = values_of(data.train);
  all.merge(values_of(data.valid));
  all.merge(values_of(data.test));
  EXPECT_EQ(all.size(), 64u);
  EXPECT_TRUE(all.contains(planar));
}

TEST_F(PictureFolder, MayBeAZipFile) {
  fill("d", 20);
  NamedFiles files;
  for (int i = 1; i <= 20; ++i) {
    const std::string name = std::to_string(i) + ".png";
    files.emplace_back(name, read_file(Path("d") / name));
  }
  put_zip("d.zip", files);
  put_zip("other-name.bin", files);
  const DataSet folder = open("d"), zip = open("d.zip");
  EXPECT_EQ(folder.hash, zip.hash);
  EXPECT_EQ(zip.name, "d.zip");
  EXPECT_EQ(open("other-name.bin").hash, zip.hash);
  put_zip("texts.zip", {{"a.txt", "x"}});
  expect_data_error([] { open("texts.zip"); }, "there are no pictures in this ZIP file",
                    "texts.zip");
  write_file("cut.zip", read_file("d.zip").substr(0, 3000));
  expect_data_error([] { open("cut.zip"); }, "is no whole ZIP archive", "cut.zip");
}

TEST_F(PictureFolder, KeepsItsSplitAsItGrows) {
  fill("d", 60);
  const DataSet before = open("d");
  fill("d", 60, 8, 61);
  fs::copy("d/3.png", "d/copy.png");
  const DataSet after = open("d");
  const auto train = values_of(after.train), valid = values_of(after.valid),
             test = values_of(after.test);
  for (const auto& [part, whole] :
       {std::pair{&before.train, &train}, {&before.valid, &valid}, {&before.test, &test}})
    for (const std::string& values : values_of(*part)) EXPECT_TRUE(whole->contains(values));
  EXPECT_EQ(after.pictures->duplicates, 1);
  EXPECT_EQ(train.size() + valid.size() + test.size(), 120u);  // none is in two
}

TEST_F(PictureFolder, KeepsItsSplitWhenColourComesToGreyPictures) {
  for (int i = 1; i <= 60; ++i)
    put_file("d/" + std::to_string(i) + ".png", encode_png(test_picture(i, 8, 8, 1)));
  const DataSet before = open("d");
  put_file("d/99.png", encode_png(test_picture(1, 8, 8)));
  const DataSet after = open("d");
  ASSERT_EQ(before.train.shape(), (Shape{1, 8, 8}));
  ASSERT_EQ(after.train.shape(), (Shape{3, 8, 8}));
  // The red channel of a picture that was grey is what it was.
  const auto grey = [](const Examples& part) {
    std::set<std::string> out;
    const auto dim = static_cast<size_t>(part.dim());
    for (int64_t i = 0; i < part.size(); ++i) {
      const auto raw = part.raw(i);
      out.emplace(reinterpret_cast<const char*>(raw.data()), std::min<size_t>(dim, 64));
    }
    return out;
  };
  for (const auto& [part, whole] : {std::pair{&before.train, grey(after.train)},
                                    {&before.valid, grey(after.valid)},
                                    {&before.test, grey(after.test)}})
    for (const std::string& values : grey(*part)) EXPECT_TRUE(whole.contains(values));
}

TEST_F(PictureFolder, LabelsFollowTheirPictures) {
  for (int i = 1; i <= 20; ++i) {
    put_file("d/cat/" + std::to_string(i) + ".png",
             encode_png(plain_picture(4, 4, {10, static_cast<uint8_t>(i), 0})));
    put_file("d/dog/" + std::to_string(i) + ".png",
             encode_png(plain_picture(4, 4, {90, static_cast<uint8_t>(i), 0})));
  }
  put_file("d/bird/1.png", "not a picture");
  put_file("d/cat/5.png", "not a picture");
  const DataSet data = open("d");
  EXPECT_EQ(data.classes, (Texts{"cat", "dog"}));
  EXPECT_EQ(data.pictures->class_counts, (std::vector<int64_t>{19, 20}));
  for (const Examples* part : {&data.train, &data.valid, &data.test}) {
    ASSERT_TRUE(part->labelled());
    for (int64_t i = 0; i < part->size(); ++i)
      EXPECT_EQ(part->label(i), part->rows(i, 1)[0] == 90 ? 1 : 0);
  }
  EXPECT_EQ(
      data.notes,
      (Texts{
          "d: 2 of 41 files cannot be read and are skipped; the first: bird/1.png is no PNG, JPEG, WebP, GIF or BMP file",
          "d: no picture of \"bird\" can be read, so this is no class"}));
  PictureSettings settings;
  settings.labels = Labels::off;
  const DataSet without = open("d", settings);
  EXPECT_TRUE(without.classes.empty());
  EXPECT_FALSE(without.train.labelled());
  EXPECT_NE(without.hash, data.hash);
}

TEST_F(PictureFolder, ColoursAreThoseOfThePicturesOrAsked) {
  for (int i = 1; i <= 60; ++i)
    put_file("d/" + std::to_string(i) + ".png", encode_png(test_picture(i, 8, 8, 1)));
  EXPECT_EQ(open("d").train.shape(), (Shape{1, 8, 8}));
  EXPECT_TRUE(open("d").notes.empty());
  PictureSettings settings;
  settings.colour = Colour::rgb;
  EXPECT_EQ(open("d", settings).train.shape(), (Shape{3, 8, 8}));
  put_file("d/99.png", encode_png(test_picture(1, 8, 8)));  // in colour, and the last one
  const DataSet mixed = open("d");
  EXPECT_EQ(mixed.train.shape(), (Shape{3, 8, 8}));
  EXPECT_EQ(mixed.notes,
            Texts{"d: 60 of 61 pictures are grey, which is repeated in red, green and blue"});
  settings.colour = Colour::grey;
  EXPECT_EQ(open("d", settings).train.shape(), (Shape{1, 8, 8}));
  EXPECT_EQ(open("d", settings).notes,
            Texts{"d: 1 of 61 pictures are in colour, and are turned grey"});
  settings.colour = Colour::rgba;
  EXPECT_EQ(open("d", settings).train.shape(), (Shape{4, 8, 8}));
}

TEST_F(PictureFolder, TransparencyIsSaidOnce) {
  fill("d", 60);
  put_file("d/2.png", PictureSaver::save(plain_picture(8, 8, {1, 2, 3, 100}), ".png"));
  PictureSettings settings;
  settings.background = "black";
  EXPECT_EQ(open("d", settings).notes,
            Texts{"d: 1 of 60 pictures have transparent pixels, which are drawn over black "
                  "(--background; --colour rgba keeps them)"});
  settings.colour = Colour::rgba;
  EXPECT_TRUE(open("d", settings).notes.empty());
}

TEST_F(PictureFolder, OfDifferentSizesIsRefused) {
  fill("d", 6, 48);
  put_file("d/3.png", encode_png(test_picture(3, 100, 20)));
  const auto open_it = [] { open("d"); };
  expect_data_error(open_it, "1.png has 48 x 48 pixels and 3.png has 100 x 20", "d");
  expect_data_error(open_it, "give --resize 16x16, and --crop centre to keep their proportions",
                    "d");
  EXPECT_FALSE(fs::exists("cache/gan") && cache_files() > 0);
  PictureSettings settings;
  settings.resize = "16x12";
  const DataSet data = open("d", settings);
  EXPECT_EQ(data.train.shape(), (Shape{3, 12, 16}));
  EXPECT_EQ(data.pictures->sizes,
            (std::vector<std::pair<PictureSize, int64_t>>{{{48, 48}, 5}, {{100, 20}, 1}}));
}

TEST_F(PictureFolder, WithTooFewPicturesIsRefused) {
  fill("d", 3);
  expect_data_error([] { open("d"); },
                    "at least 4 pictures were expected, to train, validate and test; there are 3",
                    "d");
  put_file("d/4.png", "x");
  expect_data_error([] { open("d"); }, "there are 3 that can be read", "d");
  fill("d", 1, 8, 4);
  EXPECT_EQ(open("d").train.size(), 2);
  fs::create_directory("empty");
  expect_data_error([] { open("empty"); }, "a folder of pictures (PNG, JPEG, WebP, GIF, BMP)",
                    "empty");
  put_file("broken/1.png", "x");
  put_file("broken/2.png", "x");
  expect_data_error([] { open("broken"); },
                    "none of its 2 pictures can be read; the first: 1.png is no PNG", "broken");
}

TEST_F(PictureFolder, OfOnePictureManyTimesIsNotSplit) {
  for (int i = 0; i < 24; ++i)
    put_file("d/" + std::to_string(i) + ".png", encode_png(test_picture(1, 8, 8)));
  const DataSet data = open("d");
  EXPECT_EQ(data.train.size(), 24);
  EXPECT_EQ(data.test.size(), 24);
  EXPECT_EQ(data.notes,
            Texts{"d: holds only 1 distinct picture, so all of them train, validate and test"});
}

TEST_F(PictureFolder, HeldOutPicturesFitIntoMemory) {
  EXPECT_EQ(most_held_out({1, 28, 28}), 10'000);
  EXPECT_EQ(most_held_out({3, 32, 32}), 10'000);
  EXPECT_EQ(most_held_out({3, 256, 256}), 682);  // 2^29 bytes, of which each takes 4 x 196,608
  EXPECT_EQ(most_held_out({4, 8192, 8192}), 1);
}

TEST_F(PictureFolder, SplitsMayBeLimited) {
  fill("d", 100);
  const DataSet all = open("d"), some = open("d", {}, {20, 3});
  EXPECT_EQ(some.train.size(), 20);
  EXPECT_EQ(some.valid.size(), 3);
  EXPECT_EQ(some.train.rows(0, 20), all.train.rows(0, 20));
  EXPECT_NE(some.hash, all.hash);
  expect_usage_error([] { open("d", {}, {100, 0}); }, "train = 100 is too many: there are");
  expect_usage_error([] { open("d", {}, {-1, 0}); }, "train = -1");
  PictureSettings settings;
  settings.resize = "big";
  expect_usage_error([&] { open("d", settings); }, "resize = \"big\"");
  settings.resize = "none";
  settings.background = "blue";
  expect_usage_error([&] { open("d", settings); }, "background = \"blue\"");
}

TEST_F(PictureFolder, SettingsForOtherDataAreSaidToBeUnused) {
  PictureSettings settings;
  settings.resize = "4x4";
  const DataSet data = open("toy:ring8", settings);
  EXPECT_EQ(
      data.notes,
      Texts{
          "toy:ring8: is no folder of pictures, so resize, crop, colour and background are not used"});
}

TEST_F(PictureFolder, DamagedArchivesDoNoHarm) {
  NamedFiles files;
  for (int i = 0; i < 6; ++i)
    files.emplace_back(std::to_string(i) + ".png", encode_png(test_picture(i, 8, 8)));
  put_zip("whole.zip", files);
  const std::string whole = read_file("whole.zip");
  std::mt19937 random(2);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole.substr(0, i % 4 == 0 ? random() % whole.size() : whole.size());
    for (unsigned k = 0; k < 1 + random() % 6 && !bytes.empty(); ++k)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    write_file("a.zip", bytes);
    try {
      EXPECT_LE(open("a.zip").pictures->images, 6);
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace gan
