#include "gan/data/picture_pixels.h"

#include <gtest/gtest.h>

#include <set>

#include "gan/data/testing.h"

namespace gan {
namespace {

using Bytes = std::vector<uint8_t>;

DecodedPicture picture_of(const Bytes& pixels, int64_t channels, bool with_alpha = false,
                          Rgb background = {}) {
  DecodedPicture picture;
  set_pixels(picture, pixels, channels, with_alpha, background);
  return picture;
}

TEST(PicturePixels, GreyIsRepeated) {
  const DecodedPicture picture = picture_of({7, 200}, 1);
  EXPECT_EQ(picture.pixels, (Bytes{7, 7, 7, 200, 200, 200}));
  EXPECT_TRUE(picture.grey);
  EXPECT_FALSE(picture.transparent);
  EXPECT_TRUE(picture_of({9, 9, 9, 8, 8, 8}, 3).grey);
  EXPECT_FALSE(picture_of({9, 9, 9, 8, 8, 9}, 3).grey);
}

TEST(PicturePixels, TransparentPixelsShowTheBackground) {
  const Bytes pixels{100, 0, 200, 0, 100, 0, 200, 255, 100, 0, 200, 51};
  const DecodedPicture picture = picture_of(pixels, 4);
  EXPECT_EQ(picture.pixels, (Bytes{255, 255, 255, 100, 0, 200, 224, 204, 244}));
  EXPECT_TRUE(picture.transparent);
  EXPECT_EQ(picture_of(pixels, 4, false, {0, 10, 20}).pixels,
            (Bytes{0, 10, 20, 100, 0, 200, 20, 8, 56}));
  EXPECT_EQ(picture_of(pixels, 4, true).pixels, pixels);
  EXPECT_EQ(picture_of({50, 255, 50, 0}, 2, true).pixels, (Bytes{50, 50, 50, 255, 50, 50, 50, 0}));
  EXPECT_EQ(picture_of({1, 2, 3}, 3, true).pixels, (Bytes{1, 2, 3, 255}));
  EXPECT_FALSE(picture_of({1, 2, 3, 255}, 4).transparent);
}

TEST(PicturePixels, InksTakeAwayLight) {
  EXPECT_EQ(rgb_of_cmyk(Bytes{0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 255, 51}),
            (Bytes{255, 255, 255, 0, 255, 255, 0, 0, 0, 204, 0, 0}));
}

TEST(PicturePixels, ChannelsComeFirstInExamples) {
  const DecodedPicture colour = picture_of({1, 2, 3, 4, 5, 6}, 3);
  EXPECT_EQ(channels_first(colour, 3), (Bytes{1, 4, 2, 5, 3, 6}));
  const DecodedPicture alpha = picture_of({1, 2, 3, 9, 4, 5, 6, 8}, 4, true);
  EXPECT_EQ(channels_first(alpha, 4), (Bytes{1, 4, 2, 5, 3, 6, 9, 8}));
}

TEST(PicturePixels, GreyOfColoursIsTheirLuma) {
  const DecodedPicture colours = picture_of({255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}, 3);
  EXPECT_EQ(channels_first(colours, 1), (Bytes{76, 150, 29, 255}));
  for (int i = 0; i < 256; ++i) {
    const auto grey = static_cast<uint8_t>(i);
    EXPECT_EQ(channels_first(picture_of({grey}, 1), 1), Bytes{grey});
  }
}

TEST(PicturePixels, DigestsAreSpreadEvenly) {
  constexpr int kPictures = 4000;
  std::set<uint64_t> seen;
  int low = 0;
  for (int i = 0; i < kPictures; ++i) {
    const uint64_t digest =
        digest_of(Bytes{0, 0, static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)});
    seen.insert(digest);
    low += digest < UINT64_MAX / 10;
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kPictures));
  EXPECT_NEAR(low, kPictures / 10, 60);  // three standard deviations
  EXPECT_EQ(digest_of(Bytes{1, 2}), digest_of(Bytes{1, 2}));
  EXPECT_NE(digest_of(Bytes{1, 2}), digest_of(Bytes{2, 1}));
}

TEST(PictureSettings, SizesAndColoursAreParsed) {
  EXPECT_FALSE(parse_size("none"));
  EXPECT_EQ(parse_size("64x48"), (PictureSize{64, 48}));
  for (const char* wrong : {"", "64", "64x", "x64", "0x4", "-4x4", "64x48x3", "9000x4", "64 x 48"})
    expect_usage_error([&] { parse_size(wrong); }, "WIDTHxHEIGHT was expected");
  EXPECT_EQ(parse_background("white"), (Rgb{255, 255, 255}));
  EXPECT_EQ(parse_background("#0a80FF"), (Rgb{10, 128, 255}));
  for (const char* wrong : {"", "red", "#12345", "#12345g", "#1234567", "#+1-2 3"})
    expect_usage_error([&] { parse_background(wrong); }, "#rrggbb was expected");
}

}  // namespace
}  // namespace gan
