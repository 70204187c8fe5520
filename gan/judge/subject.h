#pragma once
/// What is scored: samples beside held-out data and, where it is here, the model they come from.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "gan/core/files.h"
#include "gan/judge/features.h"
#include "gan/judge/judge.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/spec/config.h"
#include "gan/workers/workers.h"

namespace gan {

class FeatureSpace;

using Say = std::function<void(const std::string&)>;

/// A model, what it is made from, and what turns its data's units into its own and back.
struct ScoredModel {
  GenerativeModel& model;
  Learner* learner;  ///< what trains the model; none where the model was loaded alone
  Setup setup;
  const Encoding& encoding;  ///< own units -> the model's
  /// [n, D] scaled -> [n, shape...] own units, on the CPU.
  std::function<Tensor(const Tensor& scaled)> own_units;
  Workers* workers = &alone();  ///< that score it together, all of them at the same time
};

/// Samples are in judging units: [0, 1] for images.
struct Subject {
  const Judge& judge;
  uint64_t seed = 0;
  Say say;  ///< hears what is being computed; never empty
  Path cache =
      {};  ///< the folder that keeps controls, classifiers and features; empty: none is kept
  Tensor samples = {};  ///< [n, D]; where they were means beside binary data, a draw of each
  Tensor means = {};    ///< [n, D]: those means
  Tensor fresh = {};    ///< [m, D]: other samples, for the two-sample test
  int64_t states_per_chain = 1;        ///< so many consecutive samples are states of one chain
  int64_t fresh_states_per_chain = 1;  ///< the same of `fresh`
  const ScoredModel* model = nullptr;  ///< none where only samples are here
  FeatureSettings features = {};
  std::string reference = "test";                    ///< of scores on features: see FeatureSpace
  mutable std::shared_ptr<FeatureSpace> space = {};  ///< made when it is first asked for
};

}  // namespace gan
