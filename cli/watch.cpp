#include <fmt/core.h>

#include <cstdio>

#include "cli/command.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/watch/server.h"

namespace gan::cli {

/// Until Ctrl-C.
int carry_out(const WatchOptions& o) {
  WatchServer server(o.runs, o.port);
  fmt::print("{}\n", server.address());
  fmt::print("shows {}; Ctrl-C ends it\n", printable(o.runs));
  std::fflush(stdout);
  catch_stop_signals();
  server.serve([] { return stop_signal() != 0; });
  return 128 + stop_signal();
}

}  // namespace gan::cli
