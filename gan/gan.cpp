#include "gan/gan.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gan/baselines/cae.h"
#include "gan/baselines/dbm_trainer.h"
#include "gan/baselines/dbn_trainer.h"
#include "gan/baselines/gsn.h"
#include "gan/baselines/mixture.h"
#include "gan/baselines/nce_trainer.h"
#include "gan/baselines/rbm_trainer.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/memory.h"
#include "gan/core/paths.h"
#include "gan/core/threads.h"
#include "gan/io/bytes.h"
#include "gan/model/checkpoint.h"
#include "gan/nets/fused.h"
#include "gan/spec/fit.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// As it is trained; and as it is read: whatever trained it, here it runs as fast as this machine
/// can.
kernels::Format trained_in(const Config& config) {
  return config.run.precision == Precision::bf16 ? kernels::Format::bf16 : kernels::Format::fp32;
}
kernels::Format read_in(const Config& config) {
  return kernels::has_fast_bf16() ? trained_in(config) : kernels::Format::fp32;
}

std::unique_ptr<GenerativeModel> make_model(const Config& config, const Shape& example,
                                            at::Device device) {
  const int64_t dim = product(example);
  if (wants_cpu(config.run.model) && !device.is_cpu())
    throw UsageError("--device cuda: this model runs on a CPU alone; leave the option out");
  if (config.run.model == ModelKind::bernoulli_mixture) {
    const int64_t k = config.mixture.components;
    return std::make_unique<BernoulliMixture>(at::full({k, dim}, 0.5, at::kDouble),
                                              at::full({k}, -std::log(k), at::kDouble));
  }
  const Tensor unused =
      at::full({dim}, 0.5);  // the data's means: the checkpoint replaces what starts from them
  if (config.run.model == ModelKind::gsn)
    return std::make_unique<Gsn>(config.gsn, unused, config.run.seed, read_in(config));
  if (config.run.model == ModelKind::stacked_cae)
    return std::make_unique<StackedCae>(config.cae, unused, config.run.seed, read_in(config));
  if (config.run.model == ModelKind::rbm)
    return std::make_unique<Rbm>(config.rbm.hidden, config.rbm.visible == VisibleKind::gaussian,
                                 config.rbm.burn_in, unused);
  if (config.run.model == ModelKind::nce)
    return std::make_unique<Rbm>(config.nce.hidden, false, config.nce.burn_in, unused);
  if (config.run.model == ModelKind::dbn)
    return std::make_unique<Dbn>(config.dbn.hidden.values, config.dbn.up_down_epochs > 0,
                                 config.dbn.burn_in, unused);
  if (config.run.model == ModelKind::dbm)
    return std::make_unique<Dbm>(config.dbm.hidden.values,
                                 MeanField{config.dbm.mean_field, config.dbm.tolerance},
                                 config.dbm.burn_in, unused);
  auto G = std::make_unique<Generator>(config.generator, example, config.run.seed, unused, device);
  if (config.run.engine == Engine::fused && device.is_cpu()) G->network().fuse(read_in(config));
  return G;
}

/// A checkpoint as it lies in its file, checked.
struct Stored {
  std::string bytes;
  SafeTensors content;  ///< views into `bytes`
  Header header;
};

/// The step in the name of a file, or of the file that a link points to.
std::optional<int64_t> step_in_name(const fs::path& file) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  return step_of(error ? file : target);
}

/// @throws DataError naming the file
std::unique_ptr<const Stored> read_stored(const fs::path& file) {
  const std::string who = file.string();
  now_doing(Activity::reading_a_checkpoint);
  auto out = std::make_unique<Stored>();
  out->bytes = read_file(file);
  out->content = parse_checkpoint(out->bytes, who);
  out->header = read_header(out->content, who, step_in_name(file));
  return out;
}

/// As a checkpoint holds it: without a path, and without how far this call will go.
Config recorded(const Problem& p) {
  Config config = p.config;
  config.data.source = p.data.name;
  config.training.steps = 0;
  return config;
}

/// Training examples that a mixture's components start at, [K, D].
Tensor mixture_start(const Problem& p) {
  const std::vector<int64_t> order =
      Stream(p.config.run.seed, "mixture.start").permutation(p.data.train.size(), 0);
  const int64_t components = p.config.mixture.components;
  if (components > p.data.train.size())
    throw UsageError("mixture.components = {}: there are only {} training examples; choose fewer",
                     components, p.data.train.size());
  std::vector<float> start;
  for (int64_t i = 0; i < components; ++i) {
    const auto row = p.data.train.rows(order[i], 1);
    start.insert(start.end(), row.begin(), row.end());
  }
  return at::from_blob(start.data(), {components, p.facts.dim}, at::kFloat).clone();
}

}  // namespace

Tensor own_units(const DataCard& card, const Tensor& scaled) {
  Tensor out = scaled.detach().to(at::kCPU, at::kFloat).clone().contiguous();  // [n, D]
  card.scaling.invert({out.data_ptr<float>(), static_cast<size_t>(out.numel())});
  Shape shape{out.size(0)};
  shape.insert(shape.end(), card.shape.begin(), card.shape.end());
  return out.view(shape);
}

Tensor Model::sample(int64_t n, uint64_t seed, int64_t first) {
  return own_units(model_->sample(n, seed, first));
}

Model load(const fs::path& path, const std::string& checkpoint, at::Device device) {
  if (!is_there(path)) throw DataError("{}: no such run or checkpoint", path.string());
  const fs::path file = is_folder(path) ? RunFolder::open(path).find_checkpoint(checkpoint) : path;
  const auto stored = read_stored(file);
  const Header& header = stored->header;
  auto model = make_model(header.config, header.card.shape, device);
  read_checkpoint(
      stored->content, [&](const StateVisitor& visit) { model->visit_state(visit); },
      file.string());
  return Model(header.config, header.card, header.step, std::move(model));
}

DataCard card_of(const Problem& p) {
  return {p.data.name,    p.data.hash, p.data.train.shape(), p.data.image, p.data.low, p.data.high,
          p.data.columns, p.scaling,   p.data.channels_last, p.data.origin};
}

std::unique_ptr<Learner> make_learner(const Problem& p) {
  if (p.config.run.model == ModelKind::adversarial)
    return std::make_unique<Trainer>(p.config, p.facts);
  if (p.config.run.model == ModelKind::rbm)
    return std::make_unique<RbmTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::dbn)
    return std::make_unique<DbnTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::dbm)
    return std::make_unique<DbmTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::nce)
    return std::make_unique<NceTrainer>(
        p.config, p.facts.marginals, p.facts.batches_per_epoch,
        p.config.nce.noise == NceNoise::mixture ? mixture_start(p) : Tensor{});
  if (has_own_passes(p.config.run.model)) {
    if (p.config.data.scale != Scale::unit)
      throw UsageError(
          "visible units of this model are between 0 and 1: set data.scale = \"unit\"");
    const Config& c = p.config;
    if (c.run.model == ModelKind::gsn)
      return std::make_unique<GsnTrainer>(c.gsn, c.training, p.facts.marginals,
                                          p.facts.batches_per_epoch, c.run.seed, trained_in(c));
    return std::make_unique<CaeTrainer>(c.cae, c.training, p.facts.marginals,
                                        p.facts.batches_per_epoch, c.run.seed, trained_in(c));
  }
  if (!p.config.data.binarise)
    throw UsageError("a bernoulli-mixture is a model of binary data: set data.binarise = true");
  return std::make_unique<MixtureTrainer>(p.config.mixture, p.config.training.steps,
                                          p.facts.batches_per_epoch, mixture_start(p),
                                          p.config.run.seed);
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
  Problem problem = prepare(std::move(config), data_dir);
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
  if (open_data(data, data_dir).name != header.card.name) config.data.train = config.data.valid = 0;
  config.training.batch_size = 1;  // nothing is trained
  Problem problem = prepare(config, data_dir);
  const Shape &theirs = problem.data.train.shape(), &ours = header.card.shape;
  if (theirs != ours)
    throw DataError("--data {}: its examples are {}, {} generates {}; they cannot be compared",
                    data, shape_text(theirs), run.path().string(), shape_text(ours));
  problem.scaling = header.card.scaling;
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

Outcome train(const RunFolder& run, const Problem& p, Learner& learner, const Hooks& hooks) {
  BatchOrder order(p.data.train, p.scaling, p.config.training.batch_size, p.config.run.seed);
  check_continues(run, p);
  now_doing(Activity::training);
  return train(run, learner, order, p.facts.device, p.config,
               format_header(recorded(p), card_of(p)), hooks);
}

Outcome train(const Config& config, const fs::path& folder) {
  const Problem problem = prepare(config);
  const auto learner = make_learner(problem);
  return train(RunFolder::create(folder, problem.config), problem, *learner);
}

}  // namespace gan
