#include "cli/scoring.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <chrono>
#include <cmath>

#include "cli/command.h"
#include "cli/pictures.h"
#include "gan/baselines/controls.h"
#include "gan/core/error.h"
#include "gan/core/version.h"
#include "gan/judge/neighbours.h"
#include "gan/theory/divergence.h"

namespace gan::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kSamples = 10000;  // of the paper's protocol
constexpr uint64_t kFresh = 0x66726573;  // the two-sample test's own samples: seed + kFresh

std::vector<double> grid_of(const DataSet& data) {
  if (data.image) return sigma_grid(1);
  return sigma_grid(data.toy ? (data.high - data.low) / 4 : 1);
}

Path cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return Path(xdg) / "gan";
  if (const char* home = std::getenv("HOME"); home && *home) return Path(home) / ".cache" / "gan";
  return {};
}

Json to_json(const ParzenScore& s) {
  return {{"log_likelihood", s.log_likelihood}, {"standard_error", s.standard_error}, {"sigma", s.sigma},
          {"samples", s.samples}, {"test_images", s.test_images}};
}

std::vector<Control> read_controls(const Path& file) {
  std::vector<Control> out;
  if (file.empty() || !std::filesystem::exists(file)) return out;
  const Json json = Json::parse(read_file(file), nullptr, false);
  try {
    for (const Json& row : json)
      out.push_back({row.at("name"), {row.at("log_likelihood"), row.at("standard_error"), row.at("sigma"), row.at("samples"), row.at("test_images")}});
  } catch (const Json::exception&) {
    out.clear();  // an older program's: made again
  }
  return out;
}

void write_controls(const Path& file, const std::vector<Control>& rows) {
  if (file.empty()) return;
  Json json = Json::array();
  for (const Control& row : rows) {
    json.push_back(to_json(row.score));
    json.back()["name"] = row.name;
  }
  try {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    write_file(file, json.dump(1));
  } catch (const DataError&) {
    // No cache, then: the next call computes them again.
  }
}

double median_of(const Tensor& x) { return x.median().item<double>(); }

std::string plus_minus(double value, double error) { return fmt::format("{:.1f} ± {:.1f}", value, error); }

}  // namespace

Judge::Judge(const DataSet& data) : data_(data), units_(data.judging()) {
  valid_ = units(rows_of(data.valid, 0, data.valid.size()));
  test_ = units(rows_of(data.test, 0, data.test.size()));
}

bool Judge::binary() const { return data_.image && (valid_.eq(0) | valid_.eq(1)).all().item<bool>(); }

Tensor Judge::units(const Tensor& own) const {
  Tensor out = own.flatten(1).to(at::kCPU, at::kFloat).clone().contiguous();
  units_.apply({out.data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}

ParzenScore Judge::parzen(const Tensor& samples) const {
  return gan::parzen(units(samples), valid_, test_, grid_of(data_), !data_.image);
}

double Judge::validation(const Tensor& samples) const {
  const Tensor some = valid_.narrow(0, 0, std::min<int64_t>(1000, valid_.size(0)));
  return gan::parzen(units(samples), some, some, grid_of(data_), !data_.image).log_likelihood;
}

TwoSampleResult Judge::two_sample(const Tensor& samples, const Examples& held_out, uint64_t seed) const {
  const int64_t n = std::min({kSamples, held_out.size(), samples.size(0)});
  return two_sample_test(units(rows_of(held_out, 0, n)), units(samples.narrow(0, 0, n)), seed);
}

std::optional<ModeCoverage> Judge::modes(const Tensor& samples) const {
  if (!data_.toy || data_.toy->modes().empty()) return {};
  return mode_coverage(samples.flatten(1), data_.toy->modes(), data_.toy->mode_deviation());
}

std::vector<Control> controls(const Judge& judge, const std::function<void(const std::string&)>& say) {
  const DataSet& data = judge.data();
  const Path folder = cache_folder();
  const Path file = folder.empty() ? Path() : folder / fmt::format("controls-2-{}.json", data.hash);
  std::vector<Control> rows = read_controls(file);
  if (!rows.empty()) return rows;

  say(fmt::format("scoring the controls on {} (once; kept in {})", data.name, folder.empty() ? "nothing" : folder.string()));
  const Tensor train = rows_of(data.train, 0, data.train.size());
  const auto add = [&](const std::string& name, GenerativeModel& model, int64_t n) {
    rows.push_back({name, judge.parzen(model.sample(n, 0))});
  };
  TrainingImages images(train);
  const int64_t n = std::min(kSamples, train.size(0));
  add(count(n) + " training examples", images, n);
  if (train.size(0) >= 20000 && data.image) {
    KMeans few(train, {.centres = 1000});
    add("1,000 k-means centres", few, 1000);
    KMeans many(train, {.centres = kSamples, .iterations = 10});
    add("10,000 k-means centres", many, kSamples);
  } else {
    const int64_t centres = std::max<int64_t>(1, std::min<int64_t>(1000, train.size(0) / 10));
    KMeans few(train, {.centres = centres});
    add(fmt::format("{} k-means centres", count(centres)), few, centres);
  }
  MeanImage mean(train);
  add("the mean alone", mean, 1);
  write_controls(file, rows);
  return rows;
}

Tensor own_units(const Problem& problem, const Tensor& scaled) { return own_units(card_of(problem), scaled); }

Tensor scaled(const Problem& problem, const Examples& examples) {
  Tensor rows = rows_of(examples, 0, examples.size());
  problem.scaling.apply({rows.data_ptr<float>(), static_cast<size_t>(rows.numel())});
  return rows;
}

Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed) {
  const Examples& train = problem.data.train;
  if (n > train.size()) throw UsageError("{} chains cannot start at {} training examples; use fewer chains", count(n), count(train.size()));
  const std::vector<int64_t> order = Stream(seed, "chains.start").permutation(train.size(), 0);
  return scaled(problem, train.pick(std::span(order).first(static_cast<size_t>(n)))).to(problem.facts.device);
}

ClosedForm closed_form(const Problem& problem, Trainer& trainer) {
  constexpr int64_t kGrid = 2001, kDraws = 100000;
  const double low = problem.data.low - 1, high = problem.data.high + 1, width = (high - low) / (kGrid - 1);
  std::vector<double> x(kGrid);
  for (int64_t i = 0; i < kGrid; ++i) x[i] = low + width * static_cast<double>(i);

  const Tensor samples = own_units(problem, trainer.model().sample(kDraws, 1));
  const std::vector<double> p_g = kernel_density({samples.data_ptr<float>(), static_cast<size_t>(samples.numel())}, x);
  std::vector<float> scaled(x.begin(), x.end());
  problem.scaling.apply(scaled);
  const Tensor logits = trainer.discriminate(at::from_blob(scaled.data(), {kGrid, 1}, at::kFloat)).to(at::kDouble);

  ClosedForm out{};
  std::vector<double> data_mass(kGrid), model_mass(kGrid);
  const auto softplus = [](double a) { return std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a))); };
  for (int64_t i = 0; i < kGrid; ++i) {
    const double log_p_d = problem.data.toy->log_density(std::span(&x[i], 1)), p_d = std::exp(log_p_d), a = logits[i].item<double>();
    data_mass[i] = width * p_d, model_mass[i] = width * p_g[i];
    out.discriminator_error += (data_mass[i] + model_mass[i]) / 2 * std::abs(1 / (1 + std::exp(-a)) - optimal_discriminator(log_p_d, std::log(p_g[i])));
    out.value -= data_mass[i] * softplus(-a) + model_mass[i] * softplus(a);
  }
  out.jensen_shannon = jensen_shannon(data_mass, model_mass);
  out.optimal_value = virtual_criterion(out.jensen_shannon);
  return out;
}

Scores score_while_training(const Problem& problem, const Judge& judge, Learner& learner, int64_t step) {
  Scores out;
  const auto note = [&](const char* name, double value) { out.numbers.emplace_back(name, value); };
  GenerativeModel& model = learner.model();
  if (auto* likelihood = dynamic_cast<Likelihood*>(&model)) {
    out.score = likelihood->log_probability(scaled(problem, problem.data.valid)).mean().item<double>();
    note("log_probability_valid", *out.score);
  } else {
    const Tensor samples = own_units(problem, model.sample(kSamples, 0));
    if (const auto modes = judge.modes(samples)) {
      note("modes", static_cast<double>(modes->covered)), note("within", modes->within);
      out.score = static_cast<double>(modes->covered) / static_cast<double>(modes->modes) + modes->within - modes->kl;
    } else {
      out.score = judge.validation(samples);
      note("parzen_valid", *out.score);
    }
  }
  if (problem.config.run.stop == StopRule::indistinguishable) {
    const Tensor fresh = own_units(problem, model.sample(kSamples, kFresh + step));
    const TwoSampleResult test = judge.two_sample(fresh, problem.data.valid, step);
    note("two_sample_accuracy", test.accuracy), note("two_sample_high", test.high);
    out.indistinguishable = test.indistinguishable(problem.config.run.epsilon);
  }
  return out;
}

Evaluation evaluate_samples(const Judge& judge, const Tensor& samples, const Tensor& fresh, uint64_t seed,
                            const std::function<void(const std::string&)>& say) {
  const DataSet& data = judge.data();
  Evaluation out;
  if (!judge.binary()) {  // Parzen windows estimate a density of real values
    out.controls = controls(judge, say);
    say("Parzen windows");
    out.parzen = judge.parzen(samples);
  }
  say("two-sample test");
  if (std::min(fresh.size(0), data.test.size()) >= 100) out.two_sample = judge.two_sample(fresh, data.test, seed);
  out.modes = judge.modes(samples);
  const int64_t some = std::min<int64_t>(1000, std::min(samples.size(0), data.test.size()));
  const Tensor train = judge.units(rows_of(data.train, 0, data.train.size()));
  out.nearest = median_of(nearest(judge.units(samples.narrow(0, 0, some)), train).distance);
  out.nearest_of_test = median_of(nearest(judge.test().narrow(0, 0, some), train).distance);
  out.protocol = {{"data", data.name},
                  {"split", {{"train", data.train.size()}, {"valid", data.valid.size()}, {"test", data.test.size()}}},
                  {"hashes", {{"data", data.hash}}},
                  {"seed", seed},
                  {"version", version()}};
  return out;
}

Evaluation evaluate_model(const Problem& problem, const Judge& judge, Learner& learner, uint64_t seed,
                          const std::function<void(const std::string&)>& say) {
  GenerativeModel& model = learner.model();
  const auto start = std::chrono::steady_clock::now();
  const Tensor samples = own_units(problem, model.sample(kSamples, seed));
  const std::chrono::duration<double> sampling = std::chrono::steady_clock::now() - start;
  Evaluation out = evaluate_samples(judge, samples, own_units(problem, model.sample(kSamples, seed + kFresh)), seed, say);
  out.sampling_seconds = sampling.count();
  auto* trainer = dynamic_cast<Trainer*>(&learner);
  if (trainer && problem.data.toy && problem.facts.dim == 1) out.closed_form = closed_form(problem, *trainer);
  if (auto* likelihood = dynamic_cast<Likelihood*>(&model)) {
    const Tensor log_p = likelihood->log_probability(scaled(problem, problem.data.test)).to(at::kDouble);
    out.log_probability = {log_p.mean().item<double>(), log_p.std(false).item<double>() / std::sqrt(static_cast<double>(log_p.numel()))};
  }
  return out;
}

Json Evaluation::json() const {
  Json out;
  if (parzen) out["parzen"] = to_json(*parzen);
  if (two_sample)
    out["two_sample"] = {{"accuracy", two_sample->accuracy}, {"low", two_sample->low}, {"high", two_sample->high},
                         {"p_value", two_sample->p_value}, {"test_examples", two_sample->test_examples}};
  if (modes) out["modes"] = {{"modes", modes->modes}, {"covered", modes->covered}, {"within", modes->within}, {"kl", modes->kl}};
  if (closed_form)
    out["closed_form"] = {{"discriminator_error", closed_form->discriminator_error}, {"value", closed_form->value},
                          {"optimal_value", closed_form->optimal_value}, {"jensen_shannon", closed_form->jensen_shannon}};
  if (log_probability)
    out["log_probability"] = {{"test", log_probability->first}, {"standard_error", log_probability->second}, {"kind", "exact"}};
  out["nearest_training_example"] = {{"median_distance", nearest}, {"median_distance_of_test", nearest_of_test}};
  for (const Control& control : controls) {
    Json row = to_json(control.score);
    row["name"] = control.name;
    out["controls"].push_back(row);
  }
  out["protocol"] = protocol;
  return out;
}

std::string Evaluation::text(const DataSet& data) const {
  std::string out;
  if (modes)
    out += fmt::format("  modes found        {} of {}, {:.1f}% of samples within 3 deviations of one\n", modes->covered, modes->modes, 100 * modes->within);
  if (closed_form)
    out += fmt::format("  D against D*       mean error {:.4f}; value {:.4f}, at most {:.4f} = -log 4 + 2 JSD (JSD {:.4f} nats)\n",
                       closed_form->discriminator_error, closed_form->value, closed_form->optimal_value, closed_form->jensen_shannon);
  if (log_probability)
    out += fmt::format("  log p(test)        {:.2f} ± {:.2f} nats, exact, of binary images\n", log_probability->first, log_probability->second);
  if (two_sample)
    out += fmt::format("  two-sample test    a fresh classifier tells samples from held-out data with accuracy {:.1f}% [{:.1f}, {:.1f}]\n"
                       "                     (50%: it cannot; p = {:.2g})\n",
                       100 * two_sample->accuracy, 100 * two_sample->low, 100 * two_sample->high, two_sample->p_value);
  out += fmt::format("  nearest training   samples lie {:.3g} from one, unseen test examples {:.3g} (medians)\n\n", nearest, nearest_of_test);

  if (!parzen) return out;
  std::vector<std::vector<std::string>> rows = {{fmt::format("Parzen log-likelihood, {} test", data.name), "nats", "sigma", "samples"}};
  rows.push_back({"this model", plus_minus(parzen->log_likelihood, parzen->standard_error), fmt::format("{:.4f}", parzen->sigma), count(parzen->samples)});
  for (const Control& c : controls)
    rows.push_back({"control: " + c.name, plus_minus(c.score.log_likelihood, c.score.standard_error), fmt::format("{:.4f}", c.score.sigma), count(c.score.samples)});
  out += table(rows);
  return out;
}

}  // namespace gan::cli
