#include "gan/paper/figure1.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/io/png.h"

namespace gan::paper {
namespace {

const Check& check_of(const Piece& piece, const std::string& begin) {
  for (const Check& check : piece.checks) {
    if (check.what.starts_with(begin)) return check;
  }
  throw std::runtime_error("no check begins with " + begin);
}

TEST(Figure1Of2014, StagesAreWhatTheyAreCalled) {
  int said = 0;
  const Piece piece = figure1(1, [&](const std::string&) { ++said; });
  EXPECT_GE(said, 3);
  EXPECT_GE(piece.checks.size(), 7u);
  for (const Check& check : piece.checks) {
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected "
                               << check.expected << " +- " << check.tolerance;
  }

  // Every number of the table: stage, step, JSD, |D - D*|, the same of D = 1/2, |D - 1/2|, D(x),
  // D(G(z)).
  ASSERT_EQ(piece.tables.size(), 1u);
  const Table& table = piece.tables[0];
  ASSERT_EQ(table.rows.size(), 4u);
  for (const auto& row : table.rows) ASSERT_EQ(row.size(), table.columns.size());
  const auto cell = [&](size_t stage, size_t column) {
    return std::stod(table.rows[stage][column]);
  };
  constexpr double kPrinted = 1e-4;
  const double inner_share = check_of(piece, "Figure 1 (b): the same").ours;
  const double first_share = check_of(piece, "Figure 1 (a): mean |D - D*|").ours;
  EXPECT_NEAR(cell(0, 2), check_of(piece, "Figure 1 (a): JSD").ours, kPrinted);
  EXPECT_NEAR(cell(0, 3), first_share * cell(0, 4), 2 * kPrinted);
  EXPECT_NEAR(cell(1, 3), check_of(piece, "Figure 1 (b): mean |D - D*|").ours, kPrinted);
  EXPECT_NEAR(cell(1, 3), inner_share * cell(1, 4), 2 * kPrinted);
  EXPECT_NEAR(cell(3, 2), check_of(piece, "Figure 1 (d): JSD").ours, kPrinted);
  EXPECT_NEAR(cell(3, 5), check_of(piece, "Figure 1 (d): mean |D - 1/2|").ours, kPrinted);
  EXPECT_GT(std::stoi(table.rows[0][1]), 3);  // it takes a training to come near
  EXPECT_EQ(std::stoi(table.rows[1][1]), std::stoi(table.rows[0][1]) + 1);
  EXPECT_EQ(std::stoi(table.rows[2][1]), std::stoi(table.rows[1][1]) + 7);
  EXPECT_EQ(table.rows[3][1], "1500");
  EXPECT_EQ(cell(0, 2), cell(1, 2));  // the same G
  EXPECT_EQ(cell(0, 4), cell(1, 4));
  for (size_t stage = 0; stage < 4; ++stage) {
    EXPECT_GT(cell(stage, 2), -kPrinted);
    EXPECT_LT(cell(stage, 2), std::log(2));
    EXPECT_LE(cell(stage, 4), 0.5);
  }
  EXPECT_GT(cell(1, 6), cell(1, 7));  // D of (b) tells data from samples
  EXPECT_GT(cell(1, 6) - cell(1, 7), cell(0, 6) - cell(0, 7));
  EXPECT_NEAR(cell(1, 6) + cell(1, 7), 1,
              0.03);  // of D*, E_data[D*] + E_g[D*] = 1, whatever the two are
  EXPECT_NEAR(cell(3, 6), 0.5, 0.02);
  EXPECT_NEAR(cell(3, 7), 0.5, 0.02);
  // A D that says 1/2 everywhere fails where D is asked for.
  const Check& inner = check_of(piece, "Figure 1 (b): mean |D - D*|");
  EXPECT_FALSE((Check{inner.what, cell(1, 4), inner.expected, inner.tolerance}.holds()));

  ASSERT_EQ(piece.pictures.size(), 2u);
  const Image still = decode_png(piece.pictures[0].bytes, "figure1.png"),
              first = decode_png(piece.pictures[1].bytes, "the animation");
  EXPECT_GT(still.width, 3 * still.height);  // four stages side by side
  EXPECT_EQ(first.width, 480);
  EXPECT_NE(piece.pictures[1].bytes.find("acTL"), std::string::npos);
  EXPECT_LT(piece.pictures[1].bytes.size(), 600'000u);
}

}  // namespace
}  // namespace gan::paper
