#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/command.h"
#include "cli/limits.h"
#include "gan/core/error.h"

namespace gan::cli {
namespace {

/// Threads that wait must not spin: beside another busy program each would hold up the other, tens
/// of times over. OpenMP asks for this as it is loaded, so gan-engine itself would be too late.
void let_waiting_threads_sleep() {
  setenv("OMP_WAIT_POLICY", "passive", 0);
}

/// Without TZ, glibc asks for the state of /etc/localtime for each date in a ZIP archive.
void name_the_time_zone() {
  setenv("TZ", ":/etc/localtime", 0);
}

/// OpenBLAS takes a processor that it does not know, since it is newer, for one of 2004 and
/// multiplies at a fifth of the speed. Told the nearest one that it knows, it does not. OpenBLAS,
/// too, asks as it is loaded.
void name_the_processor() {
#if defined(__x86_64__)
  const bool wide = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const char* core = __builtin_cpu_supports("avx2") ? "Haswell" : nullptr;
  if (wide) core = "SkylakeX";
  if (core) setenv("OPENBLAS_CORETYPE", core, 0);
#endif
}

/// This program becomes gan-engine, which does the work; `watch` needs no tensors, and runs here.
int start_engine(const Command& command, char** argv) {
  if (const auto* watch = std::get_if<WatchOptions>(&command)) return carry_out(*watch);
  check_limits();
  let_waiting_threads_sleep();
  name_the_processor();
  name_the_time_zone();
  const Path beside = program_folder() / "gan-engine",
             installed = (program_folder() / GAN_TO_ENGINE).lexically_normal() / "gan-engine";
  for (const Path& engine : {beside, installed}) {
    execv(engine.c_str(), argv);
    if (errno != ENOENT)
      throw ErrorOf<Exit::bug>("{}: cannot be started: {}", engine.string(), std::strerror(errno));
  }
  throw ErrorOf<Exit::bug>(
      "there is neither {} nor {}, which would do the work; build or install gan again",
      beside.string(), installed.string());
}

}  // namespace
}  // namespace gan::cli

int main(int argc, char** argv) {
  return gan::cli::run_program(argc, argv, gan::cli::start_engine);
}
