#include "gan/paper/figure1.h"

#include <gtest/gtest.h>

#include "gan/io/png.h"

namespace gan::paper {
namespace {

TEST(Figure1Of2014, StagesAreWhatTheyAreCalled) {
  int said = 0;
  const Piece piece = figure1(1, [&](const std::string&) { ++said; });
  EXPECT_GE(said, 3);
  EXPECT_GE(piece.checks.size(), 5u);
  for (const Check& check : piece.checks)
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected " << check.expected << " +- " << check.tolerance;
  ASSERT_EQ(piece.tables.size(), 1u);
  EXPECT_EQ(piece.tables[0].rows.size(), 4u);
  for (const auto& row : piece.tables[0].rows) EXPECT_EQ(row.size(), piece.tables[0].columns.size());

  ASSERT_EQ(piece.pictures.size(), 2u);
  const Image still = decode_png(piece.pictures[0].bytes, "figure1.png"), first = decode_png(piece.pictures[1].bytes, "the animation");
  EXPECT_GT(still.width, 3 * still.height);  // four stages side by side
  EXPECT_EQ(first.width, 480);
  EXPECT_NE(piece.pictures[1].bytes.find("acTL"), std::string::npos);
  EXPECT_LT(piece.pictures[1].bytes.size(), 600'000u);
}

}  // namespace
}  // namespace gan::paper
