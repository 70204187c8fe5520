#include "gan/data/jpeg.h"

#include <gtest/gtest.h>

#include "gan/data/picture_decoder.h"
#include "gan/io/picture_testing.h"

namespace gan {
namespace {

constexpr int64_t kMost = 1 << 20;  // pixels

/// With an orientation that turns nothing, but sends the file to libvips.
std::string with_a_tag(const std::string& jpeg) {
  const std::string in_a_long_number("Exif\0\0\x12\x01\4\0\1\0\0\0\1\0\0\0", 18);
  return jpeg.substr(0, 2) + "\xff\xe1" + std::string("\0\x14", 2) + in_a_long_number +
         jpeg.substr(2);
}

TEST(Jpeg, PixelsAreThoseOfLibvips) {
  const PictureDecoder decoder({});
  for (const char* options :
       {"[Q=90]", "[Q=90,strip]", "[Q=60,strip,interlace]", "[Q=95,strip,subsample-mode=off]",
        "[Q=30,strip,optimize_coding]", "[Q=90,strip,restart_interval=2]"})
    for (const auto& [width, height] : {std::pair{32, 32}, {33, 47}, {1, 1}, {300, 200}})
      for (const int64_t channels : {1, 3}) {
        const auto as = channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
        const std::string jpeg = PictureSaver::save(test_picture(3, width, height, channels),
                                                    std::string(".jpg") + options, as);
        const auto fast = ordinary_jpeg(jpeg, kMost);
        ASSERT_TRUE(fast) << options;
        EXPECT_EQ(fast->size, (PictureSize{width, height}));
        EXPECT_EQ(fast->channels, channels);
        std::string slow = with_a_tag(jpeg);
        ASSERT_FALSE(ordinary_jpeg(slow, kMost));
        const DecodedPicture picture = decoder.decode(slow, "slow");
        DecodedPicture expected;
        set_pixels(expected, fast->pixels, channels, false, {255, 255, 255});
        EXPECT_EQ(picture.pixels, expected.pixels) << options << " " << width << " x " << height;
      }
}

TEST(Jpeg, UnusualOnesAreLeftToLibvips) {
  const std::string jpeg = PictureSaver::save(test_picture(1), ".jpg[strip]");
  ASSERT_TRUE(ordinary_jpeg(jpeg, 32 * 32));
  EXPECT_FALSE(ordinary_jpeg(jpeg, 32 * 32 - 1)) << "too large";
  EXPECT_TRUE(ordinary_jpeg(turned(jpeg, 1), kMost)) << "upright";
  EXPECT_FALSE(ordinary_jpeg(turned(jpeg, 6), kMost)) << "turned";
  const std::string inks = PictureSaver::save(plain_picture(16, 16, {255, 0, 0, 0}), ".jpg[strip]",
                                              VIPS_INTERPRETATION_CMYK);
  EXPECT_FALSE(ordinary_jpeg(inks, kMost)) << "CMYK";
  for (const size_t size : {size_t{0}, size_t{2}, size_t{12}, jpeg.size() / 2, jpeg.size() - 20})
    EXPECT_FALSE(ordinary_jpeg(jpeg.substr(0, size), kMost)) << size << " bytes";
}

TEST(Jpeg, OrientationIsFoundInEitherOrderOfBytes) {
  const std::string jpeg = PictureSaver::save(test_picture(1), ".jpg[strip]");
  const auto big_endian = [&](char orientation) {
    std::string exif("Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0", 25);
    exif += orientation + std::string(6, '\0');
    return jpeg.substr(0, 2) + "\xff\xe1" + std::string(1, '\0') +
           static_cast<char>(exif.size() + 2) + exif + jpeg.substr(2);
  };
  EXPECT_TRUE(ordinary_jpeg(big_endian(1), kMost));
  EXPECT_FALSE(ordinary_jpeg(big_endian(3), kMost));
}

}  // namespace
}  // namespace gan
