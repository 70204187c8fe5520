#pragma once
/// Ctrl-C and SIGTERM ask a run to save and stop; the second one ends the process at once.

namespace gan {

void catch_stop_signals();
void release_stop_signals();  ///< all is saved: the next one ends the process, as the system does it
int stop_signal();  ///< 0, or the signal that asked to stop; from any thread

}  // namespace gan
