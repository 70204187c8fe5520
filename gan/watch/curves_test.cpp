#include "gan/watch/curves.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace gan {
namespace {

class CurvesTest : public testing::Test {
 protected:
  CurvesTest() : file_(std::filesystem::temp_directory_path() / "gan_curves_XXXXXX") {
    std::string pattern = file_.string();
    folder_ = mkdtemp(pattern.data());
    file_ = folder_ / "metrics.jsonl";
  }
  ~CurvesTest() override { std::filesystem::remove_all(folder_); }

  void append(const std::string& text) { std::ofstream(file_, std::ios::app) << text; }

  Path file_, folder_;
};

TEST_F(CurvesTest, GrowLineByLine) {
  Curves curves(file_);
  curves.update();
  EXPECT_TRUE(curves.all().empty());
  append("{\"step\":10,\"epoch\":0.1,\"d_loss\":1.5}\n{\"step\":20,\"d_lo");
  curves.update();
  ASSERT_EQ(curves.all().count("d_loss"), 1u);
  EXPECT_EQ(curves.all().at("d_loss").points().size(), 1u);
  EXPECT_EQ(curves.all().count("epoch"), 0u);
  append("ss\":null,\"g_loss\":2}\nno json\n[1]\n");
  curves.update();
  const auto points = curves.all().at("d_loss").points();
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0], (std::pair<int64_t, double>{10, 1.5}));
  EXPECT_EQ(points[1].first, 20);
  EXPECT_TRUE(std::isnan(points[1].second));
  EXPECT_EQ(curves.last_step(), 20);
}

TEST_F(CurvesTest, BeginAnewWhereTheFileDoes) {
  append("{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":2}\n");
  Curves curves(file_);
  curves.update();
  EXPECT_EQ(curves.all().at("a").points().size(), 2u);
  std::filesystem::remove(file_);
  append("{\"step\":1,\"b\":5}\n");
  curves.update();
  EXPECT_EQ(curves.all().count("a"), 0u);
  EXPECT_EQ(curves.all().at("b").points().at(0).second, 5);
  std::filesystem::remove(file_);
  curves.update();
  EXPECT_TRUE(curves.all().empty());
}

TEST_F(CurvesTest, FindingsAreKeptAsTheyWereWrittenLast) {
  append(
      "{\"step\":5,\"findings\":[{\"name\":\"collapse\",\"from\":5,\"to\":null,\"text\":\"t\","
      "\"done\":null}]}\n"
      "{\"step\":9,\"findings\":[{\"name\":\"collapse\",\"from\":5,\"to\":9,\"text\":\"t\","
      "\"done\":null}]}\n");
  Curves curves(file_);
  curves.update();
  ASSERT_EQ(curves.findings().size(), 1u);
  EXPECT_EQ(curves.findings()[0].to, 9);
}

TEST_F(CurvesTest, ALineThatIsTooLongIsPassedOver) {
  append("{\"step\":1,\"a\":1}\n{\"step\":2,\"" + std::string(3 << 20, 'x') +
         "\":2}\n{\"step\":3,\"a\":3}\n");
  Curves curves(file_);
  curves.update();
  ASSERT_EQ(curves.all().size(), 1u);
  EXPECT_EQ(curves.all().at("a").points().size(), 2u);
}

TEST(Curve, IsThinnedOutButKeepsItsEnds) {
  Curve curve;
  for (int64_t i = 0; i < 100'000; ++i) curve.add(i, static_cast<double>(i));
  const auto points = curve.points();
  EXPECT_LE(points.size(), Curve::kMost + 1);
  EXPECT_GE(points.size(), Curve::kMost / 2);
  EXPECT_EQ(points.front().first, 0);
  EXPECT_EQ(points.back().first, 99'999);
  const int64_t stride = points[1].first - points[0].first;
  for (size_t i = 1; i + 1 < points.size(); ++i)
    EXPECT_EQ(points[i].first - points[i - 1].first, stride);
  for (const auto& [step, value] : points) EXPECT_EQ(value, static_cast<double>(step));
}

}  // namespace
}  // namespace gan
