#include "gan/figures/plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

constexpr uint32_t kWhite = 0xFFFFFF, kBlue = 0x0072B2, kVermillion = 0xD55E00, kGreen = 0x009E73,
                   kBlack = 0;
constexpr double kInf = std::numeric_limits<double>::infinity();

uint32_t at(const Image& image, int64_t row, int64_t column) {
  const uint8_t* pixel = &image.pixels[(row * image.width + column) * 3];
  return pixel[0] << 16 | pixel[1] << 8 | pixel[2];
}

/// Pixels within a few levels of the colour.
int64_t ink(const Image& image, uint32_t colour, int64_t first_row = 0, int tolerance = 12) {
  int64_t count = 0;
  for (int64_t row = first_row; row < image.height; ++row)
    for (int64_t column = 0; column < image.width; ++column) {
      int furthest = 0;
      for (int shift : {0, 8, 16})
        furthest =
            std::max(furthest, std::abs(static_cast<int>(at(image, row, column) >> shift & 0xFF) -
                                        static_cast<int>(colour >> shift & 0xFF)));
      count += furthest <= tolerance;
    }
  return count;
}

void expect_paper(const Image& image, int64_t width, int64_t height) {
  ASSERT_EQ(image.width, width);
  ASSERT_EQ(image.height, height);
  ASSERT_EQ(image.channels, 3);
  ASSERT_EQ(image.pixels.size(), static_cast<size_t>(width * height * 3));
  for (int64_t row : {int64_t{0}, height - 1})
    for (int64_t column : {int64_t{0}, width - 1}) EXPECT_EQ(at(image, row, column), kWhite);
  EXPECT_GT(ink(image, kWhite), width * height / 2);
}

Series wave(std::string label, int64_t count, double phase) {
  Series series{std::move(label), {}, {}};
  for (int64_t i = 0; i < count; ++i) {
    series.x.push_back(static_cast<double>(i));
    series.y.push_back(
        std::sin(20.0 * static_cast<double>(i) / static_cast<double>(count) + phase));
  }
  return series;
}

TEST(DrawCurves, DrawsEachSeriesInItsColour) {
  const Panel panel{"Losses",
                    "step",
                    "loss",
                    {wave("D", 300, 0), wave("G", 300, 1), wave("even", 300, 2)},
                    {{0.5, "half"}}};
  const Image image = draw_curves(std::vector{panel});
  expect_paper(image, 640, 280);
  for (uint32_t colour : {kBlue, kVermillion, kGreen})
    EXPECT_GT(ink(image, colour, 60), 30) << colour;  // below the legend
}

TEST(DrawCurves, LegendDoesNotNeedLabels) {
  const Image image = draw_curves(std::vector{Panel{"", "", "", {wave("", 300, 0)}, {}}});
  EXPECT_GT(ink(image, kBlue), 30);
}

TEST(DrawCurves, PutsMoreThanThreePanelsInTwoColumns) {
  for (const auto& [count, columns, rows] :
       {std::tuple(1, 1, 1), {3, 1, 3}, {4, 2, 2}, {5, 2, 3}}) {
    const std::vector<Panel> panels(count, Panel{"P", "x", "y", {wave("a", 20, 0)}, {}});
    expect_paper(draw_curves(panels, 300, 200), 300 * columns, 200 * rows);
  }
}

TEST(DrawCurves, NanBreaksTheLine) {
  Series series{"", {0, 1, 2, 3}, {1, 1, 1, 1}};
  const int64_t whole =
      ink(draw_curves(std::vector{Panel{"", "", "", {series}, {}}}), kBlue, 0, 90);
  series.y[1] = NAN;
  const int64_t broken =
      ink(draw_curves(std::vector{Panel{"", "", "", {series}, {}}}), kBlue, 0, 90);
  EXPECT_GT(broken, 0);
  EXPECT_LT(broken, whole / 2);
}

TEST(DrawCurves, SummarisesCrowdsButKeepsTheirExtremes) {
  Series series = wave("", 50000, 0);
  series.y[25000] = 9;
  const Image image = draw_curves(std::vector{Panel{"", "", "", {series}, {}}});
  EXPECT_GT(ink(image, kBlue), 100);
  int64_t tinted = 0;
  for (int64_t row = 25; row < 120; ++row)
    for (int64_t column = 300; column < 380; ++column)
      tinted += (at(image, row, column) & 0xFF) > (at(image, row, column) >> 16) + 10;
  EXPECT_GT(tinted, 40);
}

TEST(DrawCurves, BearsHardInputs) {
  const std::vector<Series> hard = {
      {"empty", {}, {}},
      {"one", {3}, {4}},
      {"constant", {0, 1, 2}, {7, 7, 7}},
      {"vertical", {5, 5, 5}, {0, 1, 2}},
      {"zeros", {0, 0}, {0, 0}},
      {"gaps", {0, 1, 2, 3, NAN}, {NAN, 1, kInf, -kInf, 1}},
      {"only NaN", {0, 1}, {NAN, NAN}},
      {"huge", {0, 1, 2}, {-1e300, 1e300, 1.7e308}},
      {"tiny", {0, 1e-320}, {0, 5e-324}},
      {"nearly constant", {1, std::nextafter(1, 2)}, {1e15, 1e15 + 0.125}},
      {"unsorted", {3, 1, 2}, {1, 2, 3}},
      {std::string(500, 'w'), {0, 1}, {0, 1}},
      {"not UTF-8 \xff\xc3(\xed\xa0\x80\n", {0, 1}, {0, 1}},
      wave("thousands", 200000, 0)};
  for (const Series& series : hard) {
    SCOPED_TRACE(series.label);
    const Panel panel{series.label,
                      series.label,
                      series.label,
                      {series},
                      {{0, "zero"}, {0, series.label}, {NAN, "never"}}};
    expect_paper(draw_curves(std::vector{panel}, 320, 200), 320, 200);
  }
  draw_curves(std::vector{Panel{"all", "", "", hard, {}}});
}

TEST(DrawCurves, ATextWithoutEndTakesNoTime) {
  const std::string endless(1'000'000, 'w');
  const Panel panel{endless, endless, endless, {Series{endless, {0, 1}, {0, 1}}}, {{0, endless}}};
  expect_paper(draw_curves(std::vector{panel}, 320, 200), 320, 200);
}

TEST(DrawCurves, SaysWhatIsWrong) {
  EXPECT_THROW(draw_curves({}), UsageError);
  EXPECT_THROW(draw_curves(std::vector(1, Panel{}), 10, 10), UsageError);
  EXPECT_THROW(draw_curves(std::vector(1, Panel{}), 100000, 280), UsageError);
  try {
    draw_curves(std::vector{Panel{"Losses", "", "", {{"D", {1, 2, 3}, {1}}}, {}}});
    ADD_FAILURE();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "plot 'Losses': series 'D' has 3 x and 1 y; expected as many of each");
  }
}

TEST(DrawCurves, SeveralAtOnce) {
  const std::vector panels{
      Panel{"Losses", "step", "loss", {wave("D", 300, 0), wave("G", 300, 1)}, {{0.5, "half"}}}};
  expect_same_at_once([&] { return draw_curves(panels).pixels; });
  expect_same_at_once([&] {
    return draw_figure1(std::vector{Figure1{"(a)", {0, 1}, {1, 2}, {2, 1}, {0, 1}, {0}, {1}}})
        .pixels;
  });
}

TEST(DrawScatter, DrawsBothClouds) {
  const std::vector<float> real = {0, 0, 0, 1, 1, 0}, generated = {1, 1, 0.5F, 0.5F};
  const Image image = draw_scatter("Points", real, generated);
  expect_paper(image, 560, 560);
  EXPECT_GT(ink(image, kVermillion), 20);  // the legend is opaque
  EXPECT_GT(ink(image, 0x8298AD), 20);
  const Image alone = draw_scatter("Points", real, {});
  EXPECT_LT(ink(alone, kVermillion, 60, 120), ink(image, kVermillion, 60, 120));
}

TEST(DrawScatter, RealPointsAloneSetTheView) {
  const std::vector<float> real = {0, 0, 1, 1}, far = {1e30F, -5};
  const Image without = draw_scatter("", real, {}), with = draw_scatter("", real, far);
  const int64_t row = 100;  // below the note about points outside
  EXPECT_TRUE(std::equal(without.pixels.begin() + row * 560 * 3, without.pixels.end(),
                         with.pixels.begin() + row * 560 * 3));
  EXPECT_NE(without.pixels, with.pixels);
}

TEST(DrawScatter, BearsHardInputs) {
  const float nan = NAN, inf = static_cast<float>(kInf);
  const std::vector<std::vector<float>> hard = {{},
                                                {1, 2},
                                                {3, 3, 3, 3},
                                                {nan, 1, inf, 2},
                                                {-3e38F, -3e38F, 3e38F, 3e38F},
                                                {0, 0, 1e-40F, 0},
                                                {1e30F, -1e30F, 1e30F, -1e30F},
                                                {1e30F, 1, std::nextafter(1e30F, inf), 2}};
  for (const auto& real : hard)
    for (const auto& generated : hard)
      expect_paper(draw_scatter("hard", real, generated, 240), 240, 240);
  EXPECT_THROW(draw_scatter("", hard[1], std::vector<float>(3)), DataError);
  EXPECT_THROW(draw_scatter("", {}, {}, 20), UsageError);
}

Figure1 stage() {
  Figure1 stage{"(a)", {}, {}, {}, {}, {0, 0.5, 1}, {-1, 0, 1}};
  for (int i = -40; i <= 40; ++i) {
    const double x = i / 10.0;
    stage.x.push_back(x);
    stage.data_density.push_back(std::exp(-x * x / 2));
    stage.model_density.push_back(std::exp(-(x - 1) * (x - 1) / 2));
    stage.discriminator.push_back(1 / (1 + std::exp(x - 0.5)));
  }
  return stage;
}

TEST(DrawFigure1, DrawsStagesSideBySide) {
  const Image image = draw_figure1(std::vector{stage(), stage()});
  expect_paper(image, 840, 360);
  for (uint32_t colour : {kBlack, kGreen, kBlue})
    EXPECT_GT(ink(image, colour, 75, 40), 30) << colour;
}

TEST(DrawFigure1, DrawsTheBestDWhereItIsGiven) {
  Figure1 best = stage();
  best.optimal_discriminator.assign(best.x.size(), 0.25);
  const uint32_t tint = 0xA2D8F4;  // of the band on paper
  EXPECT_GT(ink(draw_figure1(std::vector{best}), tint, 75),
            ink(draw_figure1(std::vector{stage()}), tint, 75) + 300);
}

TEST(DrawFigure1, FramesShareTheirScales) {
  Figure1 high = stage(), plain = stage();
  for (double& y : high.model_density) y *= 2;
  const auto frames = draw_figure1_frames(std::vector{plain, high}, 420, 360);
  ASSERT_EQ(frames.size(), 2u);
  for (const Image& frame : frames) expect_paper(frame, 420, 360);
  EXPECT_EQ(frames[1].pixels, draw_figure1(std::vector{high}).pixels);
  EXPECT_NE(frames[0].pixels, draw_figure1(std::vector{plain}).pixels);
}

TEST(DrawFigure1, ArrowsLeadFromZToX) {
  Figure1 none = stage();
  none.z.clear();
  none.z_to_x.clear();
  const int64_t below = 290;
  const auto strokes = [&](const Figure1& drawn) {
    return 420 * 70 - ink(draw_figure1(std::vector{drawn}), kWhite, below);
  };
  EXPECT_GT(strokes(stage()), strokes(none) + 100);
}

TEST(DrawFigure1, BearsHardInputs) {
  Figure1 needle = stage(), gaps = stage(), crowd = stage(), point = stage();
  needle.model_density[40] = 1e12;
  gaps.x[3] = gaps.data_density[5] = gaps.z[0] = NAN;
  gaps.discriminator[9] = gaps.z_to_x[1] = kInf;
  crowd.z.assign(5000, 0.5);
  crowd.z_to_x.assign(5000, 1e9);
  point.x.assign(point.x.size(), 2);
  expect_paper(draw_figure1(std::vector{Figure1{}, needle, gaps, crowd, point}), 2100, 360);
  for (const Figure1& hard : {Figure1{}, needle, gaps, crowd, point})
    expect_paper(draw_figure1(std::vector{hard}, 200, 240), 200, 240);
}

TEST(DrawFigure1, SaysWhatIsWrong) {
  EXPECT_THROW(draw_figure1({}), UsageError);
  EXPECT_THROW(draw_figure1(std::vector{stage()}, 20, 20), UsageError);
  Figure1 wrong = stage();
  wrong.z.pop_back();
  EXPECT_THROW(draw_figure1(std::vector{wrong}), DataError);
  wrong = stage();
  wrong.discriminator.pop_back();
  EXPECT_THROW(draw_figure1(std::vector{wrong}), DataError);
  wrong = stage();
  wrong.optimal_discriminator = {0.5};
  EXPECT_THROW(draw_figure1(std::vector{wrong}), DataError);
  EXPECT_THROW(draw_figure1_frames({}), UsageError);
}

Image plain(int64_t width, int64_t height, int64_t channels, std::vector<uint8_t> colour) {
  Image image{height, width, channels, {}};
  for (int64_t i = 0; i < height * width; ++i)
    image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  return image;
}

TEST(DrawCaptioned, FillsRowsAndKeepsEveryPixel) {
  const Image red = plain(300, 40, 3, {200, 10, 20}), grey = plain(200, 60, 1, {90});
  const std::vector<Captioned> two = {{"first", "a note", red}, {"second", "", grey}};
  const Image beside = draw_captioned(two), below = draw_captioned(two, 500);
  expect_paper(beside, 14 + 300 + 16 + 200 + 14, 14 + 24 + 60 + 14);
  expect_paper(below, 14 + 300 + 14, 14 + 24 + 40 + 16 + 24 + 60 + 14);
  for (const Image& image : {beside, below}) {
    EXPECT_EQ(ink(image, 0xC80A14, 0, 0), 300 * 40);
    EXPECT_GE(ink(image, 0x5A5A5A, 0, 0), 200 * 60);
    EXPECT_GT(ink(image, 0x262626), 50);  // letters
  }
  EXPECT_EQ(at(below, 14 + 24 + 40 + 16 + 24, 14), 0x5A5A5A);
  EXPECT_NE(below.pixels,
            draw_captioned(std::vector<Captioned>{{"first", "another", red}, two[1]}, 500).pixels);
}

TEST(DrawCaptioned, NoCaptionLeavesItsPicture) {
  const std::vector<Captioned> one = {
      {std::string(80, 'W'), std::string(80, 'n'), plain(60, 10, 3, {255, 255, 255})}};
  const Image image = draw_captioned(one);
  for (int64_t row = 0; row < image.height; ++row)
    for (const int64_t column : {int64_t{0}, image.width - 1})
      EXPECT_EQ(at(image, row, column), kWhite);
}

TEST(DrawCaptioned, ComplainsOfWhatCannotBe) {
  EXPECT_THROW(draw_captioned({}), UsageError);
  EXPECT_THROW(draw_captioned(std::vector<Captioned>{{"broken", "", {3, 3, 1, {}}}}), DataError);
  EXPECT_THROW(draw_captioned(std::vector<Captioned>{{"long", "", plain(1, 33000, 1, {0})}}),
               UsageError);
}

}  // namespace
}  // namespace gan
