#include "gan/paper/table1.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gan/core/testing.h"

namespace gan::paper {
namespace {

ScoredSeed run(int64_t seed, double nats, double fine, const char* precision) {
  return {.seed = seed,
          .step = 1000 * seed,
          .published = {nats, 2, 0.1668, 10000, 10000},
          .fine = {fine, 1.5, 0.1848, 10000, 10000},
          .seconds = 190,
          .made_on = std::string("AMD EPYC, 2 threads, ") + precision + ", gan 0.1.0"};
}

Table1Scores scores() {
  Table1Scores out{.data = "mnist", .samples = 10000, .test_examples = 9000};
  out.rows = {
      {"DBN",
       Published{138, 2},
       "1909 ± 66",
       "dbn-mnist",
       "after 75,000 steps",
       1,
       {run(1, 188.7, 198.4, "fp32")}},
      {"Published settings",
       Published{225, 2},
       "2057 ± 26",
       "paper-mnist",
       "by validation",
       3,
       {run(1, -67.2, -65.3, "fp32"), run(2, 191.6, 200.7, "bf16"), run(3, 185.5, 195.8, "bf16")}},
      {"Average of G",
       Published{225, 2},
       "",
       "paper-mnist-averaged",
       "by a margin",
       3,
       {run(1, 224.6, 228.2, "bf16"), run(3, 224.2, 227.8, "bf16")}},
      {"Our settings",
       {},
       "",
       "mnist",
       "after 20,000 steps",
       2,
       {run(1, 219.1, 223.2, "fp32"), run(2, 217.7, 222.0, "fp32")}},
      {"GSN", Published{214, 1.1}, "1890 ± 29", "gsn-mnist", "after 5 steps", 1, {}},
      {"Another", Published{100, 1}, "", "another", "", 0, {}},
  };
  out.controls = {{"the mean alone", {-59.1, 1, 0.2783, 1, 9000}}};
  return out;
}

std::string text_of(const Piece& piece) {
  std::string out;
  for (const std::string& paragraph : piece.text) out += paragraph + "\n";
  return out;
}

TEST(Table1, HasARowForEachModel) {
  const Piece piece = table1(scores());
  const Table& table = piece.tables.at(0);
  ASSERT_EQ(table.rows.size(), 6u);
  for (const auto& row : table.rows) ASSERT_EQ(row.size(), table.columns.size());
  EXPECT_EQ(table.columns[2], "Ours, mnist");
  const std::vector<std::string> one = {
      "DBN",      "138 ± 2",      "188.7",
      "1",        "188.7 (fp32)", "188.7",
      "one seed", "2.0",          "+50.7: another model, better tuned",
      "198.4",    "1909 ± 66",    "not computed: the data are not public"};
  EXPECT_EQ(table.rows[0], one);
  const std::vector<std::string> three = {"Published settings",
                                          "225 ± 2",
                                          "103.3",
                                          "3",
                                          "-67.2 (fp32), 191.6 (bf16), 185.5 (bf16)",
                                          "185.5",
                                          "147.7",
                                          "2.0",
                                          "-121.7: below",
                                          "110.4",
                                          "2057 ± 26",
                                          "not computed: the data are not public"};
  EXPECT_EQ(table.rows[1], three);
  const std::vector<std::string> not_whole = {"Average of G",
                                              "225 ± 2",
                                              "224.4",
                                              "2 of 3",
                                              "224.6 (bf16), 224.2 (bf16)",
                                              "224.4",
                                              "0.3",
                                              "2.0",
                                              "-0.6: the same, within two standard errors",
                                              "228.0",
                                              "",
                                              ""};
  EXPECT_EQ(table.rows[2], not_whole);
  const std::vector<std::string> our_own = {
      "Our settings", "", "218.4", "2", "219.1 (fp32), 217.7 (fp32)", "218.4", "1.0", "2.0", "",
      "222.6",        "", ""};
  EXPECT_EQ(table.rows[3], our_own);
  const std::vector<std::string> untrained = {
      "GSN", "214 ± 1.1", "not trained yet",
      "",    "",          "",
      "",    "",          "",
      "",    "1890 ± 29", "not computed: the data are not public"};
  EXPECT_EQ(table.rows[4], untrained);
  EXPECT_EQ(table.rows[5][2], "no such model in this program yet");
}

TEST(Table1, HasARowForEachRunAndControl) {
  const Piece piece = table1(scores());
  const Table& runs = piece.tables.at(1);
  ASSERT_EQ(runs.rows.size(), 8u);
  for (const auto& row : runs.rows) ASSERT_EQ(row.size(), runs.columns.size());
  const std::vector<std::string> second = {"paper-mnist",
                                           "2",
                                           "2,000",
                                           "by validation",
                                           "191.6 ± 2.0",
                                           "0.1668",
                                           "200.7 ± 1.5",
                                           "0.1848",
                                           "bf16",
                                           "3 min 10 s",
                                           "AMD EPYC, 2 threads, bf16, gan 0.1.0"};
  EXPECT_EQ(runs.rows[2], second);
  const std::vector<std::string> control = {"the mean alone", "-59.1 ± 1.0", "0.2783", "1"};
  EXPECT_EQ(piece.tables.at(2).rows.at(0), control);
}

TEST(Table1, HoldsWholeRowsAgainstWhatIsPublished) {
  const Piece piece = table1(scores());
  ASSERT_EQ(piece.checks.size(), 2u);  // the others are not whole, or have no published number
  EXPECT_NEAR(piece.checks[0].ours, 188.7, 1e-9);
  EXPECT_EQ(piece.checks[0].expected, 138);
  EXPECT_EQ(piece.checks[0].tolerance, 2);
  EXPECT_TRUE(piece.checks[0].holds());
  EXPECT_NEAR(piece.checks[1].ours, 185.5, 1e-9);  // the seeds lie far apart
  EXPECT_FALSE(piece.checks[1].holds());
  EXPECT_TRUE(holds(piece.checks[0].what, "one seed"));
  EXPECT_TRUE(holds(piece.checks[1].what, "median over 3 seeds"));
}

TEST(Table1, SaysWhatItsNumbersCannotSay) {
  const std::string text = text_of(table1(scores()));
  EXPECT_TRUE(holds(text, "It is no replication"));
  EXPECT_TRUE(holds(
      text,
      "another model, better tuned, which says nothing about whether the published number is right: DBN (188.7 for 138)."));
  EXPECT_TRUE(holds(
      text,
      "The seeds of \"Published settings\" lie far apart: -67.2 (fp32), 191.6 (bf16), 185.5 (bf16). Their mean, 103.3, is the score of none of them; their median is 185.5."));
  EXPECT_FALSE(holds(text, "The seeds of \"Our settings\""));
  EXPECT_TRUE(holds(text, "the fine grid adds 1.9 to 10.3 nats"));
  EXPECT_TRUE(holds(text, "The spread over seeds of \"Published settings\" is over both."));
  EXPECT_TRUE(holds(text, "10,000 samples"));
  EXPECT_TRUE(holds(text, "all 9,000 test images"));
}

TEST(Table1, ComparesNothingWhereTheDataAreOthers) {
  Table1Scores other = scores();
  other.data = "fashion-mnist";
  other.why_not_mnist = "mnist: not found";
  const Piece piece = table1(other);
  EXPECT_TRUE(piece.checks.empty());
  EXPECT_EQ(piece.tables[0].rows[0][8], "");
  EXPECT_TRUE(holds(
      text_of(piece),
      "MNIST is not on this machine (mnist: not found), so this was computed on fashion-mnist"));
  EXPECT_FALSE(holds(text_of(piece), "A verdict asks"));
  Table1Scores quick = scores();
  quick.quick = true;
  EXPECT_TRUE(table1(quick).checks.empty());
  EXPECT_TRUE(holds(text_of(table1(quick)), "Made with --quick"));
}

TEST(Table1, CallsScoresTheSameWithinTwoStandardErrorsOfTheirDifference) {
  Table1Scores two{.data = "mnist"};
  const auto standing = [&](double ours) {  // 2 sqrt(2^2 + 1.5^2) = 5
    two.rows = {{"M", Published{200, 1.5}, "", "m", "", 1, {run(1, ours, ours, "fp32")}}};
    return table1(two).tables[0].rows[0][8];
  };
  EXPECT_EQ(standing(204.9), "+4.9: the same, within two standard errors");
  EXPECT_EQ(standing(205.1), "+5.1: another model, better tuned");
  EXPECT_EQ(standing(195.1), "-4.9: the same, within two standard errors");
  EXPECT_EQ(standing(194.9), "-5.1: below");
}

TEST(EndRule, IsThatOfTheRecipe) {
  RunSection run{.evaluate_every = 500};
  EXPECT_EQ(end_rule(run, 75000), "after 75,000 steps");
  run.stop = StopRule::best;
  run.patience = 100;
  EXPECT_EQ(
      end_rule(run, 150000),
      "no better validation score in 100 evaluations, one every 500 steps; at most 150,000 steps");
  run.patience = 60;
  run.margin = 1;
  EXPECT_EQ(
      end_rule(run, 300000),
      "no rise of the validation score by 1 of its standard errors in 60 evaluations, one every 500 steps; at most 300,000 steps");
  run.stop = StopRule::indistinguishable;
  EXPECT_EQ(end_rule(run, 10), "by the two-sample test on validation examples; at most 10 steps");
}

TEST(PrecisionOf, IsReadFromWhereARunWasMade) {
  EXPECT_EQ(precision_of("AMD EPYC, 2 threads, bf16, gan 0.1.0"), "bf16");
  EXPECT_EQ(precision_of("Intel, with a comma, 1 thread, fp32, gan 0.1.0"), "fp32");
  EXPECT_EQ(precision_of("bf16"), "?");
}

TEST(BesideScore, SaysWhetherAFigureIsOfTheRunThatWasScored) {
  const Origin drawn{141500, "AMD EPYC, 2 threads, bf16, gan 0.1.0"};
  EXPECT_EQ(beside_score(drawn, drawn),
            "Table 1 scores this checkpoint (AMD EPYC, 2 threads, bf16, gan 0.1.0).");
  EXPECT_EQ(beside_score(drawn, {}), "Table 1 has no score of this training.");
  EXPECT_EQ(
      beside_score(drawn, Origin{1000, "AMD EPYC, 1 thread, fp32, gan 0.1.0"}),
      "Not the run that table 1 scores: this one is at step 141,500, made on AMD EPYC, 2 threads, bf16, gan 0.1.0; the one scored is at step 1,000, made on AMD EPYC, 1 thread, fp32, gan 0.1.0.");
  EXPECT_TRUE(holds(beside_score(drawn, Origin{1000, drawn.made_on}), "Not the run"));
  EXPECT_TRUE(holds(beside_score(drawn, Origin{drawn.step, "another"}), "Not the run"));
}

/// Two machines may have processors of one name and yet train different weights: virtual machines
/// do not tell all of their processors.
TEST(BesideScore, TellsMachinesOfOneNameApart) {
  const Origin drawn{1000, "AMD EPYC, 1 thread, fp32, gan 0.1.0", "0123456789abcdef"};
  Origin scored = drawn;
  EXPECT_EQ(beside_score(drawn, scored),
            "Table 1 scores this checkpoint (AMD EPYC, 1 thread, fp32, gan 0.1.0).");
  scored.checkpoint = "fedcba9876543210";
  EXPECT_EQ(
      beside_score(drawn, scored),
      "Not the run that table 1 scores: both are at step 1,000, made on AMD EPYC, 1 thread, fp32, gan 0.1.0, but on two machines of this name, and their weights differ.");
  scored.checkpoint.clear();  // a score of an earlier version
  EXPECT_TRUE(holds(beside_score(drawn, scored), "Table 1 scores this checkpoint"));
}

}  // namespace
}  // namespace gan::paper
