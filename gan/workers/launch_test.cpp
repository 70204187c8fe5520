#include "gan/workers/launch.h"

#include <gtest/gtest.h>

#include <map>

#include "gan/core/error.h"
#include "gan/workers/workers.h"

namespace gan {
namespace {

Launch launch(const std::map<std::string, std::string>& environment) {
  return launch_of([&](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return {};
    return found->second;
  });
}

TEST(Launch, WithoutALauncherThereIsOneWorker) {
  EXPECT_EQ(launch({}).size, 1);
  EXPECT_TRUE(launch({}).one_machine());
  // A script of sbatch, which has not come to srun.
  EXPECT_EQ(launch({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).size, 1);
  EXPECT_EQ(launch({{"WORLD_SIZE", "4"}}).size, 1);
}

TEST(Launch, OfTorchrun) {
  std::map<std::string, std::string> environment{{"RANK", "5"},
                                                 {"WORLD_SIZE", "8"},
                                                 {"LOCAL_RANK", "1"},
                                                 {"LOCAL_WORLD_SIZE", "4"},
                                                 {"MASTER_ADDR", "first"},
                                                 {"MASTER_PORT", "1234"},
                                                 {"TORCHELASTIC_RESTART_COUNT", "2"},
                                                 {"TORCHELASTIC_MAX_RESTARTS", "3"},
                                                 {"TORCHELASTIC_USE_AGENT_STORE", "False"}};
  const Launch two = launch(environment);
  EXPECT_EQ(two.rank, 5);
  EXPECT_EQ(two.size, 8);
  EXPECT_EQ(two.local_rank, 1);
  EXPECT_EQ(two.local_size, 4);
  EXPECT_EQ(two.address, "first");
  EXPECT_EQ(two.port, 1234);
  EXPECT_FALSE(two.one_machine());
  EXPECT_FALSE(two.store_is_there);
  EXPECT_EQ(two.attempt, "0");
  EXPECT_TRUE(two.restarts);
  environment["LOCAL_WORLD_SIZE"] = "8";
  EXPECT_EQ(launch(environment).address, "127.0.0.1");  // nobody else need reach it
  environment["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  EXPECT_TRUE(launch(environment).store_is_there);
  EXPECT_EQ(launch(environment).address, "first");
  EXPECT_EQ(launch(environment).attempt, "2");
  environment["WORLD_SIZE"] = "1";
  EXPECT_TRUE(launch(environment).restarts);
}

TEST(Launch, OfSlurm) {
  std::map<std::string, std::string> environment{{"SLURM_PROCID", "3"},
                                                 {"SLURM_STEP_NUM_TASKS", "4"},
                                                 {"SLURM_LOCALID", "1"},
                                                 {"SLURM_STEP_NUM_NODES", "2"},
                                                 {"SLURM_STEP_TASKS_PER_NODE", "2(x2)"},
                                                 {"SLURM_STEP_NODELIST", "gpu[07-08,11]"},
                                                 {"SLURM_JOB_ID", "77"},
                                                 {"SLURM_STEP_ID", "0"}};
  const Launch job = launch(environment);
  EXPECT_EQ(job.rank, 3);
  EXPECT_EQ(job.size, 4);
  EXPECT_EQ(job.local_rank, 1);
  EXPECT_EQ(job.local_size, 2);
  EXPECT_EQ(job.address, "gpu07");
  environment["SLURM_JOB_ID"] = "78";
  EXPECT_NE(launch(environment).port, job.port);
  environment["SLURM_STEP_NODELIST"] = "a1,a2";
  EXPECT_EQ(launch(environment).address, "a1");
  environment["SLURM_STEP_NUM_NODES"] = "1";
  EXPECT_TRUE(launch(environment).one_machine());
}

TEST(Launch, OfOpenMpi) {
  std::map<std::string, std::string> environment{{"OMPI_COMM_WORLD_RANK", "1"},
                                                 {"OMPI_COMM_WORLD_SIZE", "2"},
                                                 {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                                 {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  EXPECT_EQ(launch(environment).rank, 1);
  EXPECT_EQ(launch(environment).address, "127.0.0.1");
  environment["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  EXPECT_THROW(launch(environment), UsageError);  // where is rank 0?
  environment["MASTER_ADDR"] = "10.0.0.1";
  EXPECT_EQ(launch(environment).address, "10.0.0.1");
}

TEST(Launch, SaysWhichVariableIsWrong) {
  const auto complaint = [](const std::map<std::string, std::string>& environment) {
    try {
      launch(environment);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(complaint({{"RANK", "x"}, {"WORLD_SIZE", "2"}}),
            "RANK = 'x': a number from 0 on was expected");
  EXPECT_EQ(complaint({{"RANK", "2"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}}),
            "rank 2 of 2 workers: the launcher's variables do not fit each other");
  EXPECT_EQ(
      complaint(
          {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "70000"}}),
      "MASTER_PORT = 70000: a port from 1 to 65535 was expected");
}

TEST(Share, CoversAllRowsOnceAndKeepsGroupsTogether) {
  for (const int64_t n : {1, 7, 12, 100})
    for (const int64_t together : {1, 3, 4})
      for (const int64_t size : {1, 2, 3, 5}) {
        int64_t next = 0;
        for (int64_t rank = 0; rank < size; ++rank) {
          const Share share = Workers::share_of(n, together, rank, size);
          EXPECT_EQ(share.first, next);
          EXPECT_TRUE(share.first % together == 0 || share.count == 0);
          EXPECT_LE(share.count, (n / size / together + 2) * together);
          next += share.count;
        }
        EXPECT_EQ(next, n);
      }
}

}  // namespace
}  // namespace gan
