#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/core/threads.h"
#include "gan/core/version.h"
#include "gan/paper/cache.h"
#include "gan/paper/figure1.h"
#include "gan/paper/reproduce.h"
#include "gan/paper/theory.h"

namespace gan::paper {
namespace {

/// The parts, as kPaperParts names them.
struct PaperPart {
  std::string_view name;
  std::vector<Training> (*trainings)(
      Reproduction&);  ///< of which it is made; those that it trains are in its estimate
  bool trains;
  Piece (*compute)(Reproduction&);
  std::optional<Piece> (*so_far)(Reproduction&) = nullptr;  ///< where it makes sense in parts
  bool by_scores = false;     ///< it needs a score of each training, and no run
  bool tells_scores = false;  ///< it says which run table 1 scores
};
std::vector<Training> no_trainings(Reproduction&) {
  return {};
}
constexpr uint64_t kSeed = 1;  // of parts that need no recipe
constexpr PaperPart kParts[] = {
    {"figure1", no_trainings, false,
     [](Reproduction& r) { return figure1(kSeed, [&](const std::string& text) { r.say(text); }); }},
    {"theory", no_trainings, false, [](Reproduction&) { return theory(kSeed); }},
    {"table1", table1_trainings, true, table1, table1_so_far, true},
    {"figure2", figure2_trainings, true, figure2, figure2_so_far, false, true},
    {"figure3", figure3_trainings, true, figure3, figure3_so_far, false, true},
    {"table2", table2_trainings, false, table2},
    {"nce", nce_trainings, false, nce},
};
static_assert(std::equal(std::begin(kParts), std::end(kParts), std::begin(kPaperParts),
                         std::end(kPaperParts), [](const PaperPart& part, std::string_view name) {
                           return part.name == name;
                         }));

/// All that decides a part's result.
std::string configuration_of(const PaperPart& part, const Reproduction& r,
                             const std::vector<Training>& trainings) {
  std::string out =
      fmt::format("gan {}\n{}{}\n", version(), part.name, r.settings().quick ? ", quick" : "");
  for (const Training& t : trainings) {
    out += fmt::format("\n# {}\n{}", t.recipe, t.text());
    const auto score = part.tells_scores ? r.scored(t) : std::nullopt;
    if (score)
      out += fmt::format("# scored at step {}, made on {}{}{}\n", score->step, score->made_on,
                         score->checkpoint.empty() ? "" : ", checkpoint ", score->checkpoint);
  }
  return out;
}

struct Task {
  const PaperPart& part;
  std::vector<Training> trainings;
  std::string configuration;
  std::optional<Piece> piece;
};

std::vector<Task> tasks_of(Reproduction& r, const Cache& cache) {
  std::vector<Task> out;
  for (const PaperPart& part : kParts) {
    if (r.settings().what != "all" && r.settings().what != part.name) continue;
    Task task{part, part.trainings(r), {}, {}};
    task.configuration = configuration_of(part, r, task.trainings);
    task.piece = cache.find(std::string(part.name), task.configuration);
    out.push_back(std::move(task));
  }
  return out;
}

void say_what_is_left(Reproduction& r, const std::vector<Task>& tasks) {
  std::vector<Training> trainings;
  std::set<std::string> seen;
  for (const Task& task : tasks) {
    r.say(fmt::format("{}: {}", task.part.name, task.piece ? "computed before" : "to be computed"));
    if (task.piece || !task.part.trains) continue;
    for (const Training& t : task.trainings) {
      const bool kept = task.part.by_scores && r.scored(t);
      if (!kept && seen.insert(t.text()).second) trainings.push_back(t);
    }
  }
  if (trainings.empty()) return;
  const double seconds = r.estimate(trainings);
  if (seconds > 0)
    r.say(fmt::format(
        "about {} of training in all, if this machine has nothing else to do; scoring takes some minutes more. Ctrl-C stops it, and the same call goes on",
        duration(seconds)));
}

void compute(Reproduction& r, const Cache& cache, Task& task) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const double trained_before = r.training_now();
  r.say(fmt::format("{} ...", task.part.name));
  Piece piece = task.part.compute(r);
  piece.seconds = std::chrono::duration<double>(Clock::now() - start).count() -
                  (r.training_now() - trained_before);
  if (task.part.trains)
    for (const Training& t :
         task.trainings)  // also by a call before this one, and a score on another machine
      piece.seconds += task.part.by_scores ? r.scored(t)->seconds : r.train(t).trained_seconds();
  task.configuration =
      configuration_of(task.part, r, task.trainings);  // table 1 may have scored runs since
  cache.keep(piece, task.configuration);
  task.piece = std::move(piece);
}

Report report_of(const ReproduceSettings& settings, const std::vector<Task>& tasks) {
  Report out{
      .title = kReportTitle,
      .text =
          {"What the paper publishes, and beside it what this program computes. The time of each part holds its training, which parts share."},
      .made_by = {{"command", settings.command},
                  {"version", version()},
                  {"processor", processor()},
                  {"cores", fmt::format("{}", core_count())}}};
  for (const Task& task : tasks)
    if (task.piece) out.pieces.push_back(*task.piece);
  return out;
}

void write_report(const Path& folder, const Report& report) {
  for (const Piece& piece : report.pieces)
    for (const Picture& picture : piece.pictures) write_file(folder / picture.file, picture.bytes);
  write_file(folder / kReportText, markdown(report));
  write_file(folder / kReportPage, html(report));
}

}  // namespace

Reproduced reproduce(const ReproduceSettings& settings) {
  const FileLock lock(settings.out / ".lock");
  const Cache cache(settings.out / "computed");
  Reproduction r(settings);
  std::vector<Task> tasks = tasks_of(r, cache);
  Reproduced out;
  try {
    say_what_is_left(r, tasks);
    for (Task& task : tasks)
      if (!task.piece) compute(r, cache, task);
  } catch (const Interrupted&) {
    out.interrupted = true;
    r.say("stopped, everything is saved; the same call goes on");
    for (Task& task : tasks)
      if (!task.piece && task.part.so_far) task.piece = task.part.so_far(r);
  }
  out.report = report_of(settings, tasks);
  if (!out.report.pieces.empty()) write_report(settings.out, out.report);
  return out;
}

}  // namespace gan::paper
