#include "gan/families.h"

#include <vector>

#include "gan/baselines/cae/cae.h"
#include "gan/baselines/dbm/dbm_trainer.h"
#include "gan/baselines/dbn/dbn_trainer.h"
#include "gan/baselines/gsn/gsn.h"
#include "gan/baselines/mixture/mixture.h"
#include "gan/baselines/nce/nce_trainer.h"
#include "gan/baselines/rbm/rbm_trainer.h"
#include "gan/core/error.h"
#include "gan/game/trainer.h"

namespace gan {
namespace {

template <class T>
std::unique_ptr<Learner> make(const Setup& setup) {
  return std::make_unique<T>(setup);
}

constexpr Engines kReference{.why_not_fused = never_fused};
constexpr Engines kFused{.reference = false, .why_not_fused = always_fused};
constexpr Engines kEither{.why_not_fused = unsupported_by_fused, .faster_in_bf16 = true};

const Family kFamilies[] = {
    {.spec = &kAdversarialSpec,
     .engines = kEither,
     .steps = adversarial_steps,
     .learner = make<Trainer>,
     .model = unread_generator},
    {.spec = &kMixtureSpec,
     .engines = kReference,
     .steps = one_batch_a_step,
     .learner = make<MixtureTrainer>,
     .model = unread_mixture},
    {.spec = &kRbmSpec,
     .engines = kReference,
     .steps = one_batch_a_step,
     .learner = make<RbmTrainer>,
     .model = unread_rbm},
    {.spec = &kDbnSpec,
     .engines = kReference,
     .steps = dbn_steps,
     .learner = make<DbnTrainer>,
     .model = unread_dbn},
    {.spec = &kDbmSpec,
     .engines = kReference,
     .steps = dbm_steps,
     .learner = make<DbmTrainer>,
     .model = unread_dbm},
    {.spec = &kNceSpec,
     .engines = kReference,
     .steps = nce_steps,
     .learner = make<NceTrainer>,
     .model = unread_nce},
    {.spec = &kGsnSpec,
     .engines = kFused,
     .steps = one_batch_a_step,
     .learner = make<GsnTrainer>,
     .model = unread_gsn},
    {.spec = &kCaeSpec,
     .engines = kFused,
     .steps = one_batch_a_step,
     .learner = make<CaeTrainer>,
     .model = unread_cae},
};

/// The built-in rows, and those that were added.
std::vector<const Family*>& table() {
  static std::vector<const Family*> rows;
  if (rows.empty())
    for (const Family& family : kFamilies) rows.push_back(&family);
  return rows;
}

}  // namespace

std::span<const Family* const> families() {
  return table();
}

const Family& family_of(const Config& config) {
  const FamilySpec& spec = spec_of(config);
  for (const Family* family : families())
    if (family->spec == &spec) return *family;
  throw UsageError("run.model = '{}': nothing trains this kind of model", spec.name);
}

AddedFamily::AddedFamily(const Family& family) : spec_(*family.spec), family_(&family) {
  table().push_back(family_);
}

AddedFamily::~AddedFamily() {
  std::erase(table(), family_);
}

std::string never_fused(const Config&) {
  return "this kind of model has only the reference engine";
}

std::string always_fused(const Config&) {
  return "";
}

int64_t one_batch_a_step(const Config& config, int64_t batches_per_epoch) {
  return steps_asked_for(config, static_cast<double>(batches_per_epoch));
}

}  // namespace gan
