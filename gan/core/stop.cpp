#include "gan/core/stop.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <string_view>

namespace gan {
namespace {

std::atomic<int> g_signal = 0;  // the handler runs in any thread
static_assert(std::atomic<int>::is_always_lock_free);
bool g_terminal = false, g_launched = false;
std::atomic<time_t> g_when = 0;

time_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

void on_signal(int signal) {  // only what a signal handler may do
  const bool again = g_signal != 0;
  if (again && signal == SIGHUP)
    return;  // one closed terminal sends it twice: the system, and the shell
  if (again && g_launched && now() - g_when <= 1) return;
  if (again) _exit(128 + signal);
  g_signal = signal;
  g_when = now();
  constexpr std::string_view kNote = "\nfinishing up; once more to stop at once\n";
  if (g_terminal && ::write(STDERR_FILENO, kNote.data(), kNote.size()) < 0) return;
}

/// Some of oneDNN's products (up to 3.11) point the stack pointer into a buffer on the heap while
/// they run. What the system puts below it for a handler must go elsewhere, or it lands in other
/// data. It picks the main thread for a signal to the process, unless one is pending there already;
/// and the second one ends all.
void have_another_stack() {
  alignas(64) static char stack[1 << 16];
  stack_t now{};
  if (sigaltstack(nullptr, &now) != 0 || !(now.ss_flags & SS_DISABLE))
    return;  // the program has its own
  stack_t ours{};
  ours.ss_sp = stack;
  ours.ss_size = sizeof stack;
  sigaltstack(&ours, nullptr);
}

void on_stop_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  const bool is_ignored = before.sa_handler == SIG_IGN;  // as nohup has it
  if (!is_ignored) sigaction(SIGHUP, &action, nullptr);
}

}  // namespace

void catch_stop_signals(bool launched) {
  g_signal = 0;
  g_launched = launched;
  g_terminal = isatty(STDERR_FILENO) != 0;
  have_another_stack();
  on_stop_signals(on_signal);
}

void release_stop_signals() {
  on_stop_signals(SIG_DFL);
}

int stop_signal() {
  return g_signal;
}

void stop_if_asked() {
  if (stop_signal() != 0) throw Interrupted();
}

}  // namespace gan
