#include "gan/model/examples_file.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

/// Example i is i, i + 1/4, i + 1/2, ...
at::Tensor counted(int64_t first, int64_t count, const Shape& shape) {
  Shape all{count};
  all.insert(all.end(), shape.begin(), shape.end());
  const int64_t dim = product(shape);
  return (at::arange(first, first + count, at::kFloat).unsqueeze(1) +
          at::arange(dim, at::kFloat) / 4)
      .view(all);
}

class ExamplesFile : public ::testing::Test {
 protected:
  std::vector<int64_t> write(const Path& file, int64_t n, const Shape& shape,
                             const std::vector<std::string>& columns = {}) {
    std::vector<int64_t> counts;
    write_examples(file, n, shape, columns, [&](int64_t first, int64_t count) {
      counts.push_back(count);
      return counted(first, count, shape);
    });
    return counts;
  }
  bool is_empty() const { return std::filesystem::is_empty(temp_.path()); }
  const ScratchFolder temp_;
};

TEST_F(ExamplesFile, NpyHoldsEachOnceInOrder) {
  const Path file = temp_.path() / "x.npy";
  for (const int64_t n : {1, 999, 1000, 1001, 3500}) {
    EXPECT_EQ(write(file, n, {2, 3}).size(), static_cast<size_t>((n + 999) / 1000));
    const Array array = parse_npy(read_file(file), "x.npy");
    EXPECT_EQ(array.shape, (Shape{n, 2, 3}));
    const at::Tensor expected = counted(0, n, {2, 3});
    EXPECT_TRUE(std::equal(array.values.begin(), array.values.end(), expected.data_ptr<float>(),
                           expected.data_ptr<float>() + expected.numel()))
        << n;
  }
}

TEST_F(ExamplesFile, CsvHasOneHeader) {
  const Path file = temp_.path() / "x.csv";
  write(file, 2001, {2}, {"width", "height"});
  const at::Tensor expected = counted(0, 2001, {2});
  EXPECT_EQ(read_file(file),
            format_csv({"width", "height"}, 2, {expected.data_ptr<float>(), 4002}));
}

TEST_F(ExamplesFile, ChannelsLastWhereTheDataHadThemSo) {
  const Path npy = temp_.path() / "x.npy", csv = temp_.path() / "x.csv";
  const auto draw = [](int64_t first, int64_t count) { return counted(first, count, {3, 2, 1}); };
  write_examples(npy, 1, {3, 2, 1}, {}, draw, {.channels_last = true});
  const Array array = parse_npy(read_file(npy), "x.npy");
  EXPECT_EQ(array.shape, (Shape{1, 2, 1, 3}));
  const std::vector<float> expected{0, .5F, 1, .25F, .75F, 1.25F};
  EXPECT_EQ(array.values, expected);
  write_examples(csv, 1, {3, 2, 1}, {}, draw, {.channels_last = true});
  EXPECT_EQ(read_file(csv), format_csv({}, 6, expected));
}

TEST_F(ExamplesFile, WhatWasTakenOffIsAddedInFloat64) {
  const Path npy = temp_.path() / "x.npy", csv = temp_.path() / "x.csv";
  const auto draw = [](int64_t first, int64_t count) { return counted(first, count, {2}); };
  write_examples(csv, 2, {2}, {"t", "x"}, draw, {.origin = {1700000000, 0}});
  EXPECT_EQ(read_file(csv), "t,x\n1700000000,0.25\n1700000001,1.25\n");
  write_examples(csv, 1, {2}, {}, draw, {.origin = {16777216}});
  EXPECT_EQ(read_file(csv), "16777216,16777216.25\n");
  write_examples(npy, 2, {2}, {}, draw, {.origin = {1700000000, 0}});
  EXPECT_EQ(parse_npy(read_file(npy), "x.npy").values,
            (std::vector<float>{1.7e9F, 0.25F, 1.7e9F, 1.25F}));
}

TEST_F(ExamplesFile, ADrawThatThrowsLeavesNothing) {
  for (const int64_t at : {0, 1000, 2000})
    EXPECT_THROW(write_examples(temp_.path() / "x.npy", 3000, {2}, {},
                                [&](int64_t first, int64_t count) {
                                  if (first == at) throw DataError("no more");
                                  return counted(first, count, {2});
                                }),
                 DataError);
  EXPECT_TRUE(is_empty());
}

TEST_F(ExamplesFile, AnErrorOfTheDiskIsTheCallers) {
  write_file(temp_.path() / "file", "");
  EXPECT_THROW(write(temp_.path() / "file" / "x.npy", 5, {2}), WriteError);
  std::filesystem::create_directory(temp_.path() / "x.npy");
  EXPECT_THROW(write(temp_.path() / "x.npy", 5, {2}), WriteError);
  EXPECT_THROW(write(temp_.path() / "x.jpg", 5, {2}), UsageError);
}

}  // namespace
}  // namespace gan
