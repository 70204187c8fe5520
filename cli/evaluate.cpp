#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <iostream>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/picture_input.h"
#include "cli/scoring.h"
#include "cli/terminal.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/data/readers.h"
#include "gan/io/png.h"
#include "gan/pictures.h"
#include "gan/units.h"

namespace gan::cli {
namespace {

void say(const std::string& text) {
  std::cerr << "gan: " << printable(text) << " ...\n";
}

void report(const EvaluateOptions& o, const Evaluation& evaluation) {
  if (o.json)
    std::cout << json_text(nlohmann::ordered_json::parse(evaluation.json())) << "\n";
  else
    std::cout << "\n" << evaluation.text();
}

/// Samples of a peer, [N, D] in the data's own units; byte images may also come in [0, 1].
at::Tensor samples_of(const Path& file, const DataSet& data) {
  std::vector<float> values = read_samples(file, data);
  const auto n = static_cast<int64_t>(values.size()) / data.train.dim();
  at::Tensor samples = at::from_blob(values.data(), {n, data.train.dim()}, at::kFloat).clone();
  if (data.image && data.high - data.low > 2 && samples.min().item<float>() >= 0 &&
      samples.max().item<float>() <= 1) {
    say(fmt::format("{}: its values lie in [0, 1], those of {} in [{}, {}]: scaled", file.string(),
                    data.name, data.low, data.high));
    samples = samples * (data.high - data.low) + data.low;
  }
  return samples;
}

/// Samples of a peer, of whose chains only their user knows.
Samples in_chains(const at::Tensor& values, const EvaluateOptions& o) {
  const int64_t n = values.size(0);
  if (o.chains == 0) return {.values = values};
  if (n % o.chains != 0)
    throw UsageError("--chains {}: {} holds {} samples, which are no such chains of one length",
                     o.chains, o.what, n);
  return {.values = values, .states_per_chain = n / o.chains};
}

/// Beside the scores; where that cannot be, the scores stand alone.
void draw(const EvaluateOptions& o, const std::string& what, const Path& file,
          const std::function<Image()>& make) {
  std::string why;
  try {
    why = draw_if_possible([&] { write_file(file, encode_png(make())); });
  } catch (const WriteError& error) {  // somebody else's run
    why = error.what();
  }
  if (!why.empty())
    note("gan: no picture: " + why);
  else if (!o.json)
    std::cout << "\n" << what << ": " << printable(file.string()) << "\n";
}

/// Of --data.
DataSet opened(const EvaluateOptions& o) {
  const StoppableImport stoppable;
  return open_data(o.data, o.data_dir, {}, settings_of(o.pictures));
}

}  // namespace

int carry_out(const EvaluateOptions& o) {
  if (!is_there(o.what)) throw DataError("{}: no such run, nor file of samples", o.what);
  if (!is_folder(o.what) && names_array(o.what)) {
    if (o.data.empty())
      throw UsageError("{}: say which data the samples imitate, e.g. --data mnist", o.what);
    const DataSet data = opened(o);
    const Judge judge(data);
    const Samples samples = in_chains(samples_of(o.what, data), o);
    now_doing(Activity::scoring);
    report(o, evaluate(judge, samples, with_cache(o.seed, say)));
    return 0;
  }
  if (o.chains != 0)
    throw UsageError("--chains {}: is for samples in a file; a run knows its own chains", o.chains);
  if (!o.pictures.empty())
    throw UsageError("--{}: is for samples in a file; a run knows how its pictures are read",
                     o.pictures.front().first);
  if (!is_folder(o.what))
    throw DataError(
        "{}: a run's folder, or samples in a .npy, .csv or .tsv file (or one of them with .gz), was expected",
        o.what);
  const RunFolder run = RunFolder::open(o.what);
  const Path checkpoint = run.find_checkpoint(o.checkpoint);
  const Problem problem = o.data.empty()
                              ? prepare_trained(run, checkpoint, run.config(), o.data_dir)
                              : prepare_on_other_data(run, checkpoint, o.data, o.data_dir);
  const Judge judge(problem.data);
  const auto learner = make_learner(problem);
  restore(*learner, checkpoint);
  now_doing(Activity::scoring);
  const Evaluation evaluation = evaluate(problem, judge, *learner, with_cache(o.seed, say));
  report(o, evaluation);
  if (problem.data.image)
    draw(o, "samples, and framed the training image nearest to the one beside it",
         run.path() / "nearest.png", [&] {
           return with_nearest(judge,
                               own_units(problem, learner->model().sample(kWithNearest, o.seed)));
         });
  else if (auto* trainer = drawn_as_figure1(problem, *learner))
    draw(o, "densities, D and the mapping from z to x", run.path() / "figure1.png",
         [&] { return figure1(problem, *trainer, problem.data.name); });
  return 0;
}

}  // namespace gan::cli
