#include "gan/paper/theory.h"

#include <gtest/gtest.h>

namespace gan::paper {
namespace {

TEST(Theory, EveryStatementHolds) {
  const Piece piece = theory(1);
  EXPECT_GE(piece.checks.size(), 20u);
  for (const Check& check : piece.checks)
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected " << check.expected << " +- " << check.tolerance;
  for (const Table& table : piece.tables)
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.caption;
}

}  // namespace
}  // namespace gan::paper
