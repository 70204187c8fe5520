#pragma once
/// A page on this machine alone that shows the runs of a folder, also while they are trained.

#include <functional>
#include <memory>
#include <string>

#include "gan/core/files.h"

namespace gan {

class WatchServer {
 public:
  /// Listens on 127.0.0.1; port 0: any that is free. root: a run, or a folder of runs.
  /// @throws DataError where it is neither; UsageError where the port is taken
  WatchServer(const Path& root, int port);
  ~WatchServer();
  WatchServer(const WatchServer&) = delete;
  WatchServer& operator=(const WatchServer&) = delete;

  /// With the token, without which every request is refused.
  const std::string& address() const;

  /// Serves until `stop` says so; it is asked every tenth of a second.
  void serve(const std::function<bool()>& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
