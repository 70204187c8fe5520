#pragma once
/// For tests: runs in parts.

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/gan.h"
#include "gan/io/npy.h"

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
  return complaint<UsageError>([&] { make_learner(prepare(config)); });
}

/// A model of 800 binary images 3 x 3, written to `file`: in turn of one full row each, and, where
/// there are four kinds, of none.
inline Config model_of_rows(const std::filesystem::path& file, const std::string& model,
                            int kinds) {
  std::vector<float> values;
  for (int i = 0; i < 800; ++i)
    for (int pixel = 0; pixel < 9; ++pixel) values.push_back(pixel / 3 == i % kinds ? 1.f : 0.f);
  write_file(file, format_npy({800, 3, 3}, values));
  Config c;
  c.run.model.text = model;
  c.run.threads = 1;
  c.data.source = file.string();
  c.data.binarise = true;
  c.training.batch_size = 40;
  return c;
}

}  // namespace gan
