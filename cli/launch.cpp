#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/command.h"
#include "gan/core/error.h"

namespace gan::cli {

int carry_out(const Command&, char** argv) {
  const Path beside = program_folder() / "gan-engine", installed = (program_folder() / GAN_TO_ENGINE).lexically_normal() / "gan-engine";
  for (const Path& engine : {beside, installed}) {
    execv(engine.c_str(), argv);
    if (errno != ENOENT) throw ErrorOf<Exit::bug>("{}: cannot be started: {}", engine.string(), std::strerror(errno));
  }
  throw ErrorOf<Exit::bug>("there is neither {} nor {}, which would do the work; build or install gan again", beside.string(), installed.string());
}

}  // namespace gan::cli
