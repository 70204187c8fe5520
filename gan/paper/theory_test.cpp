#include "gan/paper/theory.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "gan/theory/divergence.h"

namespace gan::paper {
namespace {

const Table& table_of(const Piece& piece, const std::string& begin) {
  for (const Table& table : piece.tables) {
    if (table.caption.starts_with(begin)) return table;
  }
  throw std::runtime_error("no table begins with " + begin);
}

double cell(const std::vector<std::string>& row, size_t column) {
  return std::stod(row.at(column));
}

double check_of(const Piece& piece, const std::string& begin) {
  for (const Check& check : piece.checks) {
    if (check.what.starts_with(begin)) return check.ours;
  }
  throw std::runtime_error("no check begins with " + begin);
}

/// E f(x) under N(mean, 1), by the trapezoidal rule.
double mean_of(double mean, const std::function<double(double)>& f) {
  double sum = 0;
  for (int i = -12000; i <= 12000; ++i)
    sum += std::exp(log_normal_density(mean + i * 1e-3, mean, 1)) * f(mean + i * 1e-3);
  return sum * 1e-3;
}

double softplus(double a) {
  return std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
}

class Theory : public testing::Test {
 protected:
  static void SetUpTestSuite() { piece_ = new Piece(theory(1)); }
  static void TearDownTestSuite() {
    delete piece_;
    piece_ = nullptr;
  }
  static const Piece* piece_;
};
const Piece* Theory::piece_ = nullptr;

TEST_F(Theory, EveryStatementHolds) {
  EXPECT_GE(piece_->checks.size(), 32u);
  for (const Check& check : piece_->checks) {
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.ours << ", expected "
                               << check.expected << " +- " << check.tolerance;
  }
  for (const Table& table : piece_->tables) {
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.caption;
  }
}

TEST_F(Theory, TableOfProposition1IsThatOfItsChecks) {
  const Table& table = table_of(*piece_, "Proposition 1");
  ASSERT_EQ(table.rows.size(), 3u);
  for (const auto& row : table.rows) {
    EXPECT_NEAR(
        cell(row, 1),
        check_of(*piece_, "Proposition 1: mean |D - D*| under (p_data + p_g) / 2, " + row[0]),
        1e-7);
    EXPECT_NEAR(cell(row, 2),
                check_of(*piece_, "Proposition 1: V(G, D) that the trained D reaches, " + row[0]),
                1e-5);
    EXPECT_LE(cell(row, 2), cell(row, 3));
    EXPECT_LT(cell(row, 3) - cell(row, 2), 2e-3);
  }
  const double divergence =
      jensen_shannon([](double x) { return log_normal_density(x, 0, 1); },
                     [](double x) { return log_normal_density(x, 1.5, 1); }, -20, 20);
  EXPECT_NEAR(cell(table.rows[0], 3), virtual_criterion(divergence), 1e-5);
}

TEST_F(Theory, TableOfTheorem1HasTwoRoutesToOneNumber) {
  const Table& table = table_of(*piece_, "Theorem 1");
  ASSERT_EQ(table.rows.size(), 7u);
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const double mu = cell(row, 0);
    EXPECT_EQ(mu, static_cast<double>(i));
    EXPECT_EQ(row[1], row[2]);
    const auto at_data = [&](double x) { return -softplus(mu * x - mu * mu / 2); };  // log D*
    const auto at_samples = [&](double x) {
      return -softplus(-mu * x + mu * mu / 2);
    };  // log(1 - D*)
    EXPECT_NEAR(cell(row, 1), mean_of(0, at_data) + mean_of(mu, at_samples), 1e-5) << mu;
  }
  EXPECT_NEAR(cell(table.rows[0], 1), -std::log(4), 1e-5);
}

TEST_F(Theory, TableOfProposition2FallsToItsMinimum) {
  const Table& table = table_of(*piece_, "Proposition 2: mirror descent");
  ASSERT_EQ(table.rows.size(), 7u);
  for (size_t i = 0; i < table.rows.size(); ++i)
    EXPECT_EQ(cell(table.rows[i], 0), 10.0 * static_cast<double>(i));
  for (size_t i = 1; i < table.rows.size(); ++i) {
    EXPECT_LE(cell(table.rows[i], 1), cell(table.rows[i - 1], 1));
    EXPECT_LE(cell(table.rows[i], 2), cell(table.rows[i - 1], 2));
    EXPECT_GT(cell(table.rows[i], 3), 0.3);  // with D held it goes elsewhere
  }
  EXPECT_EQ(table.rows[0][1], table.rows[0][3]);  // one start
  EXPECT_LT(cell(table.rows.back(), 1), 1e-9);
  EXPECT_LT(cell(table.rows.back(), 2), 1e-12);
}

TEST_F(Theory, TableOfDifferingSupportsIsWorkedOutByHand) {
  const Table& table = table_of(*piece_, "Proposition 2 where supports differ");
  ASSERT_EQ(table.rows.size(), 4u);
  const double log2 = std::log(2);
  const double log3 = std::log(3);
  const double wider =
      log2 - 1.5 * log3;  // log(2/3) + log(1/3) / 2, of p_g over p_data's support and as much again
  const double criterion[] = {wider, -2 / 3.0 * log2, wider, 0};
  const double at_first[] = {0.5, 2 / 3.0, 0.5, 1};
  const double left[] = {0, 2 / 3.0, 0.5, 1};
  // Partly the same: p_data 1/6, p_g 1/2 on two points in the end, D* = 1/4 there: log(1/4) / 3 +
  // log(3/4).
  const double value_left[] = {-2 * log2, log3 - 8 / 3.0 * log2, wider, 0};
  for (size_t i = 0; i < 4; ++i) {
    const auto& row = table.rows[i];
    EXPECT_NEAR(cell(row, 1), criterion[i], 1e-5) << row[0];
    EXPECT_NEAR(cell(row, 2), criterion[i], 1e-5) << row[0];
    EXPECT_NEAR(cell(row, 3), at_first[i], 1e-5) << row[0];
    EXPECT_NEAR(cell(row, 4), left[i], 1e-5) << row[0];
    EXPECT_NEAR(cell(row, 5), value_left[i], 1e-5) << row[0];
    EXPECT_NEAR(cell(row, 6), value_left[i], 1e-5) << row[0];
    EXPECT_LT(cell(row, 7), 1e-9) << row[0];
  }
}

TEST_F(Theory, TableOfSlopesInTheLogitIsItsFormula) {
  const Table& table = table_of(*piece_, "Section 3: slopes of G's objectives");
  ASSERT_EQ(table.rows.size(), 9u);
  for (const auto& row : table.rows) {
    const double d = 1 / (1 + std::exp(-cell(row, 0)));
    EXPECT_NEAR(cell(row, 1), d, 1e-5);
    EXPECT_NEAR(cell(row, 2), -d, 1e-5);        // of log(1 - D)
    EXPECT_NEAR(cell(row, 3), -(1 - d), 1e-5);  // of -log D
  }
}

TEST_F(Theory, TableOfSlopesInMuAgreesWithFiniteDifferences) {
  const Table& table = table_of(*piece_, "Section 3: slope in mu");
  ASSERT_EQ(table.rows.size(), 5u);
  for (const auto& row : table.rows) {
    const double mu = cell(row, 0);
    const auto logit = [&](double x) {
      return -mu * x + mu * mu / 2;
    };  // of D*, which stays while G moves
    EXPECT_NEAR(cell(row, 1), mean_of(mu, [&](double x) { return 1 / (1 + std::exp(-logit(x))); }),
                1e-5);
    const auto slope = [&](const std::function<double(double)>& f) {
      return (mean_of(mu + 1e-3, f) - mean_of(mu - 1e-3, f)) / 2e-3;
    };
    EXPECT_NEAR(cell(row, 2), slope([&](double x) { return -softplus(logit(x)); }), 1e-4)
        << mu;  // of log(1 - D)
    EXPECT_NEAR(cell(row, 3), slope([&](double x) { return softplus(-logit(x)); }), 1e-4)
        << mu;  // of -log D
  }
  EXPECT_LT(cell(table.rows.back(), 2), 1e-3);  // saturated, at mu = 8
  EXPECT_GT(cell(table.rows.back(), 3), 7.9);
}

}  // namespace
}  // namespace gan::paper
