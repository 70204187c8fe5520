#include "gan/paper/reproduce.h"

#include <fmt/core.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "gan/core/cache_folder.h"
#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"

namespace gan::cli {
namespace {

/// The statements that do not hold, and where the report lies.
void print(const paper::Report& report, const Path& folder) {
  for (const paper::Piece& piece : report.pieces)
    for (const paper::Check& check : piece.checks)
      if (!check.holds())
        fmt::print("{}: does not hold: {}: {:.6g}, expected {}\n", piece.name,
                   printable(check.what), check.ours, paper::expectation(check));
  fmt::print("report    {}\nas text   {}\n", printable((folder / paper::kReportPage).string()),
             printable((folder / paper::kReportText).string()));
}

std::string command_of(const ReproduceOptions& o) {
  std::string out = "gan reproduce " + o.what;
  if (o.quick) out += " --quick";
  if (o.seeds) out += fmt::format(" --seeds {}", *o.seeds);
  return out;
}

}  // namespace

int carry_out(const ReproduceOptions& o) {
  catch_stop_signals();
  ignore_broken_pipes();
  const Path out = o.out;
  check_report_output(out, o.force);
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw DataError("--out {}: cannot create the folder: {}", o.out, error.message());
  Narrator narrator(false);
  const paper::ReproduceSettings settings{
      .what = o.what,
      .out = out,
      .data_dir = o.data_dir,
      .quick = o.quick,
      .seeds = o.seeds,
      .command = command_of(o),
      .recipes = all_recipes(),
      .cache = cache_folder(),
      .say = [&](const std::string& text) { narrator.say(text); },
      .hooks =
          [&](const RunFolder& run, const Problem& problem, const Judge& judge, Learner& learner) {
            return make_hooks(run, problem, judge, learner, narrator);
          }};
  const paper::Reproduced done = paper::reproduce(settings);
  if (!done.report.pieces.empty()) print(done.report, out);
  return done.interrupted ? 128 + stop_signal() : 0;
}

}  // namespace gan::cli
