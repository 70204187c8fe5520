#pragma once
/// Table 1 of Goodfellow et al. (2014), from scores: every number that the report prints of them,
/// and what may be said of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gan/judge/parzen.h"
#include "gan/paper/piece.h"
#include "gan/spec/config.h"

namespace gan::paper {

/// One training, scored at the checkpoint with the best validation score.
struct ScoredSeed {
  int64_t seed, step;
  ParzenScore published, fine;  ///< by the protocol's grid of sigma, and by a fine one
  double seconds;               ///< that it trained
  std::string made_on;          ///< "AMD EPYC, 2 threads, fp32, gan 0.1.0"
};

struct Published {
  double nats, error;
};

/// A row, and the runs that there are for it.
struct ModelRow {
  std::string model;               ///< as the paper calls it
  std::optional<Published> mnist;  ///< as published, on MNIST; none for a row of our own
  std::string faces;  ///< the same on the Toronto Face Database, which is not public; may be empty
  std::string recipe;
  std::string ends;              ///< the rule by which its trainings end
  size_t trainings = 0;          ///< that the row is made of; 0: there is no such model
  std::vector<ScoredSeed> runs;  ///< of those, the ones that are scored
};

struct Table1Scores {
  std::string data;           ///< "mnist"
  std::string why_not_mnist;  ///< empty where it is MNIST
  bool quick = false;
  int64_t samples = 0, test_examples = 0;
  std::vector<ModelRow> rows;
  std::vector<std::pair<std::string, ParzenScore>> controls;
};

/// The whole piece but for its settings.
Piece table1(const Table1Scores& scores);

/// "after 75,000 steps", or the rule on validation, in words.
std::string end_rule(const RunSection& run, int64_t steps);

/// "fp32" or "bf16", read from `made_on`; "?" where it says neither.
std::string precision_of(const std::string& made_on);

/// A checkpoint: which step, and where its run was made.
struct Origin {
  int64_t step;
  std::string made_on;
  std::string checkpoint = {};  ///< hash of its bytes; empty where it is not known
};

/// What a figure says of the run that it is drawn from: is it the one that table 1 scored?
std::string beside_score(const Origin& drawn, const std::optional<Origin>& scored);

}  // namespace gan::paper
