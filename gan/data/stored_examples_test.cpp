#include <gtest/gtest.h>

#include "gan/data/batches.h"
#include "gan/data/dataset.h"
#include "gan/data/variety.h"

namespace gan {
namespace {

/// Of four stored examples, those with these numbers.
Examples stored(std::vector<int64_t> numbers, std::vector<uint64_t> digests = {10, 11, 12, 13}) {
  struct Memory {
    std::vector<uint8_t> values{0, 51, 102, 153, 204, 255, 1, 2};
    std::vector<uint64_t> digests;
  };
  const auto memory = std::make_shared<Memory>();
  memory->digests = std::move(digests);
  return Examples({2, 1}, StoredBytes{memory, memory->values, memory->digests}, std::move(numbers));
}

TEST(StoredExamples, AreReadLikeOthers) {
  const Examples examples = stored({2, 0, 3});
  EXPECT_EQ(examples.size(), 3);
  EXPECT_EQ(examples.dim(), 2);
  EXPECT_TRUE(examples.bytes());
  EXPECT_EQ(examples.rows(0, 3), (std::vector<float>{204, 255, 0, 51, 1, 2}));
  std::vector<float> row(2);
  examples.read(1, row);
  EXPECT_EQ(row, (std::vector<float>{0, 51}));
  EXPECT_EQ(examples.raw(0)[0], std::byte{204});
  EXPECT_EQ(examples.digest(0), 12u);
  EXPECT_FALSE(Examples({2}, std::vector<uint8_t>(4)).digest(0));
}

TEST(StoredExamples, SlicesAndPicksAreViews) {
  const Examples examples = stored({3, 2, 1, 0}).with_labels({7, 5, 6, 4});
  const Examples slice = examples.slice(1, 2);
  EXPECT_EQ(slice.rows(0, 2), (std::vector<float>{204, 255, 102, 153}));
  EXPECT_EQ(slice.label(0), 5);
  EXPECT_EQ(slice.raw(0).data(), examples.raw(1).data());
  const std::vector<int64_t> numbers{3, 0, 3};
  const Examples picked = examples.pick(numbers);
  EXPECT_EQ(picked.rows(0, 3), (std::vector<float>{0, 51, 1, 2, 0, 51}));
  EXPECT_EQ(picked.label(1), 7);
  EXPECT_EQ(picked.digest(1), 13u);
  EXPECT_EQ(examples.pick({}).size(), 0);
}

TEST(StoredExamples, AreHashedByTheirDigests) {
  DataSet data;
  data.train = stored({0, 1});
  data.valid = stored({2});
  data.test = stored({3});
  const std::string hash = content_hash(data);
  data.train = stored({1, 0});
  EXPECT_NE(content_hash(data), hash);
  data.train = stored({0, 1}, {10, 99, 12, 13});
  EXPECT_NE(content_hash(data), hash);
  data.train = stored({0, 1});
  EXPECT_EQ(content_hash(data), hash);
  data.train = stored({0, 1}).with_labels({0, 1});
  EXPECT_NE(content_hash(data), hash);
}

TEST(StoredExamples, MakeBatches) {
  const Examples examples = stored({0, 1, 2, 3}).with_labels({0, 1, 2, 3});
  BatchOrder order(examples, Encoding(), 2, 1);
  std::vector<float> x(4);
  std::vector<int64_t> labels(2);
  for (int64_t t = 0; t < 4; ++t) {
    order.read(t, x, labels);
    for (size_t i = 0; i < 2; ++i) {
      const std::vector<float> expected = examples.rows(labels[i], 1);
      EXPECT_EQ(x[2 * i], expected[0]);
      EXPECT_EQ(x[2 * i + 1], expected[1]);
    }
  }
}

TEST(StoredExamples, HaveVariety) {
  EXPECT_EQ(distinct_examples(stored({0, 1, 0, 1}), 10), 2);
  EXPECT_EQ(distinct_examples(stored({0, 1, 2, 3}), 3), 3);
}

}  // namespace
}  // namespace gan
