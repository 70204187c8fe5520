#pragma once
/// The table of families: all kinds of models that can be trained, a row each.

#include <memory>
#include <span>
#include <string>

#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/spec/family.h"

namespace gan {

/// Which engines train a family's models, and what run.precision = "auto" means in the fused one.
struct Engines {
  bool reference = true;
  /// Why the fused engine cannot train a model of these settings; empty where it can.
  std::string (*why_not_fused)(const Config&);
  bool faster_in_bf16 = false;
};

/// A kind of model, as `run.model` names it.
struct Family {
  const FamilySpec* spec;  ///< what is known of it without a tensor library
  Engines engines;
  /// Steps of a training in all: training.steps or training.epochs, with the stages that the
  /// family's own settings decide about.
  int64_t (*steps)(const Config&, int64_t batches_per_epoch);
  std::unique_ptr<Learner> (*learner)(const Setup&);
  std::unique_ptr<GenerativeModel> (*model)(const Setup&);  ///< to be read from a checkpoint
};

std::span<const Family* const> families();

/// @throws UsageError where run.model names no row
const Family& family_of(const Config& config);

/// Adds a row while it lives. A row is looked up wherever a recipe or a checkpoint is read, so it
/// is added to the one table rather than handed through all of them. Not for use by several
/// threads.
class AddedFamily {
 public:
  explicit AddedFamily(const Family& family);
  ~AddedFamily();
  AddedFamily(const AddedFamily&) = delete;
  AddedFamily& operator=(const AddedFamily&) = delete;

 private:
  AddedFamilySpec spec_;
  const Family* family_;
};

// For rows:

/// Of a family that has only the reference engine, or whose models are all fused.
std::string never_fused(const Config&);
std::string always_fused(const Config&);

/// training.steps or training.epochs, where each step takes one minibatch.
int64_t one_batch_a_step(const Config& config, int64_t batches_per_epoch);

}  // namespace gan
