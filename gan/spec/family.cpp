#include "gan/spec/family.h"

#include <algorithm>

#include "gan/core/error.h"

namespace gan {
namespace {

/// The built-in rows, and those that were added.
std::vector<const FamilySpec*>& table() {
  static std::vector<const FamilySpec*> rows = {
      &kAdversarialSpec, &kMixtureSpec, &kRbmSpec, &kDbnSpec,
      &kDbmSpec,         &kNceSpec,     &kGsnSpec, &kCaeSpec,
  };
  return rows;
}

std::string_view name_of(Schedule schedule) {
  return names_of(schedule)[static_cast<size_t>(schedule)];
}

void check_optimizer(const OptimizerSection& s) {
  if (has_end(s.schedule) && s.schedule_steps < 1)
    throw UsageError(
        "optimizer.schedule = '{}' needs optimizer.schedule_steps, the number of steps until min_rate is reached",
        name_of(s.schedule));
  if (s.method == Method::adam && s.final_beta2) check_has_end(s, "optimizer.final_beta2");
}

}  // namespace

std::span<const FamilySpec* const> family_specs() {
  return table();
}

const FamilySpec& spec_of(const FamilyName& name) {
  for (const FamilySpec* spec : family_specs())
    if (spec->name == name.text) return *spec;
  throw UsageError("run.model = '{}': there is no such kind of model", name.text);
}

AddedFamilySpec::AddedFamilySpec(const FamilySpec& spec) : spec_(&spec) {
  table().push_back(spec_);
}

AddedFamilySpec::~AddedFamilySpec() {
  std::erase(table(), spec_);
}

bool has_section(const Config& config, std::string_view section) {
  const std::vector<std::string_view> names = spec_of(config).sections(config);
  return std::find(names.begin(), names.end(), section) != names.end();
}

void check_fit(const Config& config, const DataSpec& data) {
  const FamilySpec& family = spec_of(config);
  if (family.unit_interval && config.data.scale != Scale::unit)
    throw UsageError(
        "run.model = '{}': visible units of this model are between 0 and 1; set data.scale = \"unit\"",
        family.name);
  if (has_section(config, "optimizer")) check_optimizer(config.optimizer);
  family.check(config, data);
}

void check_has_end(const OptimizerSection& optimizer, std::string_view key) {
  if (has_end(optimizer.schedule)) return;
  throw UsageError(
      "{} is reached at the end of the schedule of the learning rate, and optimizer.schedule = '{}' has no end; use schedule = 'cosine' or 'linear'",
      key, name_of(optimizer.schedule));
}

void check_binary(const Config& config) {
  const bool zero_one = config.data.scale == Scale::unit || config.data.scale == Scale::none;
  if (!config.data.binarise || !zero_one)
    throw UsageError(
        "run.model = '{}': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit'",
        config.run.model.text);
}

}  // namespace gan
