#pragma once
/// Workers over libtorch's c10d: Gloo between processors, NCCL between GPUs.

#include <functional>
#include <memory>
#include <string>

#include "gan/core/error.h"
#include "gan/workers/launch.h"
#include "gan/workers/workers.h"

namespace gan {

/// The precision in which gradients are sent. bf16 halves what is sent; each sum is rounded to 8
/// bits, the same at every worker.
enum class Wire { fp32, bf16 };

/// Another worker cannot go on, or the connection to it broke.
struct WorkerError : DataError {
  using DataError::DataError;
};

class ConnectedWorkers : public Workers {
 public:
  /// Makes all other workers end with this message.
  virtual void report_failure(const std::string& why) = 0;
  /// The last call: all workers have finished.
  virtual void finish() = 0;

 protected:
  using Workers::Workers;
};

/// Meets the others of a launch of several; waits for them. note(line): for people. @throws
/// WorkerError naming who did not come, or is of another version; UsageError where this program was
/// built without c10d and Gloo
std::unique_ptr<ConnectedWorkers> connect(const Launch& launch, Wire wire,
                                          const std::function<void(const std::string& line)>& note);

}  // namespace gan
