#include "gan/paper/nce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/io/npy.h"

namespace gan::paper {
namespace {

/// Waves of many directions.
std::vector<float> waves() {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i)
    for (int pixel = 0; pixel < 64; ++pixel)
      values.push_back(
          0.5f +
          0.45f *
              std::sin(0.7f * static_cast<float>(i) +
                       0.9f * (std::sin(static_cast<float>(i)) * static_cast<float>(pixel / 8) +
                               std::cos(static_cast<float>(i)) * static_cast<float>(pixel % 8))));
  return values;
}

struct Computed {
  Piece piece;
  int said = 0;
};

Computed compute() {
  const ScratchFolder temp;
  write_file(temp.path() / "x.npy", format_npy({1000, 8, 8}, waves()));
  Computed out;
  out.piece = noise_contrastive(1, true, prepare(nce_images((temp.path() / "x.npy").string())),
                                [&](const std::string&) { ++out.said; });
  return out;
}

/// The piece in its quick form, which is computed once for all tests.
const Computed& computed() {
  static const Computed once = compute();
  return once;
}

Check check_of(const std::string& begin) {
  const std::vector<Check>& checks = computed().piece.checks;
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const Check& check) {
    return check.what.starts_with(begin);
  });
  if (found == checks.end()) throw std::out_of_range("no check begins with " + begin);
  return *found;
}

double cell(size_t table, size_t row, size_t column) {
  return std::stod(computed().piece.tables.at(table).rows.at(row).at(column));
}

TEST(NoiseContrastive, EveryStatementHoldsInItsQuickForm) {
  const Piece& piece = computed().piece;
  EXPECT_GE(computed().said, 5);
  EXPECT_EQ(piece.checks.size(), 11u);
  for (const Check& check : piece.checks)
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected "
                               << check.expected << " +- " << check.tolerance;
  ASSERT_EQ(piece.tables.size(), 4u);
  for (const Table& table : piece.tables)
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.caption;
  EXPECT_EQ(piece.pictures.size(), 3u);
}

TEST(NoiseContrastive, PrecisionAgreesWithItsTable) {
  const Piece& piece = computed().piece;
  // Columns: nu, repeats, error of lambda and of c, their formulas, distance from maximum
  // likelihood and its formula.
  for (size_t row = 0; row < 2; ++row) {
    const std::string nu = piece.tables[0].rows[row][0];
    EXPECT_NEAR(cell(0, row, 2) / cell(0, row, 3),
                check_of("T_d x error of lambda over the asymptotic formula, nu = " + nu).ours,
                0.005);
    EXPECT_NEAR(cell(0, row, 4) / cell(0, row, 5),
                check_of("T_d x error of c over the asymptotic formula, nu = " + nu).ours, 0.005);
    EXPECT_NEAR(
        cell(0, row, 6) / cell(0, row, 7),
        check_of(
            "T_d x squared distance from maximum likelihood on the same data, over the formula, nu = " +
            nu)
            .ours,
        0.01);
    EXPECT_NEAR(cell(0, row, 7), cell(0, row, 3) - 8,
                0.01);  // maximum likelihood's own is 2 lambda^2
  }
}

TEST(NoiseContrastive, ComponentsAgreeWithTheirTable) {
  const Piece& piece = computed().piece;
  // The last row of each nu is the one with the most data.
  for (const size_t row : {size_t{3}, size_t{7}}) {
    const std::string nu = piece.tables[1].rows[row][0];
    EXPECT_NEAR(
        std::sqrt(cell(1, row, 3)),
        check_of(
            "Independent components: |c - true log-normaliser| with the most data, median, nu = " +
            nu)
            .ours,
        1e-4);
    EXPECT_GT(cell(1, row - 3, 2), cell(1, row, 2));
  }
}

TEST(NoiseContrastive, PatchesAgreeWithTheirTable) {
  const Piece& piece = computed().piece;
  // c + log Z, where log Z was found again, within so many of its standard errors.
  const Check patches = check_of("Two layers of energy on patches: c + log Z");
  EXPECT_NEAR(cell(2, 1, 1) - cell(2, 2, 1), patches.ours, 0.011);
  EXPECT_GT(cell(2, 1, 1), cell(2, 0, 1));  // better than the noise
  double effective = 0;
  double runs = 0;
  double error = 0;
  ASSERT_EQ(
      std::sscanf(
          piece.tables[2].rows[2][0].c_str(),
          "the same, normalised by annealed importance sampling (%lf effective runs of %lf, standard error %lf)",
          &effective, &runs, &error),
      3);
  EXPECT_GT(effective, 100);
  EXPECT_NEAR(error, std::sqrt(1 / effective - 1 / runs), 1e-3);
  double of_log_z = 0;
  double of_c = 0;
  ASSERT_EQ(
      std::sscanf(
          patches.what.c_str(),
          "Two layers of energy on patches: c + log Z, log Z by annealed importance sampling; standard errors %lf of log Z, at least %lf of c",
          &of_log_z, &of_c),
      2);
  EXPECT_EQ(of_log_z, error);
  EXPECT_GT(of_c, 0.003);
  EXPECT_LT(of_c, 0.1);
  EXPECT_NEAR(patches.tolerance, 4 * std::hypot(error, of_c), 4e-3);
}

TEST(NoiseContrastive, TheGradientThatIsLeftIsThatOfThePatches) {
  const Piece& piece = computed().piece;
  double loss = 0;
  double left = 0;
  ASSERT_EQ(std::sscanf(piece.tables[2].rows[4][1].c_str(), "%lf; %lf", &loss, &left), 2);
  const size_t said_left = piece.settings.find("of components, ");
  ASSERT_NE(said_left, piece.settings.npos);
  EXPECT_EQ(std::stod(piece.settings.substr(said_left + 15)), left);
}

TEST(NoiseContrastive, WhatIsToldApartIsOfOneKindInEachRow) {
  const Piece& piece = computed().piece;
  const Table& weakness = piece.tables[3];
  EXPECT_EQ(weakness.columns[1], "both sides");
  for (size_t row = 0; row < 4; ++row) EXPECT_EQ(weakness.rows[row][1], "binary");
  EXPECT_EQ(weakness.rows[4][1], "grey");
}

}  // namespace
}  // namespace gan::paper
