#include "gan/workers/launch.h"

#include <charconv>
#include <cstdlib>
#include <functional>

#include "gan/core/error.h"

namespace gan {
namespace {

using Value = std::function<std::optional<std::string>(const char* name)>;

int64_t number(const Value& value, const char* name, std::optional<int64_t> otherwise = {}) {
  const auto text = value(name);
  if (!text) {
    if (otherwise) return *otherwise;
    throw UsageError("{}: is not set, though other variables of the launcher are", name);
  }
  int64_t out = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (error != std::errc() || end != text->data() + text->size() || out < 0)
    throw UsageError("{} = '{}': a number from 0 on was expected", name, *text);
  return out;
}

/// The first machine of a list as Slurm writes it: "node[03-05,9]" is node03.
std::string first_host(const std::string& list) {
  const size_t open = list.find_first_of("[,");
  if (open == list.npos || list[open] == ',') return list.substr(0, open);
  const size_t end = list.find_first_of("-,]", open);
  return list.substr(0, open) + list.substr(open + 1, end - open - 1);
}

/// So that two jobs on one machine do not meet: a port of the job's own, where nobody named one.
uint16_t port_of_job(const std::string& job) {
  constexpr size_t kFirst = 29500, kPorts = 1000;
  return static_cast<uint16_t>(kFirst + std::hash<std::string>()(job) % kPorts);
}

}  // namespace

Launch launch_of(const Value& value) {
  Launch out;
  std::string job;
  if (value("RANK") && value("WORLD_SIZE")) {
    out.rank = number(value, "RANK");
    out.size = number(value, "WORLD_SIZE");
    out.local_rank = number(value, "LOCAL_RANK", 0);
    out.local_size = number(value, "LOCAL_WORLD_SIZE", 1);
    out.store_is_there = value("TORCHELASTIC_USE_AGENT_STORE") == "True";
    // Each machine's torchrun counts by itself. Where rank 0 keeps the store, it is new each time.
    if (out.store_is_there) out.attempt = value("TORCHELASTIC_RESTART_COUNT").value_or("0");
    out.restarts = number(value, "TORCHELASTIC_MAX_RESTARTS", 0) > 0;
  } else if (value("OMPI_COMM_WORLD_SIZE")) {
    out.rank = number(value, "OMPI_COMM_WORLD_RANK");
    out.size = number(value, "OMPI_COMM_WORLD_SIZE");
    out.local_rank = number(value, "OMPI_COMM_WORLD_LOCAL_RANK");
    out.local_size = number(value, "OMPI_COMM_WORLD_LOCAL_SIZE");
    out.address_is_known = out.one_machine();
    job = value("PMIX_NAMESPACE").value_or("");
  } else if (value("SLURM_STEP_NUM_TASKS")) {  // of srun; scripts of sbatch do not have it
    out.rank = number(value, "SLURM_PROCID");
    out.size = number(value, "SLURM_STEP_NUM_TASKS");
    out.local_rank = number(value, "SLURM_LOCALID");
    const bool one_machine = number(value, "SLURM_STEP_NUM_NODES", 1) == 1;
    // "2(x3)", the tasks of each node: the first number is right where all nodes have as many.
    const std::string tasks = value("SLURM_STEP_TASKS_PER_NODE").value_or("1");
    const auto of_node = [&](const char*) { return tasks.substr(0, tasks.find_first_of("(,")); };
    out.local_size = one_machine ? out.size : number(of_node, "SLURM_STEP_TASKS_PER_NODE");
    out.address = first_host(value("SLURM_STEP_NODELIST").value_or(out.address));
    job = value("SLURM_JOB_ID").value_or("") + "." + value("SLURM_STEP_ID").value_or("");
  }
  if (out.size == 1) return {.restarts = out.restarts};
  if (out.size < 1 || out.rank >= out.size)
    throw UsageError("rank {} of {} workers: the launcher's variables do not fit each other",
                     out.rank, out.size);
  const auto address = value("MASTER_ADDR");
  if (!address && !out.address_is_known)
    throw UsageError("MASTER_ADDR: is not set; it names the machine of rank 0");
  if (address) out.address = *address;
  if (out.one_machine() && !out.store_is_there) out.address = "127.0.0.1";
  const int64_t port = number(value, "MASTER_PORT", job.empty() ? out.port : port_of_job(job));
  if (port < 1 || port > 65535)
    throw UsageError("MASTER_PORT = {}: a port from 1 to 65535 was expected", port);
  out.port = static_cast<uint16_t>(port);
  return out;
}

Launch launch_of_environment() {
  return launch_of([](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value || !*value) return {};
    return value;
  });
}

}  // namespace gan
