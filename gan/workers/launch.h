#pragma once
/// Which of several workers this process is, as launchers say it in the environment: torchrun and
/// Kubernetes' PyTorchJob (RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR,
/// MASTER_PORT), srun of Slurm, and mpirun of Open MPI.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace gan {

struct Launch {
  int64_t rank = 0, size = 1;              ///< of all workers
  int64_t local_rank = 0, local_size = 1;  ///< of those on this machine
  std::string address = "127.0.0.1";       ///< where the worker of rank 0 can be reached
  uint16_t port = 29500;
  bool store_is_there = false;  ///< the launcher keeps the store; else rank 0 does
  std::string attempt = "0";    ///< of the launcher that keeps the store: its keys begin with it
  bool restarts = false;        ///< the launcher restarts workers after a failure
  bool address_is_known = true;

  bool one_machine() const { return local_size == size; }
};

/// value(name): of an environment variable; nothing where it is not set or empty. @throws
/// UsageError where one is no number, or they do not fit each other
Launch launch_of(const std::function<std::optional<std::string>(const char* name)>& value);
Launch launch_of_environment();

}  // namespace gan
