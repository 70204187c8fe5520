#pragma once
/// Kinds of models, as `run.model` names them: what is known of each without a tensor library. How
/// each is trained is in gan/families.h.

#include <span>
#include <string_view>
#include <vector>

#include "gan/data/data_spec.h"
#include "gan/spec/config.h"
#include "gan/spec/memory.h"

namespace gan {

struct FamilySpec {
  std::string_view name;   ///< run.model
  std::string_view about;  ///< one line: what kind of model this is

  /// Its sections of a recipe, besides [run], [data] and [training].
  std::vector<std::string_view> (*sections)(const Config&);
  /// Whether its settings fit each other and the data. @throws UsageError naming the setting
  void (*check)(const Config&, const DataSpec&) = [](const Config&, const DataSpec&) {};
  /// What a training keeps in memory.
  MemoryNeed (*memory)(const Config&, const DataSpec&);
  /// Bytes of what a checkpoint must at least hold: the parameters of the model.
  double (*model_bytes)(const Config&, const DataSpec&);
  /// Whether training begins with the means of the training data.
  bool (*needs_means)(const Config&) = [](const Config&) { return true; };

  bool cpu_only = true;
  bool unit_interval = false;      ///< its visible units are between 0 and 1
  bool scored_by_samples = false;  ///< while it is trained; others by their log-probability
  bool length_is_fixed = false;    ///< its own settings say how long it is trained
};

/// All kinds of models, in the order in which they are listed to users.
std::span<const FamilySpec* const> family_specs();

/// @throws UsageError where no kind of model is called so
const FamilySpec& spec_of(const FamilyName& name);
inline const FamilySpec& spec_of(const Config& config) {
  return spec_of(config.run.model);
}

/// Adds a row to the table while it lives, as tests do. Not for use by several threads.
class AddedFamilySpec {
 public:
  explicit AddedFamilySpec(const FamilySpec& spec);
  ~AddedFamilySpec();
  AddedFamilySpec(const AddedFamilySpec&) = delete;
  AddedFamilySpec& operator=(const AddedFamilySpec&) = delete;

 private:
  const FamilySpec* spec_;
};

/// Whether the parts of a configuration fit together, and fit the data. @throws UsageError naming
/// the section or the setting
void check_fit(const Config& config, const DataSpec& data);

/// For a setting, `key`, that moves along the schedule of the learning rate. @throws UsageError
/// unless that schedule has an end
void check_has_end(const OptimizerSection& optimizer, std::string_view key);

/// For families whose units are 0 or 1. @throws UsageError unless the data will be
void check_binary(const Config& config);

}  // namespace gan
