#include "gan/data/picture_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "gan/data/testing.h"
#include "gan/io/picture_testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

DecodedPicture decode(std::string bytes, const PictureSettings& settings = {}) {
  return PictureDecoder(settings).decode(bytes, kWho);
}

/// The largest difference of two pictures' numbers.
int distance(const DecodedPicture& picture, const Image& image) {
  EXPECT_EQ(picture.pixels.size(), image.pixels.size());
  int most = 0;
  for (size_t i = 0; i < std::min(picture.pixels.size(), image.pixels.size()); ++i)
    most = std::max(most, std::abs(picture.pixels[i] - image.pixels[i]));
  return most;
}

std::string why_unreadable(const std::string& bytes, const PictureSettings& settings = {}) {
  try {
    decode(bytes, settings);
    return "";
  } catch (const UnreadablePicture& error) {
    return error.why;
  }
}

TEST(PictureDecoder, FormatsAreKnownByContent) {
  const Image image = test_picture(3);
  const std::pair<const char*, const char*> kinds[] = {
      {".png", "PNG"},
      {".jpg[Q=98,subsample-mode=off]", "JPEG"},
      {".jpg[Q=98,interlace,subsample-mode=off]", "JPEG"},
      {".webp[lossless]", "WebP"},
      {".bmp", "BMP"}};
  for (const auto& [suffix, kind] : kinds) {
    const std::string bytes = PictureSaver::save(image, suffix);
    EXPECT_EQ(picture_kind(bytes), kind) << suffix;
    EXPECT_LE(distance(decode(bytes), image), kind == std::string("JPEG") ? 6 : 0) << suffix;
  }
  const std::string gif = PictureSaver::save(plain_picture(8, 8, {200, 100, 50}), ".gif");
  EXPECT_EQ(picture_kind(gif), "GIF");
  EXPECT_LE(distance(decode(gif), plain_picture(8, 8, {200, 100, 50})), 3);
  EXPECT_EQ(picture_kind("RIFF1234WAVE"), "");
  EXPECT_EQ(picture_kind("BM"), "");
  EXPECT_EQ(picture_kind(""), "");
}

TEST(PictureDecoder, OfAnimationsTheFirstFrameIsRead) {  // red, then blue
  using namespace std::string_literals;
  const std::string gif =
      "\x47\x49\x46\x38\x39\x61\x08\x00\x08\x00\x81\x00\x00\xc8\x10\x10\x10\x10\xc8\x00"s +
      "\x00\x00\x00\x00\x00\x21\xff\x0b\x4e\x45\x54\x53\x43\x41\x50\x45\x32\x2e\x30\x03"s +
      "\x01\x00\x00\x00\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c\x00\x00\x00\x00\x08\x00\x08"s +
      "\x00\x00\x08\x0f\x00\x01\x08\x1c\x48\xb0\xa0\xc1\x83\x08\x13\x2a\x4c\x18\x10\x00"s +
      "\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c\x00\x00\x00\x00\x08\x00\x08\x00\x81\xc8\x10"s +
      "\x10\x10\x10\xc8\x00\x00\x00\x00\x00\x00\x08\x0f\x00\x03\x08\x1c\x48\xb0\xa0\xc1"s +
      "\x83\x08\x13\x2a\x4c\x18\x10\x00\x3b"s;
  const std::string webp =
      "\x52\x49\x46\x46\x88\x00\x00\x00\x57\x45\x42\x50\x56\x50\x38\x58\x0a\x00\x00\x00"s +
      "\x02\x00\x00\x00\x07\x00\x00\x07\x00\x00\x41\x4e\x49\x4d\x06\x00\x00\x00\x00\x00"s +
      "\x00\x00\x00\x00\x41\x4e\x4d\x46\x2a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00"s +
      "\x00\x07\x00\x00\x64\x00\x00\x02\x56\x50\x38\x4c\x11\x00\x00\x00\x2f\x07\xc0\x01"s +
      "\x00\x07\x50\x88\x22\x17\xa2\xff\x81\x88\xe8\x7f\x00\x00\x41\x4e\x4d\x46\x2a\x00"s +
      "\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00\x64\x00\x00\x00\x56\x50"s +
      "\x38\x4c\x11\x00\x00\x00\x2f\x07\xc0\x01\x00\x07\x50\x88\x42\x14\xb9\xff\x81\x88"s +
      "\xe8\x7f\x00\x00"s;
  for (const std::string& bytes : {gif, webp})
    EXPECT_LE(distance(decode(bytes), plain_picture(8, 8, {200, 16, 16})), 3) << bytes.size();
}

TEST(PictureDecoder, GreyPalettesAndOneBitAreExpanded) {
  const DecodedPicture grey = decode(encode_png(test_picture(1, 9, 5, 1)));
  EXPECT_TRUE(grey.grey);
  EXPECT_EQ(grey.size, (PictureSize{9, 5}));
  EXPECT_EQ(grey.pixels.size(), 9u * 5 * 3);
  const Image red = plain_picture(4, 4, {255, 0, 0});
  EXPECT_EQ(distance(decode(PictureSaver::save(red, ".png[palette]")), red), 0);
  const Image white = plain_picture(8, 8, {255});
  const DecodedPicture bits =
      decode(PictureSaver::save(white, ".png[bitdepth=1]", VIPS_INTERPRETATION_B_W));
  EXPECT_EQ(distance(bits, plain_picture(8, 8, {255, 255, 255})), 0);
}

TEST(PictureDecoder, SixteenBitsLookLikeEight) {
  const Image image = test_picture(2);
  EXPECT_LE(distance(decode(PictureSaver::save_16_bit(image, ".png")), image), 1);
  const Image grey = test_picture(2, 16, 16, 1);
  const DecodedPicture read = decode(PictureSaver::save_16_bit(grey, ".png"));
  for (size_t i = 0; i < grey.pixels.size(); ++i)
    EXPECT_NEAR(read.pixels[3 * i], grey.pixels[i], 1);
  PictureSettings smaller;
  smaller.resize = "16x16";
  const DecodedPicture scaled =
      decode(PictureSaver::save_16_bit(plain_picture(32, 32, {9, 99, 199}), ".png"), smaller);
  EXPECT_LE(distance(scaled, plain_picture(16, 16, {9, 99, 199})), 1);
}

TEST(PictureDecoder, InksBecomeColours) {
  const Image inks = plain_picture(16, 16, {255, 0, 0, 0});  // cyan
  const std::string bytes = PictureSaver::save(inks, ".jpg[Q=95,strip]", VIPS_INTERPRETATION_CMYK);
  EXPECT_LE(distance(decode(bytes), plain_picture(16, 16, {0, 255, 255})), 4);
  PictureSettings smaller;
  smaller.resize = "8x8";
  EXPECT_LE(distance(decode(bytes, smaller), plain_picture(8, 8, {0, 255, 255})), 4);
}

TEST(PictureDecoder, ColourProfilesOfInksAreHeeded) {
  const Image inks = plain_picture(16, 16, {255, 0, 0, 0});  // cyan, which printers make darker
  const std::string bytes =
      PictureSaver::save(inks, ".jpg[Q=95,profile=cmyk]", VIPS_INTERPRETATION_CMYK);
  const DecodedPicture picture = decode(bytes);
  EXPECT_LT(picture.pixels[0], 60);
  EXPECT_GT(picture.pixels[1], 120);
  EXPECT_LT(picture.pixels[1], 215);
  EXPECT_GT(picture.pixels[2], 180);
}

TEST(PictureDecoder, AlphaIsFlattenedOrKept) {
  const Image image = plain_picture(4, 4, {100, 0, 200, 51});
  const std::string png = PictureSaver::save(image, ".png");
  const DecodedPicture flat = decode(png);
  EXPECT_EQ(distance(flat, plain_picture(4, 4, {224, 204, 244})), 0);
  EXPECT_TRUE(flat.transparent);
  PictureSettings settings;
  settings.background = "black";
  EXPECT_EQ(distance(decode(png, settings), plain_picture(4, 4, {20, 0, 40})), 0);
  settings.colour = Colour::rgba;
  EXPECT_EQ(distance(decode(png, settings), image), 0);
  settings.resize = "2x2";
  EXPECT_LE(distance(decode(png, settings), plain_picture(2, 2, {100, 0, 200, 51})), 2);
  EXPECT_FALSE(decode(PictureSaver::save(plain_picture(4, 4, {1, 2, 3, 255}), ".png")).transparent);
}

TEST(PictureDecoder, PicturesAreUpright) {
  // The upper half is dark: 48 x 32.
  Image image = plain_picture(48, 32, {250, 250, 250});
  std::fill_n(image.pixels.begin(), image.pixels.size() / 2, uint8_t{5});
  const std::string jpeg = PictureSaver::save(image, ".jpg[Q=95]");
  const auto at = [](const DecodedPicture& p, int64_t x, int64_t y) {
    return p.pixels[static_cast<size_t>((y * p.size.width + x) * 3)];
  };
  for (const std::string resize : {"none", "24x24"}) {
    PictureSettings settings;
    settings.resize = resize;
    const DecodedPicture as_is = decode(turned(jpeg, 1), settings);
    EXPECT_LT(at(as_is, 4, 4), 60);
    EXPECT_GT(at(as_is, 4, as_is.size.height - 4), 200);
    const DecodedPicture half = decode(turned(jpeg, 3), settings);
    EXPECT_GT(at(half, 4, 4), 200);
    EXPECT_LT(at(half, 4, half.size.height - 4), 60);
    const DecodedPicture right = decode(turned(jpeg, 6), settings);  // is to be turned clockwise
    EXPECT_EQ(right.stored, (PictureSize{32, 48}));
    EXPECT_GT(at(right, 4, 4), 200);
    EXPECT_LT(at(right, right.size.width - 4, 4), 60);
    const DecodedPicture left = decode(turned(jpeg, 8), settings);
    EXPECT_LT(at(left, 4, 4), 60);
    EXPECT_GT(at(left, left.size.width - 4, 4), 200);
  }
  EXPECT_EQ(decode(turned(jpeg, 6)).size, (PictureSize{32, 48}));
}

TEST(PictureDecoder, InksAreTurnedUpright) {
  Image inks = plain_picture(48, 32, {0, 0, 0, 0});  // white; its upper half is cyan
  for (size_t i = 0; i < inks.pixels.size() / 2; i += 4) inks.pixels[i] = 255;
  const std::string jpeg = PictureSaver::save(inks, ".jpg[Q=95,strip]", VIPS_INTERPRETATION_CMYK);
  PictureSettings smaller;
  smaller.resize = "16x24";
  for (const PictureSettings& settings : {PictureSettings{}, smaller}) {
    const DecodedPicture right = decode(turned(jpeg, 6), settings);  // is to be turned clockwise
    ASSERT_EQ(right.size, (settings.resize == "none" ? PictureSize{32, 48} : PictureSize{16, 24}));
    const auto red = [&](int64_t x) {
      return right.pixels[static_cast<size_t>((right.size.height / 2 * right.size.width + x) * 3)];
    };
    EXPECT_GT(red(2), 200);
    EXPECT_LT(red(right.size.width - 3), 50);
  }
}

TEST(PictureDecoder, ScalingAveragesAndReachesTheSize) {
  Image stripes = plain_picture(64, 64, {0, 0, 0});
  for (size_t i = 0; i < stripes.pixels.size(); ++i)
    if (i / 3 % 2 == 0) stripes.pixels[i] = 200;
  PictureSettings settings;
  settings.resize = "16x16";
  EXPECT_LE(distance(decode(encode_png(stripes), settings), plain_picture(16, 16, {100, 100, 100})),
            8)
      << "every fourth pixel would be all black or all bright";
  for (const char* resize : {"1x1", "7x5", "48x20", "100x3", "33x200"}) {
    for (const PictureCrop crop : {PictureCrop::none, PictureCrop::centre}) {
      settings.resize = resize;
      settings.crop = crop;
      for (const auto& [w, h] : {std::pair{32, 32}, {100, 20}, {33, 47}, {1, 1}}) {
        const DecodedPicture picture = decode(encode_png(test_picture(1, w, h)), settings);
        EXPECT_EQ(picture.size, *parse_size(resize)) << w << " x " << h << " to " << resize;
        EXPECT_EQ(picture.stored, (PictureSize{w, h}));
      }
    }
  }
}

TEST(PictureDecoder, TheCentreIsKept) {
  Image image = plain_picture(60, 20, {0, 0, 0});  // black, white, black, each 20 wide
  for (size_t i = 0; i < image.pixels.size(); ++i)
    if (i / 3 % 60 / 20 == 1) image.pixels[i] = 255;
  PictureSettings settings;
  settings.crop = PictureCrop::centre;
  EXPECT_EQ(distance(decode(encode_png(image), settings), plain_picture(20, 20, {255, 255, 255})),
            0);
  settings.resize = "20x20";
  EXPECT_LE(distance(decode(encode_png(image), settings), plain_picture(20, 20, {255, 255, 255})),
            1);
}

TEST(PictureDecoder, WhatIsNoPictureIsUnreadable) {
  EXPECT_EQ(why_unreadable(""), "is empty");
  EXPECT_EQ(why_unreadable("not a picture"), "is no PNG, JPEG, WebP, GIF or BMP file");
  for (const char* suffix : {".png", ".jpg", ".webp", ".gif", ".bmp"}) {
    const std::string bytes = PictureSaver::save(test_picture(1), suffix);
    for (const size_t size : {size_t{12}, size_t{40}, bytes.size() / 2, bytes.size() - 20})
      for (const std::string resize : {"none", "16x16"}) {
        PictureSettings settings;
        settings.resize = resize;
        EXPECT_NE(why_unreadable(bytes.substr(0, size), settings), "")
            << size << " bytes of " << bytes.size() << " of a " << suffix << " to " << resize;
      }
  }
}

TEST(PictureDecoder, TooManyPixelsAreRefused) {
  expect_data_error([] { decode(empty_png(40'000, 40'000)); },
                    "has 40000 x 40000 pixels, and pictures of at most 200 million are read");
  PictureSettings settings;
  settings.resize = "64x64";
  expect_data_error([&] { decode(empty_png(40'000, 40'000), settings); }, "40000 x 40000");
}

TEST(PictureDecoder, SurvivesDamage) {
  std::mt19937 random(1);
  for (const char* suffix : {".png", ".jpg", ".webp", ".gif", ".bmp"}) {
    const std::string whole = PictureSaver::save(test_picture(1, 40, 24), suffix);
    for (int i = 0; i < 40; ++i) {
      std::string bytes = whole.substr(0, i % 4 == 0 ? random() % whole.size() : whole.size());
      for (unsigned k = 0; k < 1 + random() % 8 && !bytes.empty(); ++k)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      PictureSettings settings;
      settings.resize = i % 2 == 0 ? "none" : "16x16";
      try {
        const DecodedPicture picture = decode(bytes, settings);
        EXPECT_EQ(std::ssize(picture.pixels), picture.size.width * picture.size.height * 3);
      } catch (const UnreadablePicture& error) {
        EXPECT_FALSE(error.why.empty());
      } catch (const DataError& error) {  // a size that became enormous
        EXPECT_TRUE(std::string_view(error.what()).starts_with(kWho)) << error.what();
      }
    }
  }
  PictureDecoder::end_thread();
}

}  // namespace
}  // namespace gan
