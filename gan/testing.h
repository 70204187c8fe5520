#pragma once
/// For tests: runs in parts.

#include <filesystem>
#include <initializer_list>
#include <string>

#include "gan/core/error.h"
#include "gan/gan.h"

namespace gan {

/// Trains so many steps, and goes on to the next number with a learner that is read from the run.
inline void train_in_parts(Config config, const std::filesystem::path& run,
                           std::initializer_list<int64_t> steps) {
  for (const int64_t to : steps) {
    config.training.steps = to;
    const Problem problem = prepare(config);
    const auto learner = make_learner(problem);
    train(std::filesystem::exists(run) ? RunFolder::open(run)
                                       : RunFolder::create(run, problem.config),
          problem, *learner);
  }
}

/// What prepare() and make_learner() complain of; nothing where they do not.
inline std::string complaint(const Config& config) {
  try {
    make_learner(prepare(config));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace gan
