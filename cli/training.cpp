#include "cli/training.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/scoring.h"
#include "gan/core/cache_folder.h"
#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/doctor/report.h"
#include "gan/pictures.h"
#include "gan/selection.h"
#include "gan/units.h"

namespace gan::cli {

Narrator::Narrator(bool quiet) : quiet_(quiet), terminal_(on_terminal()) {}

void Narrator::operator()(const Progress& p) {
  const auto now = Clock::now();
  if (quiet_ || (p.step < p.steps && now - last_ < (terminal_ ? std::chrono::milliseconds(200)
                                                              : std::chrono::seconds(15))))
    return;
  last_ = now;
  std::vector<LinePart> parts;
  if (!p.stage.empty()) parts.push_back({p.stage, 2});
  parts.push_back({fmt::format("step {}/{}", p.step, p.steps), 0});
  parts.push_back({fmt::format("epoch {:.1f}", p.epoch), 3});
  parts.push_back({fmt::format("{:.0f} examples/s", p.examples_per_second), 4});
  parts.push_back({fmt::format("ETA {}", duration(p.seconds_left)), 1});
  int spare = 5;  // numbers, the last of them first
  for (const auto& [name, value] : p.numbers)
    parts.push_back({fmt::format("{} {:.3f}", name, value), spare++});
  if (terminal_) {
    const size_t width =
        std::max<size_t>(line_width(), 2) - 1;  // a full line would begin the next one
    write_to_stderr("\r\033[K" + fitted_line(std::move(parts), width));
  } else {
    note(fitted_line(std::move(parts), std::string::npos));
  }
  open_ = terminal_;
}

void Narrator::say(const std::string& text) {
  if (quiet_) return;
  finish();
  note(printable(text));
}

void Narrator::finish() {
  if (open_) write_to_stderr("\n");
  open_ = false;
}

namespace {

constexpr int64_t kReconstructed = 10;  // examples of a row

/// Validation examples, and under each what a chain that starts at it shows of it: [2 n, D] scaled,
/// n a multiple of a row; as many as there are.
at::Tensor reconstructions(const Problem& problem, Chain& chain) {
  constexpr int64_t kRows = 5;
  const int64_t rows = std::min(kRows, problem.data.valid.size() / kReconstructed);
  const at::Tensor x = encoded(problem.encoding,
                               problem.data.valid.slice(0, rows * kReconstructed)),
                   seen = chain.show(chain.start_at(x, 0));
  return at::stack({x.view({rows, kReconstructed, -1}), seen.view({rows, kReconstructed, -1})}, 1)
      .flatten(0, 2);
}

}  // namespace

Hooks make_hooks(const RunFolder& run, const Problem& problem, const Judge& judge, Learner& learner,
                 Narrator& narrator) {
  Hooks hooks;
  // Where training goes back again and again, the lines of the way there are written anew: they are
  // printed once.
  hooks.doctor.say = [&narrator, printed = std::set<std::string>()](
                         int64_t step, const Finding& finding) mutable {
    const std::string line = line_about(step, finding);
    if (printed.insert(line).second) narrator.say(line);
  };
  hooks.progress = [&](const Progress& p) { narrator(p); };
  const auto watched = std::make_shared<TrainingScores>(problem, judge, cache_folder());
  hooks.evaluate = [&, watched](int64_t step) {
    Scores scores = watched->at(learner, step);
    std::string line = fmt::format("step {}:", step);
    for (const auto& [name, value] : scores.numbers)
      line += fmt::format("  {} {:.4g}", name, value);
    narrator.say(line);
    return scores;
  };
  hooks.draw = [&](int64_t step) {
    const DataCard card = card_of(problem);
    const auto draw = [&](const Path& file,
                          const std::function<Image()>& make) {  // no picture is worth a training
      const std::string why = draw_if_possible([&] {
        if (!is_own_picture(file)) throw DataError("a file that gan did not make is there");
        write_file(file, encode_png(make()));
      });
      if (!why.empty())
        narrator.say(
            fmt::format("step {}: {} is left out: {}", step, file.filename().string(), why));
    };
    draw(run.samples(step), [&] {
      const SampleGrid grid = sample_grid(learner.model(), problem.data.image ? 100 : 2000, 0);
      const at::Tensor samples = own_units(problem, grid.samples);
      if (auto* trainer = drawn_as_figure1(problem, learner))
        return figure1(problem, *trainer, fmt::format("{}, step {}", card.name, step));
      return picture(card, samples, rows_of(problem.data.valid, 0, 2000), grid.columns);
    });
    if (auto* layer = dynamic_cast<FirstLayerWeights*>(&learner.model());
        layer && problem.data.image)
      draw(run.path() / "filters.png", [&] { return filters(card, layer->first_layer_weights()); });
    if (auto* chain = dynamic_cast<Chain*>(&learner.model());
        chain && problem.data.image && problem.data.valid.size() >= kReconstructed)
      draw(run.path() / "reconstructions.png", [&] {
        return picture(card, own_units(problem, reconstructions(problem, *chain)), {},
                       kReconstructed);
      });
    draw(run.curves(), [&] { return curves(run); });
  };
  return hooks;
}

}  // namespace gan::cli
