#include "gan/paper/nce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/io/npy.h"

namespace gan::paper {
namespace {

TEST(NoiseContrastive, EveryStatementHoldsInItsQuickForm) {
  const ScratchFolder temp;
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i)  // waves of many directions
    for (int pixel = 0; pixel < 64; ++pixel) values.push_back(0.5f + 0.45f * std::sin(0.7f * static_cast<float>(i) + 0.9f * (std::sin(static_cast<float>(i)) * static_cast<float>(pixel / 8) + std::cos(static_cast<float>(i)) * static_cast<float>(pixel % 8))));
  write_file(temp.path() / "x.npy", format_npy({1000, 8, 8}, values));
  int said = 0;
  const Piece piece = noise_contrastive(1, true, prepare(nce_images((temp.path() / "x.npy").string())), [&](const std::string&) { ++said; });
  EXPECT_GE(said, 5);
  EXPECT_EQ(piece.checks.size(), 11u);
  for (const Check& check : piece.checks)
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected " << check.expected << " +- " << check.tolerance;
  ASSERT_EQ(piece.tables.size(), 4u);
  for (const Table& table : piece.tables)
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.caption;
  EXPECT_EQ(piece.pictures.size(), 3u);
}

}  // namespace
}  // namespace gan::paper
