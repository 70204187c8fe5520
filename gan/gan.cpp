#include "gan/gan.h"

#include <ATen/ATen.h>

#include <span>

#include "gan/checkup.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/doctor/data_findings.h"
#include "gan/families.h"
#include "gan/io/bytes.h"
#include "gan/judge/judge.h"
#include "gan/model/checkpoint.h"
#include "gan/run/follow.h"
#include "gan/stored.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// Of a checkpoint's model, to be filled from it. Whatever trained it, here it runs as fast as this
/// machine can.
std::unique_ptr<GenerativeModel> make_model(const Header& header, at::Device device) {
  const Family& family = family_of(header.config);
  if (family.spec->cpu_only && !device.is_cpu())
    throw UsageError("--device cuda: this model runs on a CPU alone; leave the option out");
  Setup setup{.config = header.config, .data = data_spec(header.card), .device = device};
  setup.means = at::full({setup.data.dim()}, 0.5);  // the checkpoint replaces what starts from them
  if (!kernels::has_fast_bf16()) setup.config.run.precision = Precision::fp32;
  return family.model(setup);
}

/// As a checkpoint holds it: without a path, without how far this call will go, and without the
/// doctor, who changes nothing where there is no trouble.
Config recorded(const Problem& p) {
  Config config = p.config;
  config.run.doctor = DoctorMode::off;
  config.data.source = p.data.name;
  config.training.steps = 0;
  return config;
}

}  // namespace

Tensor own_units(const DataCard& card, const Tensor& scaled) {
  const Tensor flat = scaled.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* first = flat.data_ptr<float>();
  std::vector<float> own = card.encoding.decode({first, first + flat.numel()});
  return at::from_blob(own.data(), batch_shape(flat.size(0), card.shape), at::kFloat).clone();
}

Tensor Model::sample(int64_t n, uint64_t seed, int64_t first) {
  return own_units(model_->sample(n, seed, first));
}

Model load(const fs::path& path, const std::string& checkpoint, at::Device device) {
  const fs::path file = checkpoint_file(path, checkpoint);
  const auto stored = read_stored(file);
  const Header& header = stored->header;
  auto model = make_model(header, device);
  read_checkpoint(
      stored->content, [&](const StateVisitor& visit) { model->visit_state(visit); },
      file.string());
  return Model(header.config, header.card, header.step, std::move(model));
}

DataCard card_of(const DataSet& data) {
  return {.name = data.name,
          .hash = data.hash,
          .shape = data.train.shape(),
          .image = data.image,
          .low = data.low,
          .high = data.high,
          .columns = data.columns,
          .channels_last = data.channels_last,
          .origin = data.origin,
          .classes = data.classes};
}

DataCard card_of(const Problem& p) {
  DataCard out = card_of(p.data);
  out.encoding = p.encoding;
  return out;
}

Setup setup_of(const Problem& p) {
  const auto examples = [&p](std::span<const int64_t> numbers) {
    return encoded(p.encoding, p.data.train.pick(numbers));
  };
  return {.config = p.config,
          .data = data_spec(p.data),
          .batches_per_epoch = p.batches_per_epoch,
          .means = p.means,
          .device = p.device,
          .examples = examples,
          .workers = p.workers};
}

std::unique_ptr<Learner> make_learner(const Problem& p) {
  return family_of(p.config).learner(setup_of(p));
}

void restore(Learner& learner, const fs::path& checkpoint) {
  const auto stored = read_stored(checkpoint);
  read_checkpoint(
      stored->content, [&](const StateVisitor& visit) { learner.visit_state(visit); },
      checkpoint.string());
}

namespace {

/// config.toml against what the checkpoint was trained with. @throws DataError naming the first
/// setting that differs
void check_unchanged(const RunFolder& run, Config before, const Config& now) {
  before.data.source = now.data.source;  // its hash says more
  before.run.threads = now.run.threads;
  before.run.doctor = now.run.doctor;
  before.training.steps = now.training.steps;
  if (const auto edited = first_difference(before, now))
    throw DataError(
        "{}: {} is {}, but the run was trained with {}; put that back, or start a new run with another --out",
        (run.path() / "config.toml").string(), edited->key, edited->now, edited->before);
}

}  // namespace

void check_same_data(const DataCard& card, const Problem& p, const std::string& who) {
  if (card.hash != p.data.hash)
    throw DataError("{}: was trained on other data than {} holds now; put the same files back", who,
                    p.config.data.source);
}

Problem prepare_trained(const RunFolder& run, const fs::path& checkpoint, Config config,
                        const fs::path& data_dir) {
  Header header = read_stored(checkpoint)->header;
  header.config.run.device = config.run.device;
  // First: what was edited may not even be settings that fit any data.
  check_unchanged(run, header.config, config);
  Problem problem = prepare(std::move(config), data_dir.empty() ? run.data_folder() : data_dir);
  check_same_data(header.card, problem, run.path().string());
  return problem;
}

Problem prepare_on_other_data(const RunFolder& run, const fs::path& checkpoint,
                              const std::string& data, const fs::path& data_dir) {
  const Header header = read_stored(checkpoint)->header;
  Config config = run.config(), before = header.config;
  before.data = config.data;
  before.run.device = config.run.device;
  check_unchanged(run, before, config);
  config.data.source = data;
  const DataSet other = open_data(data, data_dir, {}, config.data.pictures);
  const Shape &theirs = other.train.shape(), &ours = header.card.shape;
  if (theirs != ours)
    throw DataError("--data {}: its examples are {}, {} generates {}; they cannot be compared",
                    data, shape_text(theirs), run.path().string(), shape_text(ours));
  if (other.name != header.card.name) config.data.train = config.data.valid = 0;
  config.training.batch_size = 1;  // nothing is trained
  Problem problem = prepare(config, data_dir);
  problem.encoding = header.card.encoding;
  problem.data = with_origin(problem.data, header.card.origin);
  return problem;
}

void check_continues(const RunFolder& run, const Problem& p) {
  const auto last = run.last();
  if (!last) return;
  const Header header = read_header(last->content, last->file, last->step);
  check_unchanged(run, header.config, recorded(p));
  check_same_data(header.card, p, run.path().string());
}

namespace {

/// The same hooks, with the doctor's measurements.
Hooks with_doctor(Hooks hooks, const Problem& p, Learner& learner) {
  const auto checkup = std::make_shared<Checkup>(p, learner);
  hooks.doctor.examine = [checkup](int64_t) { return checkup->measure(); };
  hooks.doctor.look_at_data = [&p] { return data_findings(p.data); };
  return hooks;
}

}  // namespace

Outcome train(const RunFolder& run, const Problem& p, Learner& learner, const Hooks& hooks) {
  BatchOrder order(p.data.train, p.encoding, p.config.training.batch_size, p.config.run.seed);
  check_continues(run, p);
  now_doing(Activity::training);
  return train(run, learner, order, p.device, p.config, format_header(recorded(p), card_of(p)),
               p.config.run.doctor == DoctorMode::off ? hooks : with_doctor(hooks, p, learner),
               *p.workers);
}

Outcome follow(const Problem& p, Learner& learner, const Hooks& hooks) {
  BatchOrder order(p.data.train, p.encoding, p.config.training.batch_size, p.config.run.seed);
  now_doing(Activity::training);
  return follow(learner, order, p.device, p.config, hooks, *p.workers);
}

Outcome train(const Config& config, const fs::path& folder) {
  const Problem problem = prepare(config);
  const auto learner = make_learner(problem);
  return train(RunFolder::create(folder, problem.config), problem, *learner);
}

}  // namespace gan
