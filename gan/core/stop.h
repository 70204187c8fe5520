#pragma once
/// Ctrl-C, SIGTERM and SIGHUP (a closed terminal) ask a run to save and stop; a second Ctrl-C or
/// SIGTERM ends the process at once. SIGHUP stays ignored where it is already, as under nohup.

namespace gan {

/// To be called in the main thread. Forgets a signal that asked before. launched: launchers of
/// several processes repeat what the terminal has sent already, so a second signal within a second
/// is not counted. A program with signal handlers of its own should have them run on an alternate
/// stack too (SA_ONSTACK): some matrix products leave no room for them on the usual one.
void catch_stop_signals(bool launched = false);
void release_stop_signals();  ///< all is saved: the next one ends the process, as the system does
                              ///< it
int stop_signal();            ///< 0, or the signal that asked to stop; from any thread

struct Interrupted {};  ///< thrown where the user asked to stop
void stop_if_asked();   ///< @throws Interrupted

}  // namespace gan
