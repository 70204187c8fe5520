#include <algorithm>
#include <set>

#include "gan/data/published_testing.h"

namespace gan {
namespace {

class StackedMnist : public Sources {
 protected:
  /// Image i of the training files holds i, of the test files 200 + i, each of class i % 10.
  static void write_digits() {
    fs::create_directories("data/mnist");
    const auto write = [](const std::string& split, uint8_t first, int64_t n) {
      IdxArray images{{n, 2, 3}, {}}, labels{{n}, {}};
      for (int64_t i = 0; i < n; ++i) {
        images.data.insert(images.data.end(), 6, static_cast<uint8_t>(first + i));
        labels.data.push_back(static_cast<uint8_t>(i % 10));
      }
      write_file("data/mnist/" + split + "-images-idx3-ubyte", format_idx(images));
      write_file("data/mnist/" + split + "-labels-idx1-ubyte", format_idx(labels));
    };
    write("train", 0, 60);
    write("t10k", 200, 20);
  }

  static std::set<float> values_of(const Examples& examples) {
    const std::vector<float> all = examples.rows(0, examples.size());
    return {all.begin(), all.end()};
  }
};

TEST_F(StackedMnist, EverySplitIsStackedFromDigitsOfItsOwn) {
  write_digits();
  const DataSet data = open_data("stacked-mnist", {}, {.train = 500, .valid = 100});
  EXPECT_EQ(data.train.shape(), (Shape{3, 2, 3}));
  EXPECT_EQ(data.train.size(), 500);
  EXPECT_EQ(data.valid.size(), 100);
  EXPECT_EQ(data.test.size(), 26'000);
  EXPECT_TRUE(data.image);
  EXPECT_TRUE(data.classes.empty());
  ASSERT_NE(data.stacked_from, nullptr);
  EXPECT_EQ(data.stacked_from->classes.size(), 10u);
  for (const float value : values_of(data.train)) EXPECT_LT(value, 50);
  for (const float value : values_of(data.valid)) EXPECT_TRUE(50 <= value && value < 60) << value;
  const std::set<float> test = values_of(data.test);
  EXPECT_EQ(test.size(), 20u);  // each of them among 78,000
  EXPECT_GE(*test.begin(), 200);
}

TEST_F(StackedMnist, ChannelsAreDrawnIndependentlyAndAlikeEachTime) {
  write_digits();
  const DataSet data = open_data("stacked-mnist", {}, {.train = 20'000, .valid = 10});
  EXPECT_EQ(data.hash, open_data("stacked-mnist", {}, {.train = 20'000, .valid = 10}).hash);
  // Of 50 digits, two channels hold the same one in a 50th of the stacks.
  std::vector<float> row(18);
  int same = 0, first_is_small = 0;
  for (int64_t i = 0; i < data.train.size(); ++i) {
    data.train.read(i, row);
    EXPECT_EQ(row[0], row[5]);
    same += row[0] == row[6];
    first_is_small += row[12] < 25;
  }
  EXPECT_NEAR(same / 20'000.0, 1 / 50.0, 0.005);
  EXPECT_NEAR(first_is_small / 20'000.0, 0.5, 0.02);
}

TEST_F(StackedMnist, OtherFilesAreRefused) {
  expect_usage_error([] { open_data("stacked-mnst"); }, "stacked-mnist");
  write_idx("data/mnist", 12, 5);
  try {
    open_data("stacked-mnist");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("of ten digits"), std::string::npos) << error.what();
  }
  write_digits();
  expect_usage_error([] { open_data("stacked-mnist", {}, {.train = 2'000'000}); },
                     "a number of stacks up to 1000000");
}

}  // namespace
}  // namespace gan
