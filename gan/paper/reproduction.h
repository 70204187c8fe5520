#pragma once
/// What the parts of the paper's reproduction share: the recipes, on the data that there are, and
/// their runs.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gan/core/files.h"
#include "gan/evaluate.h"
#include "gan/judge/parzen.h"
#include "gan/paper/piece.h"

namespace gan::paper {

/// A recipe with one seed, on data that are here.
struct Training {
  std::string recipe;  ///< its name, and "-on-" the data where they are not its own
  Config config;       ///< resolved
  std::string data_hash;
  std::string text() const;  ///< all that decides its bytes, but for the number of threads, which
                             ///< may change while it lasts
  std::string question()
      const;  ///< the same less what each machine chooses: what decides its score, but for chance
};

/// What table 1 asks of a finished training. Kept apart from its run: a small file, good on other
/// machines too.
struct ScoredRun {
  int64_t step;                 ///< of the checkpoint that was scored: the best by validation
  ParzenScore published, fine;  ///< by the protocol, and with a fine grid of sigma
  double seconds;               ///< that it trained
  std::string made_on;          ///< processor, threads, precision, version
  std::string checkpoint;       ///< hash of its bytes; empty in scores of earlier versions
};

/// What is to be reproduced, and with what.
struct ReproduceSettings {
  std::string what = "all";  ///< or one of kPaperParts
  Path out;                  ///< the folder of the report, of trainings and of computed parts
  Path data_dir = {};        ///< where data are looked for first
  bool quick = false;        ///< few steps, to see that all of it works
  std::optional<int64_t> seeds = {};  ///< of table 1's rows, where it is given
  std::string command = {};           ///< that the report says it was made by
  std::vector<Path> recipes;          ///< files; each part looks for those it needs by their names
  Path cache = {};                    ///< keeps the scores of controls (see EvaluateSettings)
  Say say;                            ///< hears how far it is, in whole lines
  /// What each training shows and asks for, as train() takes it.
  std::function<Hooks(const RunFolder&, const Problem&, const Judge&, Learner&)> hooks;
};

class Reproduction {
 public:
  explicit Reproduction(const ReproduceSettings& settings) : settings_(settings) {}

  const ReproduceSettings& settings() const { return settings_; }
  std::string digits();  ///< "mnist", or "fashion-mnist" where only that is here. @throws DataError
  std::optional<std::string> missing(
      const std::string& data);  ///< why these data cannot be read, if they cannot

  /// The recipe for MNIST on `data`: the one made for them, or the same settings. Nothing when
  /// there is no such recipe.
  std::optional<Training> training(const std::string& recipe, const std::string& data,
                                   int64_t seed = 1);

  /// Every step that is still to be done. @throws Interrupted
  RunFolder train(const Training& training);
  Model best(const Training& training);                   ///< trained, by the validation score
  std::string best_hash(const Training& training) const;  ///< of that checkpoint's bytes; trained
  int64_t left(const Training& training)
      const;  ///< steps still to be trained; 0: its run is here, and has ended
  std::optional<ScoredRun> scored(
      const Training& training) const;  ///< by this call or one before it
  ScoredRun keep_score(const Training& training, const Model& model, const ParzenScore& published,
                       const ParzenScore& fine);
  double training_now() const {
    return training_now_;
  }  ///< seconds that this process spent in train()

  double estimate(const std::vector<Training>& trainings);  ///< seconds still to be trained, from a
                                                            ///< few steps; says what it counts
  void say(const std::string& text) { settings_.say(text); }

 private:
  struct Speed {
    double step, evaluation;
  };  ///< seconds
  std::optional<Path> recipe_file(const std::string& name) const;
  std::string counterpart(const std::string& recipe, const std::string& data) const;
  Path folder(const Training& training) const;
  Path score_file(const Training& training) const;
  Path best_checkpoint(const Training& training) const;
  Speed measure(const Training& training);

  const ReproduceSettings& settings_;
  double training_now_ = 0;
  std::map<std::string, std::optional<std::string>> missing_;
  std::map<std::string, Training> resolved_;
};

/// The first examples of the training split, over and over: to see what a step does and costs.
class SameBatch : public Batches {
 public:
  explicit SameBatch(const Problem& problem);
  Batch next() override { return {.x = x_}; }

 private:
  at::Tensor x_;  // [B, D]
};

// Parts of the paper, and the trainings that each is made of.
std::string not_finished(size_t missing,
                         size_t all);  ///< what a part says of itself where trainings are missing
std::vector<Training> table1_trainings(Reproduction& r);
Piece table1(Reproduction& r);
std::optional<Piece> table1_so_far(
    Reproduction& r);  ///< of the trainings that are scored; nothing where none is
std::vector<Training> figure2_trainings(Reproduction& r);
Piece figure2(Reproduction& r);
std::optional<Piece> figure2_so_far(
    Reproduction& r);  ///< of the runs that have ended; nothing where none has
std::vector<Training> figure3_trainings(Reproduction& r);
Piece figure3(Reproduction& r);
std::optional<Piece> figure3_so_far(Reproduction& r);
std::vector<Training> table2_trainings(Reproduction& r);
Piece table2(Reproduction& r);
std::vector<Training> nce_trainings(Reproduction& r);
Piece nce(Reproduction& r);

std::string processor();                    ///< its name
std::string made_on(const RunFolder& run);  ///< processor, threads, precision, version, as of a run
                                            ///< that was trained here
std::string settings_text(const std::vector<Training>&
                              trainings);  ///< recipes, seeds, data, engine, in a sentence or two

}  // namespace gan::paper
