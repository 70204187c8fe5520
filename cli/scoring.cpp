#include "cli/scoring.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <chrono>
#include <cmath>

#include "cli/closed_form.h"
#include "cli/command.h"
#include "cli/pictures.h"
#include "gan/baselines/controls.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/version.h"
#include "gan/judge/neighbours.h"
#include "gan/judge/summary.h"
#include "gan/nets/draw.h"
#include "gan/spec/memory.h"

namespace gan::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kSamples = kScoredSamples;  // of the paper's protocol
constexpr double kEnoughRuns = 10;   // of annealed importance sampling, that carry the weight where
                                     // a model is to be chosen by it
constexpr int64_t kChoosing = 1000;  // validation examples that choose sigma

std::vector<double> grid_of(const DataSet& data) {
  if (data.image) return sigma_grid(1);
  return sigma_grid(data.toy ? (data.high - data.low) / 4 : 1);
}

std::vector<Control> read_controls(const Path& file) {
  std::vector<Control> out;
  try {
    if (file.empty() || !is_there(file)) return out;
    const Json json = Json::parse(read_file(file), nullptr, false);
    for (const Json& row : json) out.push_back({row.at("name"), parzen_of(row)});
  } catch (const Json::exception&) {
    out.clear();  // an older program's: made again
  } catch (const DataError&) {
    // One that cannot be read: made again, too.
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

bool zero_or_one(const Tensor& x) {
  return (x.eq(0) | x.eq(1)).all().item<bool>();
}

Json to_json(const LogZ& z) {  // infinite ends become null
  Json out = {{"value", z.value}, {"interval", {z.low, z.high}}};
  if (!z.exact)
    out.update(
        {{"runs", z.runs}, {"temperatures", z.temperatures}, {"effective_runs", z.effective_runs}});
  return out;
}

constexpr const char* kKinds[] = {"exact", "ais", "bound"};

std::string plus_minus(double value, double error) {
  return fmt::format("{:.1f} ± {:.1f}", value, error);
}

Path controls_file(const DataSet& data) {
  const Path folder = cache_folder();
  return folder.empty() ? Path() : folder / fmt::format("controls-3-{}.json", data.hash);
}

}  // namespace

Tensor drawn(const Tensor& means, uint64_t seed) {
  const Tensor flat = means.flatten(1);
  return draw_uniform(Stream(seed, "draw of means"), flat.size(0), flat.size(1), 0).lt_(flat);
}

bool are_means(const Judge& judge, const Tensor& samples) {
  return judge.binary() && !zero_or_one(samples);
}

Path cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return Path(xdg) / "gan";
  if (const char* home = std::getenv("HOME"); home && *home) return Path(home) / ".cache" / "gan";
  return {};
}

Json to_json(const ParzenScore& s) {
  return {{"log_likelihood", s.log_likelihood},
          {"standard_error", s.standard_error},
          {"sigma", s.sigma},
          {"samples", s.samples},
          {"test_images", s.test_images}};
}

ParzenScore parzen_of(const Json& json) {
  return {json.at("log_likelihood"), json.at("standard_error"), json.at("sigma"),
          json.at("samples"), json.at("test_images")};
}

Judge::Judge(const DataSet& data)
    : data_(data), units_(data.judging()), variety_(variety_of(data)) {
  valid_ = units_in_place(rows_of(data.valid, 0, std::min(kChoosing, data.valid.size())));
  test_ = units_in_place(rows_of(data.test, 0, data.test.size()));
}

bool Judge::binary() const {
  return data_.grey || (data_.image && zero_or_one(valid_));
}

Tensor Judge::units(const Tensor& own) const {
  return units_in_place(own.clone());
}

Tensor Judge::units_in_place(Tensor own) const {
  const Tensor out = own.flatten(1).to(at::kCPU, at::kFloat).contiguous();
  units_.apply({out.data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}

ParzenScore Judge::parzen(const Tensor& samples) const {
  return gan::parzen(units(samples), valid_, test_, grid_of(data_), !data_.image);
}

ParzenChoice Judge::validation(const Tensor& samples) const {
  return parzen_choice(samples, valid_, grid_of(data_), !data_.image);
}

TwoSampleResult Judge::two_sample(const Tensor& samples, const Examples& held_out, uint64_t seed,
                                  const TwoSampleSettings& settings) const {
  const int64_t n = std::min({kSamples, held_out.size(), samples.size(0)});
  return two_sample_test(units_in_place(rows_of(held_out, 0, n)), units(samples.narrow(0, 0, n)),
                         seed, settings);
}

std::optional<ModeCoverage> Judge::modes(const Tensor& samples) const {
  if (!data_.toy || data_.toy->modes().empty()) return {};
  return mode_coverage(samples.flatten(1), data_.toy->modes(), data_.toy->mode_deviation());
}

std::vector<Control> known_controls(const DataSet& data) {
  return read_controls(controls_file(data));
}

std::vector<Control> controls(const Judge& judge,
                              const std::function<void(const std::string&)>& say) {
  const DataSet& data = judge.data();
  const Path file = controls_file(data);
  std::vector<Control> rows = read_controls(file);
  if (!rows.empty()) return rows;

  say(fmt::format("scoring the controls on {} (once; kept in {})", data.name,
                  file.empty() ? "nothing" : file.parent_path().string()));
  const Tensor train = rows_of(data.train, 0, data.train.size());
  const auto add = [&](const std::string& name, GenerativeModel& model, int64_t n) {
    rows.push_back({name, judge.parzen(model.sample(n, 0))});
  };
  const int64_t n = std::min(kSamples, train.size(0));
  TrainingImages images(train.narrow(0, 0, n));  // the first ones: anybody can take the same
  add(fmt::format("the first {} training examples", count(n)), images, n);
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

Tensor own_units(const Problem& problem, const Tensor& scaled) {
  return own_units(card_of(problem), scaled);
}

Tensor scaled(const Problem& problem, const Examples& examples) {
  Tensor rows = rows_of(examples, 0, examples.size());
  problem.scaling.apply({rows.data_ptr<float>(), static_cast<size_t>(rows.numel())});
  return rows;
}

Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed) {
  const Examples& train = problem.data.train;
  if (n > train.size())
    throw UsageError("{} chains cannot start at {} training examples; use fewer chains", count(n),
                     count(train.size()));
  const std::vector<int64_t> order = Stream(seed, "chains.start").permutation(train.size(), 0);
  return scaled(problem, train.pick(std::span(order).first(static_cast<size_t>(n))))
      .to(problem.device);
}

Scores score_while_training(const Problem& problem, const Judge& judge, Learner& learner,
                            int64_t step) {
  Scores out;
  if (judge.variety().none()) return out;
  const auto note = [&](const char* name, double value) { out.numbers.emplace_back(name, value); };
  const auto take = [&](const Tensor& log_p) {  // [n]
    out.score = log_p.mean().item<double>();
    out.standard_error = mean_error(log_p).standard_error;
  };
  GenerativeModel& model = learner.model();
  if (auto* likelihood = dynamic_cast<Likelihood*>(&model)) {
    take(likelihood->log_probability(scaled(problem, problem.data.valid)));
    note("log_probability_valid", *out.score);
  } else if (auto* path = dynamic_cast<AnnealedPath*>(
                 &model)) {  // samples would need long chains, and say less
    const AisSection& ais = problem.config.ais;
    AnnealedLikelihood annealed(
        *path, estimate_log_z(*path, {.runs = ais.runs, .temperatures = ais.quick_temperatures}));
    const LogZ& z = annealed.log_z();
    const Tensor log_p = annealed.log_probability(scaled(problem, problem.data.valid));
    note(path->bounded() ? "log_bound_valid" : "log_probability_valid",
         log_p.mean().item<double>()),
        note("log_z", z.value);
    if (!z.exact) note("effective_runs", z.effective_runs);
    if (z.exact || z.effective_runs >= kEnoughRuns)
      take(log_p);  // else the best would be where Z was missed most
  } else {
    Tensor samples = draw_samples(problem, model, kSamples, 0).values;
    out.finite = at::isfinite(samples).all().item<bool>();
    if (!out.finite) return out;
    if (const auto modes = judge.modes(samples)) {
      note("modes", static_cast<double>(modes->covered));
      note("within", modes->within);
      if (std::isfinite(modes->spread_within)) note("spread_within", modes->spread_within);
      out.score = static_cast<double>(modes->covered) / static_cast<double>(modes->modes) +
                  modes->within - modes->kl;
    } else if (!judge.variety().few()) {
      samples = judge.units_in_place(std::move(samples));
      const ParzenChoice choice = judge.validation(samples);
      out.score = choice.log_likelihood;
      out.standard_error = choice.standard_error;
      note("parzen_valid", *out.score);
    }
  }
  if (problem.config.run.stop == StopRule::indistinguishable) {
    const Samples given = draw_for_test(problem, model, problem.data.valid.size(),
                                        kFresh + static_cast<uint64_t>(step));
    const Tensor fresh = are_means(judge, given.values) ? drawn(given.values, step) : given.values;
    const TwoSampleResult test = judge.two_sample(fresh, problem.data.valid, step,
                                                  {.states_per_chain = given.states_per_chain});
    note("two_sample_accuracy", test.accuracy);
    note("two_sample_low", test.low);
    note("two_sample_high", test.high);
    note("two_sample_p", test.p_value);
    out.indistinguishable = test.equivalent(problem.config.run.epsilon);
  }
  return out;
}

std::string text_of(const LogProbability& p, const std::string& of_what) {
  const auto [low, high] = p.test_interval();
  const auto& z = p.log_z;
  const char* how[] = {"exact", "by annealed importance sampling", "a lower bound"};
  std::string out = fmt::format("  log p(test)        {:.2f} ± {:.2f} nats, {}, {}\n", p.test,
                                p.standard_error, how[static_cast<size_t>(p.kind)], of_what);
  out += fmt::format("  log p(train)       {:.2f} nats, of the first {} examples\n", p.train,
                     count(p.train_examples));
  if (!z) return out;
  out += fmt::format("  log Z              {:.2f} nats", z->value);
  if (z->exact) return out + ", the sum over all states\n";
  return out +
         fmt::format(
             " [{:.2f}, {:.2f}], 3 standard errors; with it log p(test) lies in [{:.2f}, {:.2f}]\n"
             "                     {} runs of {} temperatures, whose weights are worth {:.1f} "
             "equal ones. Such an estimate\n"
             "                     tends to be too low, and log p then too high{}\n",
             z->low, z->high, low, high, count(z->runs), count(z->temperatures), z->effective_runs,
             p.kind == Likelihood::Kind::bound ? ": it may be no bound any more" : "");
}

Json Evaluation::json() const {
  Json out;
  if (!no_variety.empty()) out["no_variety"] = no_variety;
  if (parzen) out["parzen"] = to_json(*parzen);
  if (!parzen_draws.empty())
    out["parzen"].update(
        {{"draws", parzen_draws}, {"deviation_over_draws", spread_of(parzen_draws).deviation}});
  if (two_sample)
    out["two_sample"] = to_json(*two_sample, two_sample_control ? &*two_sample_control : nullptr);
  if (!no_two_sample.empty() && chains > 0)
    out["two_sample"] = {{"chains", chains}, {"reason", no_two_sample}};
  if (modes) {
    out["modes"] = {{"modes", modes->modes},
                    {"covered", modes->covered},
                    {"within", modes->within},
                    {"kl", modes->kl}};
    if (std::isfinite(modes->spread_within)) out["modes"]["spread_within"] = modes->spread_within;
  }
  if (closed_form)
    out["closed_form"] = {{"discriminator_error", closed_form->discriminator_error},
                          {"value", closed_form->value},
                          {"optimal_value", closed_form->optimal_value},
                          {"jensen_shannon", closed_form->jensen_shannon},
                          {"half_error", closed_form->half_error},
                          {"exact_density", closed_form->exact_density}};
  if (log_probability) {
    const auto [low, high] = log_probability->test_interval();
    out["log_probability"] = {{"test", log_probability->test},
                              {"standard_error", log_probability->standard_error},
                              {"kind", kKinds[static_cast<size_t>(log_probability->kind)]},
                              {"train", log_probability->train},
                              {"train_examples", log_probability->train_examples}};
    if (log_probability->log_z)
      out["log_probability"].update(
          {{"test_interval", {low, high}}, {"log_z", to_json(*log_probability->log_z)}});
  }
  if (nearest)
    out["nearest_training_example"] = {{"median_distance", *nearest},
                                       {"median_distance_of_test", nearest_of_test}};
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
  if (!no_variety.empty()) out += fmt::format("  {}\n", no_variety);
  if (modes) {
    out += fmt::format(
        "  modes found        {} of {}, {:.1f}% of samples within 3 deviations of one\n",
        modes->covered, modes->modes, 100 * modes->within);
    if (std::isfinite(modes->spread_within))
      out += fmt::format(
          "  spread in modes    {:.2f} of the truth's (under 1: samples huddle inside each mode)\n",
          modes->spread_within);
  }
  if (closed_form)
    out += fmt::format(
        "  D against D*       mean error {:.4f} (of D = 1/2: {:.4f}); value {:.4f}, at most {:.4f} = -log 4 + 2 JSD (JSD {:.4f} nats)\n{}",
        closed_form->discriminator_error, closed_form->half_error, closed_form->value,
        closed_form->optimal_value, closed_form->jensen_shannon,
        closed_form->exact_density
            ? ""
            : "                     (z has several dimensions: p_g is a kernel density of samples, whose noise is in these numbers)\n");
  if (log_probability)
    out += text_of(*log_probability,
                   data.grey ? "of binary data" : "a density, of data as the model sees them");
  if (two_sample) out += text_of(*two_sample, two_sample_control ? &*two_sample_control : nullptr);
  if (!no_two_sample.empty())
    out += fmt::format("  two-sample test    none: it {}\n", no_two_sample);
  if (nearest)
    out += fmt::format(
        "  nearest training   median distance to the nearest training example: samples {:.3g}, "
        "test examples {:.3g}\n",
        *nearest, nearest_of_test);
  out += "\n";

  if (!parzen) return out;
  std::vector<std::vector<std::string>> rows = {
      {fmt::format("Parzen log-likelihood, {} test", data.name), "nats", "sigma", "samples"}};
  rows.push_back({"this model", plus_minus(parzen->log_likelihood, parzen->standard_error),
                  fmt::format("{:.4f}", parzen->sigma), count(parzen->samples)});
  for (const Control& c : controls)
    rows.push_back({"control: " + c.name,
                    plus_minus(c.score.log_likelihood, c.score.standard_error),
                    fmt::format("{:.4f}", c.score.sigma), count(c.score.samples)});
  out += table(rows);
  if (parzen_draws.empty()) return out;
  out += fmt::format("\n  {} sets of samples of this model's chains score", parzen_draws.size());
  for (const double score : parzen_draws) out += fmt::format(" {:.1f}", score);
  out += fmt::format(
      ": a deviation of {:.1f}, which the error beside the score, over test examples, leaves out\n",
      spread_of(parzen_draws).deviation);
  return out;
}

}  // namespace gan::cli
