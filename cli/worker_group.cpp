#include "cli/worker_group.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/terminal.h"
#include "gan/core/printable.h"
#include "gan/core/threads.h"

namespace gan::cli {
namespace {

/// One GPU a worker: of those that may be used, the one of its number on this machine.
void take_one_gpu(int64_t local_rank) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  std::string one = fmt::format("{}", local_rank);
  if (visible && *visible) {
    std::string rest = visible;
    for (int64_t i = 0; i < local_rank && rest.find(',') != rest.npos; ++i)
      rest.erase(0, rest.find(',') + 1);
    one = rest.substr(0, rest.find(','));
  }
  setenv("CUDA_VISIBLE_DEVICES", one.c_str(), 1);
}

/// What decides a training, apart from where it is kept and on how many threads.
std::string settings_to_compare(const TrainOptions& o) {
  const auto text = [](const auto& value) {
    return value ? fmt::format("{}", *value) : std::string();
  };
  std::string out = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", o.recipe, o.data,
                                o.device, o.wire, text(o.seed), text(o.steps), text(o.epochs),
                                o.resume, fmt::join(o.set, "\n"), fmt::join(o.pictures, "\n"));
  if (!o.recipe_file.empty()) out += read_file(o.recipe_file);
  return out;
}

}  // namespace

WorkerGroup::WorkerGroup(const TrainOptions& o) : launch_(launch_of_environment()) {
  if (launch_.size == 1) return;
  take_share_of_cores(launch_.local_rank, launch_.local_size);
  take_one_gpu(launch_.local_rank);
  const auto say = [quiet = o.quiet](const std::string& line) {
    if (!quiet) note(line);
  };
  connected_ = connect(launch_, o.wire == "bf16" ? Wire::bf16 : Wire::fp32, say);
}

WorkerGroup::~WorkerGroup() = default;

void WorkerGroup::compare(const TrainOptions& o) {
  if (launch_.restarts && o.out.empty())
    throw UsageError(
        "--out: name the run's folder, so that workers which are started again find it");
  const std::vector<std::string> all = workers().gather(settings_to_compare(o));
  for (size_t rank = 1; rank < all.size(); ++rank)
    if (all[rank] != all[0])
      throw UsageError("rank {} was started with other options, or another recipe, than rank 0",
                       rank);
}

TrainingPlan WorkerGroup::plan(
    const TrainOptions& o,
    const std::function<TrainingPlan(std::optional<int64_t> threads)>& plan) {
  if (!connected_) return plan(o.threads);
  if (o.seconds) throw UsageError("--for works with one worker only; give --steps or --epochs");
  int64_t threads = 0;
  for (const std::string& text :
       workers().gather(fmt::format("{}", o.threads.value_or(core_count())))) {
    const int64_t theirs = std::stoll(text);
    threads = threads == 0 ? theirs : std::min(threads, theirs);
  }
  TrainingPlan out;
  if (is_leader()) out = plan(threads);
  const std::string text =
      workers().broadcast(is_leader() ? format_config(out.problem.config) : "");
  if (!is_leader()) {
    Config config = parse_config(text, "the settings of rank 0");
    config.run.threads = threads;
    out.problem = prepare(std::move(config), o.data_dir);
  }
  const std::vector<std::string> hashes = workers().gather(out.problem.data.hash);
  for (size_t rank = 1; rank < hashes.size(); ++rank)
    if (hashes[rank] != hashes[0])
      throw DataError("rank {} has other data than rank 0: {} must hold the same files everywhere",
                      rank, out.problem.config.data.source);
  out.problem.workers = connected_.get();
  return out;
}

void WorkerGroup::finish() {
  if (connected_) connected_->finish();
}

int WorkerGroup::carry_out(const std::function<int()>& work) {
  if (!connected_) return work();
  try {
    return work();
  } catch (const WorkerError& error) {
    // The threads that talk to the others may wait for ever: they are not waited for.
    note(fmt::format("gan: {}", error.what()));
    connected_.reset();
    std::fflush(nullptr);
    _exit(static_cast<int>(error.code()));
  } catch (const std::exception& error) {
    connected_->report_failure(error.what());
    throw;
  }
}

}  // namespace gan::cli
