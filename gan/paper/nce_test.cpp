#include "gan/paper/nce.h"

#include <gtest/gtest.h>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/io/npy.h"

namespace gan::paper {
namespace {

TEST(NoiseContrastive, EveryStatementHoldsInItsQuickForm) {
  const ScratchFolder temp;
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i)
    for (int pixel = 0; pixel < 25; ++pixel) values.push_back(pixel / 5 == i % 5 ? 0.9f : pixel % 5 == i % 3 ? 0.5f : 0.05f);
  write_file(temp.path() / "x.npy", format_npy({1000, 5, 5}, values));
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
