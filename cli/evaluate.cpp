#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <iostream>

#include "cli/command.h"
#include "cli/pictures.h"
#include "cli/scoring.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/data/readers.h"
#include "gan/io/png.h"

namespace gan::cli {
namespace {

void say(const std::string& text) { std::cerr << "gan: " << text << " ...\n"; }

void report(const EvaluateOptions& o, const Evaluation& evaluation, const DataSet& data) {
  if (o.json) std::cout << evaluation.json().dump(1) << "\n";
  else std::cout << "\n" << evaluation.text(data);
}

/// Samples of a peer, [N, D] in the data's own units; byte images may also come in [0, 1].
at::Tensor samples_of(const Path& file, const DataSet& data) {
  std::vector<float> values = read_samples(file, data);
  const auto n = static_cast<int64_t>(values.size()) / data.train.dim();
  at::Tensor samples = at::from_blob(values.data(), {n, data.train.dim()}, at::kFloat).clone();
  if (data.image && data.high - data.low > 2 && samples.min().item<float>() >= 0 && samples.max().item<float>() <= 1) {
    say(fmt::format("{}: its values lie in [0, 1], those of {} in [{}, {}]: scaled", file.string(), data.name, data.low, data.high));
    samples = samples * (data.high - data.low) + data.low;
  }
  return samples;
}

/// Other data than a run was trained on, with their own habitual split, seen through the run's scaling.
Problem held_against(const EvaluateOptions& o, Config config, const Path& checkpoint) {
  const DataCard card = load(checkpoint).data();
  config.data.source = o.data;
  if (open_data(o.data, o.data_dir).name != card.name) config.data.train = config.data.valid = 0;
  config.training.batch_size = 1;  // nothing is trained
  Problem problem = prepare(config, o.data_dir);
  const Shape& shape = problem.data.train.shape();
  if (shape != card.shape)
    throw DataError("--data {}: its examples are [{}], {} generates [{}]; they cannot be compared", o.data, fmt::join(shape, ", "), o.what, fmt::join(card.shape, ", "));
  problem.scaling = card.scaling;
  problem.data = with_origin(problem.data, card.origin);
  return problem;
}

}  // namespace

int carry_out(const EvaluateOptions& o) {
  if (!is_there(o.what)) throw DataError("{}: no such run, nor file of samples", o.what);
  if (!is_folder(o.what) && names_array(o.what)) {
    if (o.data.empty()) throw UsageError("{}: say which data the samples imitate, e.g. --data mnist", o.what);
    const DataSet data = open_data(o.data, o.data_dir);
    const Judge judge(data);
    const at::Tensor samples = samples_of(o.what, data);
    report(o, evaluate_samples(judge, samples, samples, o.seed, say), data);
    return 0;
  }
  if (!is_folder(o.what)) throw DataError("{}: a run's folder, or samples in a .npy, .csv or .tsv file (or one of them with .gz), was expected", o.what);
  const RunFolder run = RunFolder::open(o.what);
  const Path checkpoint = run.find_checkpoint(o.checkpoint);
  const Problem problem = o.data.empty() ? prepare(run.config(), o.data_dir) : held_against(o, run.config(), checkpoint);
  const Judge judge(problem.data);
  const auto learner = make_learner(problem);
  restore(*learner, checkpoint);
  const Evaluation evaluation = evaluate_model(problem, judge, *learner, o.seed, say);
  report(o, evaluation, problem.data);
  if (problem.data.image) {
    const Path file = run.path() / "nearest.png";
    write_file(file, encode_png(with_nearest(judge, own_units(problem, learner->model().sample(kWithNearest, o.seed)))));
    if (!o.json) std::cout << "\nsamples, and framed the training image nearest to the one beside it: " << file.string() << "\n";
  } else if (evaluation.closed_form) {
    const Path file = run.path() / "figure1.png";
    write_file(file, encode_png(figure1(problem, dynamic_cast<Trainer&>(*learner), problem.data.name)));
    if (!o.json) std::cout << "\ndensities, D and the mapping from z to x: " << file.string() << "\n";
  }
  return 0;
}

}  // namespace gan::cli
