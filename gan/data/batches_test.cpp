#include "gan/data/batches.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "gan/data/testing.h"

namespace gan {
namespace {

/// Examples whose single value is their index.
Examples counted(int64_t n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 0.0f);
  return Examples({1}, std::move(values));
}

std::vector<float> read(BatchOrder& order, int64_t number) {
  std::vector<float> batch(order.batch_size());
  order.read(number, batch);
  return batch;
}

std::multiset<float> epoch(BatchOrder& order, int64_t number) {
  std::multiset<float> seen;
  for (int64_t i = 0; i < order.batches_per_epoch(); ++i)
    for (const float x : read(order, number * order.batches_per_epoch() + i)) seen.insert(x);
  return seen;
}

TEST(BatchOrder, VisitsEveryExampleOnceAnEpoch) {
  const Examples examples = counted(100);
  BatchOrder order(examples, {}, 20, 1);
  EXPECT_EQ(order.batches_per_epoch(), 5);
  for (const int64_t number : {0, 1, 1000}) {
    const auto seen = epoch(order, number);
    EXPECT_EQ(std::set<float>(seen.begin(), seen.end()).size(), 100u);
  }
}

TEST(BatchOrder, GivesEachExampleWithItsLabel) {
  std::vector<int32_t> labels(50);
  for (int32_t i = 0; i < 50; ++i) labels[static_cast<size_t>(i)] = 100 + i;
  const Examples examples = counted(50).with_labels(labels);
  BatchOrder order(examples, {}, 10, 1);
  EXPECT_TRUE(order.labelled());
  std::vector<float> x(10);
  std::vector<int64_t> label(10);
  for (int64_t number = 0; number < 12; ++number) {
    order.read(number, x, label);
    for (size_t i = 0; i < 10; ++i) EXPECT_EQ(label[i], 100 + static_cast<int64_t>(x[i]));
  }
}

TEST(BatchOrder, LeavesADifferentRemainderOut) {
  const Examples examples = counted(10);
  BatchOrder order(examples, {}, 4, 1);
  EXPECT_EQ(order.batches_per_epoch(), 2);
  std::set<float> ever;
  for (int64_t number = 0; number < 20; ++number) {
    const auto seen = epoch(order, number);
    EXPECT_EQ(std::set<float>(seen.begin(), seen.end()).size(), 8u);
    ever.insert(seen.begin(), seen.end());
  }
  EXPECT_EQ(ever.size(), 10u);
}

TEST(BatchOrder, DependsOnSeedAndNumberOnly) {
  const Examples examples = counted(50);
  BatchOrder forward(examples, {}, 10, 3), other(examples, {}, 10, 4);
  std::vector<std::vector<float>> batches;
  for (int64_t number = 0; number < 20; ++number) batches.push_back(read(forward, number));
  BatchOrder backward(examples, {}, 10, 3);
  for (int64_t number = 19; number >= 0; --number)
    EXPECT_EQ(read(backward, number), batches[number]);
  EXPECT_EQ(std::set(batches.begin(), batches.end()).size(), 20u);
  EXPECT_NE(read(other, 0), batches[0]);
}

TEST(BatchOrder, ScalesRowByRow) {
  const Examples examples({2}, std::vector<float>{0, 100, 2, 200, 4, 300});
  BatchOrder order(examples, Scaling{{0, 100}, {.5f, .01f}}, 3, 1);
  std::vector<float> batch(6);
  order.read(0, batch);
  std::set<std::pair<float, float>> rows;
  for (size_t i = 0; i < 6; i += 2) rows.emplace(batch[i], batch[i + 1]);
  EXPECT_EQ(rows, (std::set<std::pair<float, float>>{{0, 0}, {1, 1}, {2, 2}}));
}

TEST(BatchOrder, RefusesBatchesThatTheDataCannotFill) {
  const Examples examples = counted(10);
  EXPECT_NO_THROW(BatchOrder(examples, {}, 10, 1));
  expect_usage_error([&] { BatchOrder(examples, {}, 11, 1); },
                     "batch size 11: the training split has only 10");
  expect_usage_error([&] { BatchOrder(examples, {}, 0, 1); }, "batch size 0: at least 1");
  expect_usage_error([&] { BatchOrder(Examples(), {}, 1, 1); }, "has only 0");
}

}  // namespace
}  // namespace gan
