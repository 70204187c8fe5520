#include "gan/core/stop.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace gan {
namespace {

std::atomic<int> g_signal = 0;  // the handler runs in any thread
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  if (g_signal != 0) _exit(128 + signal);
  g_signal = signal;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int stop_signal() { return g_signal; }

}  // namespace gan
