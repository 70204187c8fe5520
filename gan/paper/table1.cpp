#include "gan/paper/table1.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "gan/core/duration.h"
#include "gan/judge/parzen_score.h"
#include "gan/paper/summary.h"

namespace gan::paper {
namespace {

constexpr const char* kNotPublic = "not computed: the data are not public";
constexpr double kAgree =
    2;  // standard errors of a difference, within which two scores are called the same
constexpr double kApart =
    10;  // standard errors of a run: seeds that spread wider than that have no mean worth the name

std::string text_of(const Published& p) {
  return fmt::format("{:g} ± {:g}", p.nats, p.error);
}

/// What the runs of a row come to.
struct Result {
  Summary protocol, fine;
  double error = 0;                // standard error of a run, the mean of them
  std::vector<std::string> seeds;  // "191.6 (bf16)"
  bool apart() const { return protocol.spread > kApart * error; }
};

Result result_of(const ModelRow& row) {
  Result out;
  std::vector<double> scores, fine, errors;
  for (const ScoredSeed& run : row.runs) {
    scores.push_back(run.published.log_likelihood);
    fine.push_back(run.fine.log_likelihood);
    errors.push_back(run.published.standard_error);
    out.seeds.push_back(fmt::format("{:.1f} ({})", scores.back(), precision_of(run.made_on)));
  }
  out.protocol = summary(scores);
  out.fine = summary(fine);
  out.error = summary(errors).mean;
  return out;
}

enum class Standing { below, same, above };

Standing standing(const Result& ours, const Published& published) {
  const double difference = ours.protocol.mean - published.nats;
  const double error = std::hypot(ours.error, published.error);
  if (difference > kAgree * error) return Standing::above;
  return difference < -kAgree * error ? Standing::below : Standing::same;
}

std::string against_published(const Result& ours, const Published& published) {
  const std::string difference = fmt::format("{:+.1f}", ours.protocol.mean - published.nats);
  switch (standing(ours, published)) {
    case Standing::above:
      return difference + ": another model, better tuned";
    case Standing::below:
      return difference + ": below";
    case Standing::same:
      break;
  }
  return difference + ": the same, within two standard errors";
}

std::string how_many(const ModelRow& row) {
  if (row.runs.size() == row.trainings) return fmt::format("{}", row.trainings);
  return fmt::format("{} of {}", row.runs.size(), row.trainings);
}

Table models_table(const Table1Scores& scores) {
  const bool real = scores.why_not_mnist.empty();
  Table out{
      .caption =
          "Mean log-likelihood of the test examples, nats. Published: ± standard error; ours: mean over seeds",
      .columns = {"Model", "MNIST, published", "Ours, " + scores.data, "Seeds",
                  "Each seed (precision)", "Median", "Spread over seeds", "Standard error of a run",
                  "Ours less published", "Ours, fine grid of sigma", "TFD, published",
                  "Ours, TFD"}};
  for (const ModelRow& row : scores.rows) {
    std::vector<std::string> cells = {row.model, row.mnist ? text_of(*row.mnist) : ""};
    if (row.runs.empty()) {
      cells.push_back(row.trainings == 0 ? "no such model in this program yet" : "not trained yet");
      cells.resize(10);
    } else {
      const Result ours = result_of(row);
      const bool several = row.runs.size() > 1;
      cells.push_back(fmt::format("{:.1f}", ours.protocol.mean));
      cells.push_back(how_many(row));
      cells.push_back(fmt::format("{}", fmt::join(ours.seeds, ", ")));
      cells.push_back(fmt::format("{:.1f}", ours.protocol.median));
      cells.push_back(several ? fmt::format("{:.1f}", ours.protocol.spread) : "one seed");
      cells.push_back(fmt::format("{:.1f}", ours.error));
      cells.push_back(row.mnist && real ? against_published(ours, *row.mnist) : "");
      cells.push_back(fmt::format("{:.1f}", ours.fine.mean));
    }
    cells.push_back(row.faces);
    cells.push_back(row.faces.empty() ? "" : kNotPublic);
    out.rows.push_back(std::move(cells));
  }
  return out;
}

Table runs_table(const Table1Scores& scores) {
  Table out{
      .caption =
          "Each run, at the checkpoint with the best validation score; the test examples were looked at once, there",
      .columns = {"Recipe", "Seed", "Best step", "Ends", "nats", "sigma", "nats, fine grid",
                  "sigma", "Precision", "Training", "On"}};
  for (const ModelRow& row : scores.rows) {
    for (const ScoredSeed& run : row.runs) {
      out.rows.push_back({row.recipe, fmt::format("{}", run.seed), count(run.step), row.ends,
                          plus_minus(run.published), fmt::format("{:.4f}", run.published.sigma),
                          plus_minus(run.fine), fmt::format("{:.4f}", run.fine.sigma),
                          precision_of(run.made_on), duration(run.seconds), run.made_on});
    }
  }
  return out;
}

Table controls_table(const Table1Scores& scores) {
  Table out{.caption = "Controls, which nobody would call models, by the same protocol",
            .columns = parzen_titles("Control")};
  for (const auto& [name, score] : scores.controls) out.rows.push_back(parzen_row(name, score));
  return out;
}

std::vector<Check> checks_of(const Table1Scores& scores) {
  std::vector<Check> out;
  if (!scores.why_not_mnist.empty() || scores.quick) return out;
  for (const ModelRow& row : scores.rows) {
    if (!row.mnist || row.runs.empty() || row.runs.size() != row.trainings) continue;
    const Result ours = result_of(row);
    const char* kind = ours.apart() ? "median" : "mean";
    const std::string over =
        row.runs.size() > 1 ? fmt::format("{} over {} seeds", kind, row.runs.size()) : "one seed";
    out.push_back({fmt::format("{}: MNIST, nats, {}, no lower than published", row.model, over),
                   ours.apart() ? ours.protocol.median : ours.protocol.mean, row.mnist->nats,
                   row.mnist->error, true});
  }
  return out;
}

/// What a verdict of one side leaves open.
std::string of_verdicts(const Table1Scores& scores) {
  std::vector<std::string> above;
  for (const ModelRow& row : scores.rows) {
    if (row.runs.empty() || !row.mnist) continue;
    const Result ours = result_of(row);
    if (standing(ours, *row.mnist) != Standing::above) continue;
    above.push_back(
        fmt::format("{} ({:.1f} for {:g})", row.model, ours.protocol.mean, row.mnist->nats));
  }
  std::string out =
      "A verdict asks one thing: is our number no lower than the published one, less its standard error? It is no replication: sizes, lengths and "
      "rates of the earlier models are not all published, and ours were chosen on validation examples.";
  if (!above.empty())
    out += fmt::format(
        " Far above the published number there is another model, better tuned, which says nothing about whether the published number is right: {}.",
        fmt::join(above, ", "));
  return out;
}

std::string of_seeds(const Table1Scores& scores) {
  std::string out;
  for (const ModelRow& row : scores.rows) {
    if (row.runs.size() < 2) continue;
    const Result ours = result_of(row);
    if (!ours.apart()) continue;
    out += fmt::format(
        "{}The seeds of \"{}\" lie far apart: {}. Their mean, {:.1f}, is the score of none of them; their median is {:.1f}. With so few seeds, neither says how often it fails.",
        out.empty() ? "" : " ", row.model, fmt::join(ours.seeds, ", "), ours.protocol.mean,
        ours.protocol.median);
  }
  return out;
}

std::string of_sigma(const Table1Scores& scores) {
  double least = INFINITY;
  double most = -INFINITY;
  for (const ModelRow& row : scores.rows) {
    for (const ScoredSeed& run : row.runs) {
      const double rise = run.fine.log_likelihood - run.published.log_likelihood;
      least = std::min(least, rise);
      most = std::max(most, rise);
    }
  }
  if (least > most) return "";
  return fmt::format(
      "The grid of sigma alone moves a score: on the same samples the fine grid adds {:.1f} to {:.1f} nats to the protocol's. A smaller difference between scores by "
      "different grids says nothing about models, and only numbers of one grid are compared here.",
      least, most);
}

std::string of_precision(const Table1Scores& scores) {
  std::vector<std::string> mixed;
  for (const ModelRow& row : scores.rows) {
    const auto differs = [&](const ScoredSeed& run) {
      return precision_of(run.made_on) != precision_of(row.runs[0].made_on);
    };
    if (std::any_of(row.runs.begin(), row.runs.end(), differs))
      mixed.push_back(fmt::format("\"{}\"", row.model));
  }
  if (mixed.empty()) return "";
  return fmt::format(
      "Precision is chosen by what the processor multiplies fast: fp32 is float32, bf16 is bfloat16 products over float32 weights. The spread over seeds of {} is "
      "over both.",
      fmt::join(mixed, ", "));
}

}  // namespace

std::string end_rule(const RunSection& run, int64_t steps) {
  const std::string at_most = fmt::format("{} steps", count(steps));
  switch (run.stop) {
    case StopRule::steps:
      return "after " + at_most;
    case StopRule::best: {
      const std::string rise =
          run.margin > 0
              ? fmt::format("no rise of the validation score by {:g} of its standard errors",
                            run.margin)
              : "no better validation score";
      return fmt::format("{} in {} evaluations, one every {} steps; at most {}", rise,
                         count(run.patience), count(run.evaluate_every), at_most);
    }
    case StopRule::indistinguishable:
      break;
  }
  return "by the two-sample test on validation examples; at most " + at_most;
}

std::string precision_of(const std::string& made_on) {
  for (const char* name : {"fp32", "bf16"}) {
    if (made_on.find(fmt::format(", {},", name)) != made_on.npos) return name;
  }
  return "?";
}

std::string beside_score(const Origin& drawn, const std::optional<Origin>& scored) {
  if (!scored) return "Table 1 has no score of this training.";
  const bool known = !drawn.checkpoint.empty() && !scored->checkpoint.empty();
  const bool same_step = drawn.step == scored->step, same_name = drawn.made_on == scored->made_on;
  if (same_step && (known ? drawn.checkpoint == scored->checkpoint : same_name))
    return fmt::format("Table 1 scores this checkpoint ({}).", drawn.made_on);
  if (same_step && same_name)
    return fmt::format(
        "Not the run that table 1 scores: both are at step {}, made on {}, but on two machines of this name, and their weights differ.",
        count(drawn.step), drawn.made_on);
  return fmt::format(
      "Not the run that table 1 scores: this one is at step {}, made on {}; the one scored is at step {}, made on {}.",
      count(drawn.step), drawn.made_on, count(scored->step), scored->made_on);
}

Piece table1(const Table1Scores& scores) {
  Piece piece{.name = "table1", .title = "Table 1: Parzen window-based log-likelihood estimates"};
  piece.checks = checks_of(scores);
  piece.tables = {models_table(scores), runs_table(scores)};
  if (!scores.controls.empty()) piece.tables.push_back(controls_table(scores));

  const auto say = [&](std::string text) {
    if (!text.empty()) piece.text.push_back(std::move(text));
  };
  if (!scores.why_not_mnist.empty())
    say(fmt::format(
        "MNIST is not on this machine ({}), so this was computed on {}: other data, of the same shape. Its numbers stand beside the published ones of MNIST, and cannot be compared with them.",
        scores.why_not_mnist, scores.data));
  if (scores.quick)
    say("Made with --quick: far too few steps for a good generator. These numbers show that all of it works, and nothing about the methods.");
  say(fmt::format(
      "The protocol of the paper's authors: {} samples, a Gaussian window on each, its width sigma the best of 10 (logspace(-1, 0)) on the first 1,000 validation images; "
      "mean over all {} test images, and its standard error. The fine grid has 46 widths over the same range. Each training ends by a rule on steps or on validation examples alone, "
      "which its row tells; its checkpoint with the best score on validation examples is scored on the test examples, once.",
      count(scores.samples), count(scores.test_examples)));
  say("What such a number can tell: whether samples lie near unseen images, all over the data, at the distance that the window allows. What it cannot: whether they look right, or whether anything was learned. "
      "The controls below were not learned: on MNIST the first 10,000 training images score about 241, little more than the best of the published models, and 10,000 cluster centres about 335. A number above the training images' is no sign of a better model than the data. "
      "The standard error is over test images and leaves out what training again would change; that is the spread over seeds. Where the paper stopped training is not published.");
  if (scores.why_not_mnist.empty() && !scores.quick) say(of_verdicts(scores));
  say(of_seeds(scores));
  say(of_sigma(scores));
  say("Of a model whose samples are states of chains, one set of chains is scored here. Other sets of "
      "the same model score some nats more or less; `gan evaluate` draws three and says by how much "
      "they differ.");
  say(of_precision(scores));
  return piece;
}

}  // namespace gan::paper
