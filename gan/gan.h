#pragma once
/// The front door: train a run, load a run, sample from it.
///
///   gan::Model model = gan::load("runs/fashion-mnist");
///   at::Tensor images = model.sample(64, /*seed=*/1);   // [64, 28, 28], in the data's own units

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>

#include "gan/data/card.h"
#include "gan/data/data_spec.h"
#include "gan/data/dataset.h"
#include "gan/game/trainer.h"
#include "gan/header.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/run/loop.h"
#include "gan/spec/config.h"
#include "gan/spec/derive.h"

namespace gan {

/// [n, D] scaled -> [n, shape...] own units without DataCard::origin (which float32 would not
/// hold), channels first, on the CPU.
Tensor own_units(const DataCard& card, const Tensor& scaled);

/// A trained generator.
class Model {
 public:
  Model(Config config, DataCard card, int64_t step, std::unique_ptr<GenerativeModel> model)
      : config_(std::move(config)), card_(std::move(card)), step_(step), model_(std::move(model)) {}

  /// [n, shape...] float32, on the CPU, as own_units gives them: of the samples of this seed, those
  /// from `first` on.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0);
  Tensor own_units(const Tensor& scaled) const { return gan::own_units(card_, scaled); }

  const Config& config() const { return config_; }
  const DataCard& data() const { return card_; }
  int64_t step() const { return step_; }
  GenerativeModel& generative() { return *model_; }  ///< scaled units; ask it for capabilities

 private:
  Config config_;
  DataCard card_;
  int64_t step_;
  std::unique_ptr<GenerativeModel> model_;
};

/// `path`: a run folder, with `checkpoint` "last", "best" or a step; or a checkpoint file.
/// @throws DataError when it is no run, has no such checkpoint, or the file is damaged.
Model load(const std::filesystem::path& path, const std::string& checkpoint = "last",
           at::Device device = at::kCPU);

/// A configuration with its data: all that a learner is made of.
struct Problem {
  Config config;  ///< resolved: device, threads (no more than there are processors), steps
  DataSet data;
  Encoding encoding;
  int64_t batches_per_epoch = 0;
  at::Tensor means = {};  ///< [D], of the scaled training data, where the family needs them
  at::Device device = at::kCPU;
  Workers* workers = &alone();  ///< that train it together
};

/// Opens the data of `config`, fills in what is left open and checks that it fits; sets the number
/// of threads of this process. @throws UsageError, DataError
Problem prepare(Config config, const std::filesystem::path& data_dir = {});

/// The same of data that are open already: as open_data gives those of `config`.
Problem prepare(Config config, DataSet opened);

DataCard card_of(const DataSet& data);  ///< of examples as they are: without an encoding
DataCard card_of(const Problem& problem);

/// What the learner of a problem is made from; its examples are read while the problem lives.
Setup setup_of(const Problem& problem);

std::unique_ptr<Learner> make_learner(const Problem& problem);

/// Reads everything that a checkpoint holds into a learner of the same configuration. @throws
/// DataError
void restore(Learner& learner, const std::filesystem::path& checkpoint);

/// @throws DataError naming `who` where these are not the data that a checkpoint was trained on
void check_same_data(const DataCard& card, const Problem& problem, const std::string& who);

/// The data of a run, for whatever is to be done with its checkpoint. config: run.config(), perhaps
/// with another run.device or run.threads. @throws DataError where any other setting, or the data,
/// are not what the checkpoint was trained with
Problem prepare_trained(const RunFolder& run, const std::filesystem::path& checkpoint,
                        Config config, const std::filesystem::path& data_dir = {});

/// Other data, with their own habitual split, seen through the run's scaling. @throws DataError
/// where another setting was edited, or the examples have another shape
Problem prepare_on_other_data(const RunFolder& run, const std::filesystem::path& checkpoint,
                              const std::string& data, const std::filesystem::path& data_dir = {});

/// Whether `run` can go on with this problem, where it has a checkpoint: the same data, and the
/// settings that the checkpoint was trained with, but for training.steps and run.threads. @throws
/// DataError naming the setting
void check_continues(const RunFolder& run, const Problem& problem);

/// Trains into `run`, going on where it stands. Of several workers, the leader calls this, and the
/// others the second one.
Outcome train(const RunFolder& run, const Problem& problem, Learner& learner,
              const Hooks& hooks = {});
Outcome follow(const Problem& problem, Learner& learner, const Hooks& hooks = {});

/// The same in one call, into a new folder.
Outcome train(const Config& config, const std::filesystem::path& folder);

/// "auto", "cpu" or "cuda". @throws UsageError when there is no such device
at::Device find_device(const std::string& name);

/// What derive() (spec/derive.h), which chooses settings for data without a recipe, asks of data
/// and of this machine. device: as run.device; threads: as run.threads. @throws UsageError when
/// there is no such device
DataFacts facts_of(const DataSet& data);
Machine this_machine(const std::string& device = "auto", int64_t threads = 0);

}  // namespace gan
