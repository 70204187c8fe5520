#pragma once
/// Ctrl-C and SIGTERM ask a run to save and stop; the second one ends the process at once.

namespace gan {

/// To be called in the main thread. A program with signal handlers of its own should have them run on an alternate stack
/// too (SA_ONSTACK): some matrix products leave no room for them on the usual one.
void catch_stop_signals();
void release_stop_signals();  ///< all is saved: the next one ends the process, as the system does it
int stop_signal();  ///< 0, or the signal that asked to stop; from any thread

}  // namespace gan
