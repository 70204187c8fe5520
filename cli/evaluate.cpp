#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/option_checks.h"
#include "cli/output.h"
#include "cli/picture_input.h"
#include "cli/scoring.h"
#include "cli/terminal.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"
#include "gan/io/png.h"
#include "gan/io/zip.h"
#include "gan/pictures.h"
#include "gan/score_page.h"
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
    throw UsageError(
        "--chains {}: the {} samples of {} do not divide into so many chains of equal length",
        o.chains, n, o.what);
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
    std::cout << "\npicture   " << printable(file.string()) << "\n" << wrapped(what, "          ");
}

/// To stderr, each score that was asked for and is not there.
void say_what_is_missing(const EvaluateOptions& o, const EvaluateSettings& settings,
                         const Evaluation& evaluation) {
  if (o.scoring.scores.empty()) return;
  for (const ScoreKind& kind : settings.kinds) {
    const bool there = std::any_of(evaluation.reports.begin(), evaluation.reports.end(),
                                   [&](const ScoreReport& r) { return r.kind == kind.name; });
    if (!there)
      note(
          fmt::format("gan: {}: does not apply to these data and samples; scores on features need "
                      "40 examples of each split, and 40 samples",
                      kind.name));
  }
}

/// A page, with pictures where they can be drawn.
void write_page(const EvaluateOptions& o, const Path& file, const std::string& title,
                const Evaluation& evaluation,
                const std::function<std::vector<PagePicture>()>& draw_pictures) {
  std::vector<PagePicture> pictures;
  std::string why;
  try {
    why = draw_if_possible([&] { pictures = draw_pictures(); });
    write_file(file, score_page(title, evaluation, pictures));
  } catch (const WriteError& error) {  // somebody else's run
    if (!o.out.empty()) throw;
    note(fmt::format("gan: no page: {}", error.what()));
    return;
  }
  if (!why.empty()) note("gan: no pictures in the page: " + why);
  if (!o.json) std::cout << "\npage      " << printable(file.string()) << "\n";
}

/// Of --data.
DataSet opened(const EvaluateOptions& o) {
  const StoppableImport stoppable;
  return open_data(o.data, o.data_dir, {}, settings_of(o.pictures));
}

/// A folder or a ZIP file of pictures that a program drew, [N, shape...] as the examples of `data`
/// are.
at::Tensor pictures_of(const EvaluateOptions& o, const DataSet& data) {
  const StoppableImport stoppable;
  const DataSet pictures = open_data(o.what, {}, {}, settings_of(o.pictures));
  if (pictures.train.shape() != data.train.shape())
    throw DataError(
        "{}: its pictures are {}, those of {} are {}; --resize, --crop and --colour change both",
        o.what, shape_text(pictures.train.shape()), data.name, shape_text(data.train.shape()));
  if (o.chains != 0)
    throw UsageError("--chains {}: is for samples in an array; files of pictures have no order",
                     o.chains);
  std::vector<at::Tensor> parts;
  for (const Examples* split : {&pictures.train, &pictures.valid, &pictures.test})
    if (split->size() > 0) parts.push_back(rows_of(*split, 0, split->size()));
  const at::Tensor all = at::cat(parts) / 255 * (data.high - data.low) + data.low;
  // In any order but that of their contents.
  const std::vector<int64_t> order = Stream(o.seed, "pictures").permutation(all.size(0), 0);
  return all.index_select(0, at::tensor(at::ArrayRef<int64_t>(order), at::kLong));
}

/// Samples that any program has written. A folder with a config.toml is a run.
bool are_samples(const EvaluateOptions& o) {
  if (is_folder(o.what)) return !o.data.empty() && !is_there(Path(o.what) / "config.toml");
  return names_array(o.what) || begins_as_zip(o.what);
}

}  // namespace

int carry_out(const EvaluateOptions& o) {
  if (!is_there(o.what)) throw DataError("{}: no such run, nor file of samples", o.what);
  if (!o.out.empty()) {
    check_output(o.out, {".html"});
    check_examples_output(o.out, o.force);
    check_can_write(o.out);
  }
  std::vector<ScoreKind> kinds;
  const EvaluateSettings settings = with_cache(o.seed, say, o.scoring, kinds);
  if (are_samples(o)) {
    if (o.data.empty())
      throw UsageError("{}: say which data the samples imitate, e.g. --data mnist", o.what);
    const DataSet data = opened(o);
    const Judge judge(data);
    const Samples samples = in_chains(
        names_array(o.what) && !is_folder(o.what) ? samples_of(o.what, data) : pictures_of(o, data),
        o);
    now_doing(Activity::scoring);
    const Evaluation evaluation = evaluate(judge, samples, settings);
    report(o, evaluation);
    say_what_is_missing(o, settings, evaluation);
    if (o.out.empty()) return 0;
    write_page(o, o.out, Path(o.what).filename().string(), evaluation,
               [&] { return sample_pictures(judge, samples.values, settings, evaluation); });
    return 0;
  }
  if (o.chains != 0)
    throw UsageError("--chains {}: is for samples in a file; a run knows its own chains", o.chains);
  if (!o.pictures.empty())
    throw UsageError("--{}: is for samples in a file; a run knows how its pictures are read",
                     o.pictures.front().first);
  if (!is_folder(o.what))
    throw DataError(
        "{}: a run's folder was expected, or samples: a .npy, .csv or .tsv file (or one of them with .gz), or a folder or a ZIP file of pictures",
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
  const Evaluation evaluation = evaluate(problem, judge, *learner, settings);
  report(o, evaluation);
  say_what_is_missing(o, settings, evaluation);
  if (problem.data.image)
    draw(o, "samples, and framed the training image nearest to each", run.path() / "nearest.png",
         [&] {
           return with_nearest(judge,
                               own_units(problem, learner->model().sample(kWithNearest, o.seed)));
         });
  else if (auto* trainer = drawn_as_figure1(problem, *learner))
    draw(o, "densities, D and the mapping from z to x", run.path() / "figure1.png",
         [&] { return figure1(problem, *trainer, problem.data.name); });
  write_page(o, o.out.empty() ? run.path() / "scores.html" : Path(o.out),
             run.path().filename().string(), evaluation,
             [&] { return score_pictures(problem, judge, *learner, settings, evaluation); });
  return 0;
}

}  // namespace gan::cli
