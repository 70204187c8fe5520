#include "gan/data/published_testing.h"

namespace gan {
namespace {

class Labels : public Sources {};

std::vector<int64_t> labels_of(const Examples& examples) {
  return {examples.labels().begin(), examples.labels().end()};
}

TEST_F(Labels, LabelsOfIdxFilesAreTheRanksOfTheirValues) {
  write_idx("data/mnist", 6, 3);
  write_file("data/mnist/train-labels-idx1-ubyte", format_idx({{6}, {3, 9, 9, 3, 9, 3}}));
  write_file("data/mnist/t10k-labels-idx1-ubyte", format_idx({{3}, {9, 3, 5}}));
  const DataSet data = open_data("mnist");
  EXPECT_EQ(data.classes, (std::vector<std::string>{"3", "5", "9"}));
  EXPECT_EQ(labels_of(data.train), (std::vector<int64_t>{0, 2, 2, 0, 2}));
  EXPECT_EQ(labels_of(data.valid), (std::vector<int64_t>{0}));
  EXPECT_EQ(labels_of(data.test), (std::vector<int64_t>{2, 0, 1}));
  const std::string hash = data.hash;
  write_file("data/mnist/t10k-labels-idx1-ubyte", format_idx({{3}, {9, 3, 3}}));
  EXPECT_NE(open_data("mnist").hash, hash);
}

TEST_F(Labels, ClassesOfPublishedDataHaveNames) {
  write_idx("data/fashion-mnist", 10, 10);
  const std::vector<uint8_t> ten{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (const char* file : {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"})
    write_file(fs::path("data/fashion-mnist") / file, format_idx({{10}, ten}));
  const DataSet garments = open_data("fashion-mnist");
  ASSERT_EQ(garments.classes.size(), 10u);
  EXPECT_EQ(garments.classes[9], "ankle boot");
  EXPECT_EQ(open_data("data/fashion-mnist").classes, garments.classes);
  fs::rename("data/fashion-mnist", "mine");
  EXPECT_EQ(open_data("mine").classes[9], "9");
  EXPECT_EQ(open_data("mine").hash, garments.hash);
  write_cifar("data/cifar10", 2);
  const DataSet things = open_data("cifar10");
  EXPECT_EQ(things.classes.at(static_cast<size_t>(things.train.label(0))), "horse");
  EXPECT_EQ(labels_of(things.test), (std::vector<int64_t>{7, 7}));
}

}  // namespace
}  // namespace gan
