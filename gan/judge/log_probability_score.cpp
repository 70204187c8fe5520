#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/core/duration.h"
#include "gan/judge/kinds.h"
#include "gan/judge/log_probability.h"
#include "gan/judge/score_json.h"
#include "gan/judge/summary.h"

namespace gan {
namespace {

// Where so many runs of annealed importance sampling carry the weight, a model may be chosen by it.
constexpr double kEnoughRuns = 10;

/// All that is said of a kind. Log-probabilities of different kinds are never to be compared: each
/// has a column of its own.
struct KindWords {
  const char* key;  ///< in JSON
  const char* column;
  const char* how;
};
constexpr KindWords kWords[] = {
    {"exact", "log p, exact", "exact"},
    {"ais", "log p, by AIS", "by annealed importance sampling"},
    {"bound", "log p, at least", "a lower bound"},
};

const KindWords& words_of(const LogProbability& p) {
  return kWords[static_cast<size_t>(p.kind)];
}

LogProbability of_splits(const Subject& s, Likelihood& likelihood) {
  const DataSet& data = s.judge.data();
  const Encoding& encoding = s.model->encoding;
  const Examples train = data.train.slice(0, std::min<int64_t>(10000, data.train.size()));
  return log_probability(likelihood, encoded(encoding, data.test), encoded(encoding, train));
}

/// By enumeration where the model can: then nothing is estimated, and nothing is said of annealing.
LogZ log_z_of(AnnealedPath& path, const AisSection& ais, const Subject& s) {
  const AisSettings settings{.runs = ais.runs, .temperatures = ais.temperatures, .seed = s.seed};
  s.say("log Z");
  const LogZ z = estimate_log_z(path, settings);
  s.say(z.exact ? "log Z was summed over all states"
                : fmt::format("log Z was estimated by annealed importance sampling, {} runs of {} "
                              "temperatures",
                              count(z.runs), count(z.temperatures)));
  return z;
}

LogProbability log_probability_of(const Subject& s) {
  if (auto* likelihood = dynamic_cast<Likelihood*>(&s.model->model))
    return of_splits(s, *likelihood);
  auto& path = dynamic_cast<AnnealedPath&>(s.model->model);
  AnnealedLikelihood annealed(path, log_z_of(path, s.model->setup.config.ais, s));
  LogProbability out = of_splits(s, annealed);
  out.log_z = annealed.log_z();
  return out;
}

Json to_json(const LogZ& z) {  // infinite ends become null
  Json out = {{"value", z.value}, {"interval", {z.low, z.high}}};
  if (!z.exact)
    out.update(
        {{"runs", z.runs}, {"temperatures", z.temperatures}, {"effective_runs", z.effective_runs}});
  return out;
}

Json to_json(const LogProbability& p) {
  Json out = {{"test", p.test},
              {"standard_error", p.standard_error},
              {"kind", words_of(p).key},
              {"train", p.train},
              {"train_examples", p.train_examples}};
  const auto [low, high] = p.test_interval();
  if (p.log_z) out.update({{"test_interval", {low, high}}, {"log_z", to_json(*p.log_z)}});
  return out;
}

std::string text_of(const LogProbability& p, const std::string& of_what) {
  const auto [low, high] = p.test_interval();
  const auto& z = p.log_z;
  std::string out =
      labelled("log p(test)", fmt::format("{:.2f} ± {:.2f} nats, {}, {}", p.test, p.standard_error,
                                          words_of(p).how, of_what));
  out += labelled("log p(train)", fmt::format("{:.2f} nats, of the first {} examples", p.train,
                                              count(p.train_examples)));
  if (!z) return out;
  if (z->exact)
    return out + labelled("log Z", fmt::format("{:.2f} nats, the sum over all states", z->value));
  const bool bound = p.kind == Likelihood::Kind::bound;
  return out +
         labelled("log Z",
                  fmt::format("{:.2f} nats [{:.2f}, {:.2f}], 3 standard errors;\n"
                              "with it log p(test) lies in [{:.2f}, {:.2f}]\n"
                              "{} runs of {} temperatures, whose weights are worth {:.1f} equal "
                              "ones. Such an estimate tends to be too low, and log p then too "
                              "high{}",
                              z->value, z->low, z->high, low, high, count(z->runs),
                              count(z->temperatures), z->effective_runs,
                              bound ? ": it may be no bound any more" : ""));
}

std::string cell_of(const LogProbability& p) {
  std::string out = fmt::format("{:.1f} ± {:.1f}", p.test, p.standard_error);
  if (!p.log_z || p.log_z->exact) return out;
  const auto [low, high] = p.test_interval();
  return out + fmt::format(" [{:.1f}, {:.1f}]", low, high);
}

void choose_by(const Tensor& log_p, Scores& out) {  // [n]
  out.score = log_p.mean().item<double>();
  out.standard_error = mean_error(log_p).standard_error;
}

}  // namespace

bool knows_log_probability(const Subject& s) {
  if (s.model == nullptr) return false;
  GenerativeModel* model = &s.model->model;
  return dynamic_cast<Likelihood*>(model) != nullptr ||
         dynamic_cast<AnnealedPath*>(model) != nullptr;
}

bool log_probability_applies(const Subject& s) {
  return knows_log_probability(s);
}

ScoreReport score_log_probability(const Subject& s) {
  const LogProbability p = log_probability_of(s);
  const auto [low, high] = p.test_interval();
  const bool estimated = p.log_z && !p.log_z->exact;
  const Score score{
      .name = words_of(p).column,
      .unit = "nats",
      .protocol = fmt::format(
          "mean log-probability of the test examples, {}; the interval is {}", words_of(p).how,
          estimated ? "that of log Z" : "one standard error over test examples"),
      .value = p.test,
      .low = estimated ? low : p.test - p.standard_error,
      .high = estimated ? high : p.test + p.standard_error,
      .cell = cell_of(p),
      .rank = static_cast<int>(p.kind)};
  const bool binary = s.judge.data().grey != nullptr;
  return {
      .scores = {score},
      .text = text_of(p, binary ? "of binary data" : "a density, of data as the model sees them"),
      .json = compact({{"log_probability", to_json(p)}})};
}

/// On the validation split. Samples would need long chains, and say less.
void watch_log_probability(const Subject& s, int64_t, Scores& out) {
  if (!knows_log_probability(s)) return;
  const auto note = [&](const char* name, double value) { out.numbers.emplace_back(name, value); };
  const Tensor valid = encoded(s.model->encoding, s.judge.data().valid);
  if (auto* likelihood = dynamic_cast<Likelihood*>(&s.model->model)) {
    choose_by(likelihood->log_probability(valid), out);
    note("log_probability_valid", *out.score);
    return;
  }
  auto& path = dynamic_cast<AnnealedPath&>(s.model->model);
  const AisSection& ais = s.model->setup.config.ais;
  AnnealedLikelihood annealed(
      path, estimate_log_z(path, {.runs = ais.runs, .temperatures = ais.quick_temperatures}, false,
                           *s.model->workers));
  const LogZ& z = annealed.log_z();
  const Tensor log_p = annealed.log_probability(valid);
  note(path.bounded() ? "log_bound_valid" : "log_probability_valid", log_p.mean().item<double>());
  note("log_z", z.value);
  if (!z.exact) note("effective_runs", z.effective_runs);
  if (z.exact || z.effective_runs >= kEnoughRuns)
    choose_by(log_p, out);  // else the best would be where Z was missed most
}

}  // namespace gan
