#include "gan/figures/grid.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "gan/core/error.h"

namespace gan {
namespace {

using Rgb = std::array<int, 3>;
constexpr int kGap = kGridBackground;
const Rgb kBackground = {kGap, kGap, kGap}, kFrame = {213, 94, 0};

int grey_at(const Image& image, int64_t row, int64_t column) {
  return image.pixels.at(row * image.width + column);
}
Rgb rgb_at(const Image& image, int64_t row, int64_t column) {
  const size_t at = (row * image.width + column) * 3;
  return {image.pixels.at(at), image.pixels.at(at + 1), image.pixels.at(at + 2)};
}

template <class Expected>
void expect_error(const Shape& shape, size_t values, const GridOptions& options,
                  const std::string& part) {
  const std::vector<float> zeros(values);
  try {
    image_grid(shape, zeros, options);
    ADD_FAILURE() << "no error for: " << part;
  } catch (const Expected& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(ImageGrid, PlacesEveryPixel) {
  const std::vector<float> values = {0, 0.2F, 0.4F, 0.6F, 0.8F, 1};  // three tiles of 1x2
  const Image image = image_grid({3, 1, 2}, values, {.columns = 2, .gap = 1, .min_tile = 1});
  EXPECT_EQ(image.height, 5);
  EXPECT_EQ(image.width, 7);
  EXPECT_EQ(image.channels, 1);
  const int b = kGap;
  const std::vector<uint8_t> expected = {
      b, b,   b,   b, b,   b,   b,  //
      b, 0,   51,  b, 102, 153, b,  //
      b, b,   b,   b, b,   b,   b,  //
      b, 204, 255, b, b,   b,   b,  // a place without an example stays background
      b, b,   b,   b, b,   b,   b};
  EXPECT_EQ(image.pixels, expected);
}

TEST(ImageGrid, IsAsSquareAsPossible) {
  const std::vector<float> values(10);
  const GridOptions options{.gap = 0, .min_tile = 1};
  const auto size = [&](int64_t count) {
    const Image image = image_grid({count, 1, 1}, std::span(values).first(count), options);
    return std::pair(image.height, image.width);
  };
  EXPECT_EQ(size(1), std::pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(size(6), std::pair(int64_t{2}, int64_t{3}));
  EXPECT_EQ(size(9), std::pair(int64_t{3}, int64_t{3}));
  EXPECT_EQ(size(10), std::pair(int64_t{3}, int64_t{4}));
}

TEST(ImageGrid, KeepsTheColumnsAskedFor) {
  const std::vector<float> values = {1, 1};
  const Image image = image_grid({2, 1, 1}, values, {.columns = 4, .gap = 1, .min_tile = 1});
  EXPECT_EQ(image.width, 9);
  EXPECT_EQ(grey_at(image, 1, 3), 255);
  EXPECT_EQ(grey_at(image, 1, 5), kGap);
}

TEST(ImageGrid, EnlargesByAWholeFactor) {
  const std::vector<float> values = {0, 1, 1, 1, 0, 0};  // one tile of 2x3
  const Image image = image_grid({1, 2, 3}, values, {.gap = 2, .min_tile = 7});
  ASSERT_EQ(image.height, 2 + 6 + 2);  // 3 * 3 is the first to reach 7
  ASSERT_EQ(image.width, 2 + 9 + 2);
  for (int64_t row = 0; row < 6; ++row)
    for (int64_t column = 0; column < 9; ++column)
      EXPECT_EQ(grey_at(image, 2 + row, 2 + column), 255 * values[row / 3 * 3 + column / 3])
          << row << ' ' << column;
}

TEST(ImageGrid, NeverShrinks) {
  const std::vector<float> values(5);
  EXPECT_EQ(image_grid({1, 1, 5}, values, {.gap = 0, .min_tile = 2}).width, 5);
}

TEST(ImageGrid, Clips) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {-3, -1, 0, 1, 7, inf, -inf, NAN};
  const Image image =
      image_grid({1, 1, 8}, values, {.low = -1, .high = 1, .gap = 0, .min_tile = 1});
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{0, 0, 128, 255, 255, 255, 0, 0}));
}

TEST(ImageGrid, TurnsPlanesIntoRgb) {
  const std::vector<float> values = {1, 0, 0, 1, 0.2F, 0};  // red, green and blue planes of 1x2
  const Image image = image_grid({1, 3, 1, 2}, values, {.gap = 0, .min_tile = 1});
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(rgb_at(image, 0, 0), (Rgb{255, 0, 51}));
  EXPECT_EQ(rgb_at(image, 0, 1), (Rgb{0, 255, 0}));
}

TEST(ImageGrid, OpacityIsDrawnOnWhite) {
  const std::vector<float> values = {1,    1,    0, 0,
                                     0.2F, 0.2F, 1, 0.2F};  // red, green, blue and opacity of 1x2
  const Image image = image_grid({1, 4, 1, 2}, values, {.gap = 0, .min_tile = 1});
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(rgb_at(image, 0, 0), (Rgb{255, 0, 51}));
  EXPECT_EQ(rgb_at(image, 0, 1),
            (Rgb{255, 204, 215}));  // 255 - 0.2 * 255; 255 - 0.2 * 204, rounded up
}

TEST(ImageGrid, OneChannelMayBeNamed) {
  const std::vector<float> values = {0, 1, 1, 0};
  EXPECT_EQ(image_grid({2, 1, 1, 2}, values).pixels, image_grid({2, 1, 2}, values).pixels);
}

TEST(ImageGrid, FramesFillTheGapAndCoverNoPixel) {
  const std::vector<float> values = {1, 1, 1};
  const Image image =
      image_grid({3, 1, 1}, values, {.columns = 3, .gap = 2, .min_tile = 1, .framed = {1}});
  ASSERT_EQ(image.channels, 3);
  ASSERT_EQ(image.width, 11);
  for (int64_t row = 0; row < 5; ++row)
    for (int64_t column = 0; column < 11; ++column) {
      const bool tile = row == 2 && (column == 2 || column == 5 || column == 8);
      const bool ring = column >= 3 && column <= 7;
      Rgb expected = ring ? kFrame : kBackground;
      if (tile) expected = {255, 255, 255};
      EXPECT_EQ(rgb_at(image, row, column), expected) << row << ' ' << column;
    }
}

TEST(ImageGrid, FramesWithoutAGapLieOnTheEdge) {
  const std::vector<float> values(9, 1);
  const Image image = image_grid({1, 3, 3}, values, {.gap = 0, .min_tile = 1, .framed = {0}});
  EXPECT_EQ(rgb_at(image, 0, 0), kFrame);
  EXPECT_EQ(rgb_at(image, 2, 1), kFrame);
  EXPECT_EQ(rgb_at(image, 1, 1), (Rgb{255, 255, 255}));
}

TEST(ImageGrid, SaysWhatIsWrong) {
  expect_error<DataError>({4, 4}, 16, {}, "got [4, 4]");
  expect_error<DataError>({1, 2, 4, 4}, 32, {}, "got 2 in shape [1, 2, 4, 4]");
  expect_error<DataError>({0, 4, 4}, 0, {}, "nothing to draw in shape [0, 4, 4]");
  expect_error<DataError>({2, 4, 4}, 31, {}, "needs 32 values, got 31");
  expect_error<UsageError>({1, 4, 4}, 16, {.columns = -1}, "columns");
  expect_error<UsageError>({1, 4, 4}, 16, {.gap = -1}, "gap");
  expect_error<UsageError>({1, 4, 4}, 16, {.low = 1, .high = 1}, "low = 1 and high = 1");
  expect_error<UsageError>({2, 4, 4}, 32, {.framed = {2}}, "there are tiles 0 to 1");
  expect_error<UsageError>({1, 4, 4}, 16, {.min_tile = int64_t{1} << 62}, "min_tile");
  expect_error<UsageError>({1, 4, 4}, 16, {.columns = int64_t{1} << 62}, "columns");
  expect_error<UsageError>({1, 4, 4}, 16, {.columns = 1 << 15, .min_tile = 1 << 15}, "too large");
}

TEST(ImageGrid, NarrowImagesAreEnlargedUpToAHeight) {
  const Image narrow = image_grid({1, 300, 1}, std::vector<float>(300), {.gap = 0});
  EXPECT_EQ(narrow.width, 2);  // 16 * 56 / 300, rounded down
  EXPECT_EQ(narrow.height, 600);
  const Image longer = image_grid({1, 2000, 1}, std::vector<float>(2000), {.gap = 0});
  EXPECT_EQ(longer.width, 1);
  EXPECT_EQ(image_grid({1, 28, 28}, std::vector<float>(784), {.gap = 0}).width, 56);
}

TEST(ImageGrid, ItsSizeIsCheckedWithoutAnyValues) {
  EXPECT_NO_THROW(check_grid({1000, 28, 28}));
  EXPECT_THROW(check_grid({1'000'000, 28, 28}), UsageError);
  EXPECT_THROW(check_grid({1'000'000, 1, 1}, {.columns = 1}),
               UsageError);  // 58,000,002 pixels high
  EXPECT_THROW(check_grid({int64_t{1} << 62, 28, 28}), UsageError);
  EXPECT_THROW(check_grid({10, 2, 4, 4}), DataError);
}

}  // namespace
}  // namespace gan
