#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "gan/core/files.h"
#include "gan/data/dataset.h"
#include "gan/data/testing.h"
#include "gan/io/bytes.h"
#include "gan/io/csv.h"
#include "gan/io/gzip.h"
#include "gan/io/npy.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

class Arrays : public TempFolder {
 protected:
  std::string npy(const Shape& shape, std::vector<float> values) const {
    write_file("a.npy", format_npy(shape, values));
    return "a.npy";
  }
  /// [n, D]: row i holds i in its first column, 0 elsewhere.
  std::string counted(int64_t n, int64_t dim = 1) const {
    std::vector<float> values(n * dim);
    for (int64_t i = 0; i < n; ++i) values[i * dim] = static_cast<float>(i);
    return npy({n, dim}, values);
  }
};

TEST_F(Arrays, ArraysAreShuffledOnceAndSplit) {
  const std::string file = counted(1000, 3);
  const DataSet data = open_data(file);
  EXPECT_EQ(data.name, "a.npy");
  EXPECT_FALSE(data.image);
  EXPECT_EQ(data.train.shape(), Shape{3});
  EXPECT_EQ(data.train.size(), 800);
  EXPECT_EQ(data.valid.size(), 100);
  EXPECT_EQ(data.test.size(), 100);
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 999);
  std::set<float> seen;
  for (const Examples* split : {&data.train, &data.valid, &data.test})
    for (const float x : firsts(*split)) seen.insert(x);
  EXPECT_EQ(seen.size(), 1000u);
  const std::vector<float> train = firsts(data.train);
  EXPECT_FALSE(std::is_sorted(train.begin(), train.end()));
  EXPECT_EQ(open_data(file).hash, data.hash);

  const DataSet fewer = open_data(file, {}, {50, 20});
  EXPECT_EQ(fewer.train.rows(0, 50), data.train.rows(0, 50));
  EXPECT_EQ(fewer.valid.rows(0, 20), data.valid.rows(80, 20));
  EXPECT_EQ(fewer.test.rows(0, 100), data.test.rows(0, 100));
  expect_usage_error([&] { open_data(file, {}, {901, 0}); }, "there are 900 examples");
}

TEST_F(Arrays, TheFewestRows) {
  const DataSet data = open_data(counted(10));
  EXPECT_EQ(data.train.size(), 8);
  EXPECT_EQ(data.valid.size(), 1);
  EXPECT_EQ(data.test.size(), 1);
  expect_data_error([&] { open_data(counted(9)); }, "at least 10 rows were expected", "a.npy");
}

TEST_F(Arrays, ShapesOfArrays) {
  EXPECT_EQ(open_data(npy({20}, std::vector<float>(20))).train.shape(), Shape{1});
  EXPECT_EQ(open_data(npy({20, 4, 3}, std::vector<float>(240))).train.shape(), (Shape{4, 3}));
  EXPECT_TRUE(open_data("a.npy").image);
  EXPECT_EQ(open_data(npy({20, 3, 2, 2}, std::vector<float>(240))).train.shape(), (Shape{3, 2, 2}));
  EXPECT_TRUE(open_data("a.npy").image);
  const auto refused = [&](const Shape& shape, std::string_view part) {
    expect_data_error([&] { open_data(npy(shape, std::vector<float>(product(shape)))); }, part,
                      "a.npy");
  };
  EXPECT_EQ(open_data(npy({20, 4, 2, 2}, std::vector<float>(320))).train.shape(), (Shape{4, 2, 2}));
  refused({20, 2, 2, 2}, "the array is [20, 2, 2, 2]; save array.reshape(len(array), -1)");
  refused({20, 1, 1, 1, 1}, "[N, C, H, W] or [N, H, W, C] with C = 1, 3 or 4 was expected");
  refused({0, 4}, "holds nothing");
  refused({20, 0}, "holds nothing");
}

TEST_F(Arrays, ChannelsMayComeLast) {
  for (const int64_t c : {1, 3, 4}) {
    std::vector<float> first, last;
    for (int64_t i = 0; i < 10; ++i)
      for (int64_t k = 0; k < c * 10; ++k) {
        first.push_back(static_cast<float>(i + k));
        last.push_back(static_cast<float>(i + k % c * 10 +
                                          k / c));  // value k, channels last, is of channel k % c
      }
    const DataSet expected = open_data(npy({10, c, 2, 5}, first));
    const DataSet data = open_data(npy({10, 2, 5, c}, last));
    EXPECT_EQ(data.train.shape(), (Shape{c, 2, 5}));
    EXPECT_TRUE(data.image && data.channels_last);
    EXPECT_FALSE(expected.channels_last);
    EXPECT_EQ(data.hash, expected.hash) << c;  // training sees the same
    EXPECT_TRUE(data.notes.empty());
  }
  const DataSet either = open_data(npy({10, 3, 2, 3}, std::vector<float>(180)));
  EXPECT_FALSE(either.channels_last);
  ASSERT_EQ(either.notes.size(), 1u);
  EXPECT_EQ(either.notes[0],
            "a.npy: [10, 3, 2, 3] could be [N, C, H, W] or [N, H, W, C], and is read as the first");
}

/// The hashes of what has always been read: they stand in every checkpoint.
TEST_F(Arrays, HashesDoNotChange) {
  EXPECT_EQ(open_data(counted(20, 2)).hash, "28298c664e3e000b");
  EXPECT_EQ(open_data(npy({10, 1, 2}, std::vector<float>(20, 7))).hash, "ca1a4a1e4af35ee1");
  write_file("a.csv", "x,y\n0.1,16777216\n-3e2,.7\n5,6\n7,8.25\n9,1\n2,3\n4,5\n6,7\n8,9\n1e-3,2\n");
  EXPECT_EQ(open_data("a.csv").hash, "97d9d031520c89b7");
}

TEST_F(Arrays, RangeOfImagesIsGuessedFromTheirValues) {
  const auto opened = [&](float low, float high) {
    std::vector<float> values(40, low);
    values[7] = high;
    return open_data(npy({10, 2, 2}, values));
  };
  const auto expect_range = [&](float low, float high, float expected_low, float expected_high) {
    const DataSet data = opened(low, high);
    EXPECT_EQ(data.low, expected_low) << low << " ... " << high;
    EXPECT_EQ(data.high, expected_high) << low << " ... " << high;
  };
  expect_range(3, 200, 0, 255);
  expect_range(0, 2, 0, 255);
  expect_range(0, 1, 0, 1);
  expect_range(.2f, .9f, 0, 1);
  expect_range(-.3f, .9f, -1, 1);
  expect_range(-3, 200, -3, 200);
  expect_range(.5f, 200, .5f, 200);
  expect_range(0, 256, 0, 256);
  EXPECT_TRUE(opened(3, 200).train.bytes());
  EXPECT_FALSE(opened(0, 1).train.bytes());
}

TEST_F(Arrays, NumbersThatAreNotFiniteAreNamed) {
  std::vector<float> values(60);
  values[3 * 5 + 1] = NAN;
  const auto open = [&] { open_data(npy({20, 3}, values)); };
  expect_data_error(open, "row 5, column 1 (counted from 0) is nan", "a.npy");
  values[16] = -INFINITY;
  expect_data_error(open, "row 5, column 1 (counted from 0) is -inf; finite numbers up to 1e+18",
                    "a.npy");
  values[16] = 3e38f;
  expect_data_error(open, "row 5, column 1 (counted from 0) is 3e+38", "a.npy");
  values[16] = 1;
  std::vector<float> pixels(60);
  pixels[13] = NAN;
  const auto images = [&] { open_data(npy({15, 2, 2}, pixels)); };
  expect_data_error(images, "row 3, column [0, 1] (counted from 0) is nan", "a.npy");
}

TEST_F(Arrays, Tables) {
  std::vector<float> values(60);
  std::iota(values.begin(), values.end(), 0.0f);
  write_file("a.csv", format_csv({"x", "y", "z"}, 3, values));
  const DataSet data = open_data("a.csv");
  EXPECT_EQ(data.columns, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(data.train.shape(), Shape{3});
  EXPECT_EQ(data.train.size(), 16);
  EXPECT_EQ(data.high, 59);
  EXPECT_EQ(data.judging().offset.size(), 3u);
  EXPECT_EQ(data.hash, open_data(npy({20, 3}, values)).hash);
  for (const char* name : {"A.CSV", "a.tsv", "a.Csv.gz", "a.TSV.GZ", "a.NPY", "a.npy.gz"}) {
    std::string text = format_csv({"x", "y", "z"}, 3, values);
    const std::string lower = lower_case(name);
    if (lower.find("tsv") != lower.npos) std::ranges::replace(text, ',', '\t');
    if (lower.find("npy") != lower.npos) text = format_npy({20, 3}, values);
    write_file(name, lower.ends_with(".gz") ? gzip(text) : text);
    EXPECT_EQ(open_data(name).hash, data.hash) << name;
  }
  write_file("a.csv", "0,1\n" + format_csv({}, 2, std::span(values).first(40)));
  ASSERT_EQ(open_data("a.csv").notes.size(), 1u);
  EXPECT_NE(open_data("a.csv").notes[0].find("line 1 counts from 0 to 1"), std::string::npos);
  write_file("a.csv", "1,2\n3\n");
  expect_data_error([] { open_data("a.csv"); }, "", "a.csv");
}

}  // namespace
}  // namespace gan
