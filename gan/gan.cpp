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

/// Models that are trained by passes of gan/kernels of their own, and have no other engine.
bool has_own_passes(ModelKind model) { return model == ModelKind::gsn || model == ModelKind::stacked_cae; }
bool wants_cpu(ModelKind model) { return has_own_passes(model) || is_boltzmann(model); }

/// As it is trained; and as it is read: whatever trained it, here it runs as fast as this machine can.
kernels::Format trained_in(const Config& config) { return config.run.precision == Precision::bf16 ? kernels::Format::bf16 : kernels::Format::fp32; }
kernels::Format read_in(const Config& config) { return kernels::has_fast_bf16() ? trained_in(config) : kernels::Format::fp32; }

std::unique_ptr<GenerativeModel> make_model(const Config& config, int64_t dim, at::Device device) {
  if (wants_cpu(config.run.model) && !device.is_cpu()) throw UsageError("--device cuda: this model runs on a CPU alone; leave the option out");
  if (config.run.model == ModelKind::bernoulli_mixture) {
    const int64_t k = config.mixture.components;
    return std::make_unique<BernoulliMixture>(at::full({k, dim}, 0.5, at::kDouble), at::full({k}, -std::log(k), at::kDouble));
  }
  const Tensor unused = at::full({dim}, 0.5);  // the data's means: the checkpoint replaces what starts from them
  if (config.run.model == ModelKind::gsn) return std::make_unique<Gsn>(config.gsn, unused, config.run.seed, read_in(config));
  if (config.run.model == ModelKind::stacked_cae) return std::make_unique<StackedCae>(config.cae, unused, config.run.seed, read_in(config));
  if (config.run.model == ModelKind::rbm)
    return std::make_unique<Rbm>(config.rbm.hidden, config.rbm.visible == VisibleKind::gaussian, config.rbm.burn_in, unused);
  if (config.run.model == ModelKind::nce) return std::make_unique<Rbm>(config.nce.hidden, false, config.nce.burn_in, unused);
  if (config.run.model == ModelKind::dbn) return std::make_unique<Dbn>(config.dbn.hidden.values, config.dbn.up_down_epochs > 0, config.dbn.burn_in, unused);
  if (config.run.model == ModelKind::dbm) return std::make_unique<Dbm>(config.dbm.hidden.values, MeanField{config.dbm.mean_field, config.dbm.tolerance}, config.dbm.burn_in, unused);
  auto G = std::make_unique<Generator>(config.generator, config.run.seed, unused, device);
  if (config.run.engine == Engine::fused && device.is_cpu()) G->network().fuse(read_in(config));
  return G;
}

/// Means of the scaled training data, [D].
Tensor mean_of(const Examples& examples, const Scaling& scaling) {
  Tensor sum = at::zeros({examples.dim()}, at::kDouble);
  constexpr int64_t kBlock = 10000;
  for (int64_t i = 0; i < examples.size(); i += kBlock) {
    const int64_t count = std::min(kBlock, examples.size() - i);
    std::vector<float> rows = examples.rows(i, count);
    scaling.apply(rows);
    sum += at::from_blob(rows.data(), {count, examples.dim()}, at::kFloat).sum(0, false, at::kDouble);
  }
  return sum.div_(static_cast<double>(examples.size())).to(at::kFloat);
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

bool wants_marginals(const NetworkSpec& spec) {
  return std::any_of(spec.begin(), spec.end(), [](const LayerSpec& layer) {
    const auto* dense = std::get_if<Dense>(&layer);
    return dense && dense->bias.marginals;
  });
}

void refuse_too_large(const Config& c, const DataSet& data) {
  const MemoryNeed need = memory_need(c, data.train.dim());
  const double scoring = scoring_need(c, data.train.dim(), data.valid.size(), data.test.size());
  const double free = available_memory();
  if (need.total() > free)
    throw UsageError("this training needs about {} of memory ({} for the parameters and their moments, {} for a batch of {}), {} are free: "
                     "make {} smaller", bytes_text(need.total()), bytes_text(need.parameters), bytes_text(need.batch), c.training.batch_size,
                     bytes_text(free), need.batch > need.parameters ? "training.batch_size" : "the layers");
  if (need.parameters + scoring > free)
    throw UsageError(
        "scoring this training needs about {} of memory ({} for the parameters and their moments, "
        "{} for {} samples and the "
        "held-out examples), {} are free: use smaller examples, or train without scores "
        "(run.evaluate_every = 0)",
        bytes_text(need.parameters + scoring), bytes_text(need.parameters), bytes_text(scoring),
        kScoredSamples, bytes_text(free));
}

/// Training examples that a mixture's components start at, [K, D].
Tensor mixture_start(const Problem& p) {
  const std::vector<int64_t> order = Stream(p.config.run.seed, "mixture.start").permutation(p.data.train.size(), 0);
  const int64_t components = p.config.mixture.components;
  if (components > p.data.train.size())
    throw UsageError("mixture.components = {}: there are only {} training examples; choose fewer", components, p.data.train.size());
  std::vector<float> start;
  for (int64_t i = 0; i < components; ++i) {
    const auto row = p.data.train.rows(order[i], 1);
    start.insert(start.end(), row.begin(), row.end());
  }
  return at::from_blob(start.data(), {components, p.facts.dim}, at::kFloat).clone();
}

std::string_view name_of(ModelKind model) { return names_of(model)[static_cast<size_t>(model)]; }

/// Binary units see 0 and 1, Gaussian ones numbers of variance 1.
void check_units(const Config& c) {
  const bool rbm = c.run.model == ModelKind::rbm, gaussian = rbm && c.rbm.visible == VisibleKind::gaussian, zero_one = c.data.binarise && (c.data.scale == Scale::unit || c.data.scale == Scale::none);
  if (gaussian && c.data.scale != Scale::standard)
    throw UsageError("rbm.visible = 'gaussian': its units have variance 1, and data.scale = '{}' gives others; set data.scale = 'standard'", names_of(c.data.scale)[static_cast<size_t>(c.data.scale)]);
  if (!rbm && !zero_one) throw UsageError("run.model = '{}': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit'", name_of(c.run.model));
  if (!gaussian && !zero_one)
    throw UsageError("rbm.visible = 'bernoulli': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit', or rbm.visible = 'gaussian' with data.scale = 'standard'");
}

/// A note where values that are neither bytes nor in [0, 1] were rescaled for bits, or for a model of units between 0 and 1.
void say_what_became_of_values(Problem& p) {
  const DataSet& given = p.data.grey ? *p.data.grey : p.data;
  const bool usual = given.low == 0 && (given.high == 1 || given.high == 255);
  const bool wants_unit = p.config.data.binarise || has_own_passes(p.config.run.model);
  if (usual || !wants_unit || (!p.data.grey && p.config.data.scale != Scale::unit)) return;
  p.data.notes.push_back(fmt::format("{}: values from {} to {} were rescaled to [0, 1]{}", p.data.name, given.low, given.high,
                                     p.data.grey ? ", and each was replaced by a bit that is 1 with that probability" : ""));
}

/// What "auto" means here: it is recorded, since it decides the bytes of a run.
void choose_engine(Config& c, at::Device device) {
  std::string why = device.is_cpu() ? "" : "it runs on a GPU";
  if (has_own_passes(c.run.model)) {
    if (c.run.engine == Engine::reference) throw UsageError("run.engine = 'reference': this model has only the fused engine; use engine = 'auto'");
  } else if (c.run.model != ModelKind::adversarial) {
    why = "its model is not adversarial";
  } else {
    for (const auto& [name, layers, penalised] : {std::tuple{"generator", &c.generator.layers, false},
                                                  {"discriminator", &c.discriminator.layers, c.game.r1 > 0 || c.game.r2 > 0}})
      if (const std::string what = FusedEngine::unsupported(*layers, penalised); why.empty() && !what.empty()) why = fmt::format("[{}] {}", name, what);
  }
  if (c.run.engine == Engine::fused && !why.empty()) throw UsageError("run.engine = 'fused': {}; use engine = 'reference'", why);
  if (c.run.engine == Engine::automatic) c.run.engine = why.empty() ? Engine::fused : Engine::reference;
  if (c.run.engine == Engine::reference && c.run.precision == Precision::bf16)
    throw UsageError("run.precision = 'bf16' needs the fused engine{}", why.empty() ? "" : ", and " + why);
  if (c.run.precision == Precision::bf16 && !kernels::has_bf16())
    throw UsageError("run.precision = 'bf16': this processor does not multiply bfloat16 (it takes AVX-512 or AMX); use fp32");
  if (c.run.precision == Precision::automatic)  // of models with passes of their own, bfloat16 has been no faster
    c.run.precision = !has_own_passes(c.run.model) && c.run.engine == Engine::fused && kernels::has_fast_bf16() ? Precision::bf16 : Precision::fp32;
}

}  // namespace

at::Device find_device(const std::string& name) {
  if (name != "auto" && name != "cpu" && name != "cuda") throw UsageError("run.device = '{}': expected auto, cpu or cuda", name);
  const bool cuda = at::globalContext().hasCUDA();
  if (name == "cuda" && !cuda) throw UsageError("--device cuda: this build of libtorch finds no CUDA device; use --device cpu");
  return cuda && name != "cpu" ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

Tensor own_units(const DataCard& card, const Tensor& scaled) {
  Tensor out = scaled.detach().to(at::kCPU, at::kFloat).clone().contiguous();  // [n, D]
  card.scaling.invert({out.data_ptr<float>(), static_cast<size_t>(out.numel())});
  Shape shape{out.size(0)};
  shape.insert(shape.end(), card.shape.begin(), card.shape.end());
  return out.view(shape);
}

Tensor Model::sample(int64_t n, uint64_t seed, int64_t first) { return own_units(model_->sample(n, seed, first)); }

Model load(const fs::path& path, const std::string& checkpoint, at::Device device) {
  if (!is_there(path)) throw DataError("{}: no such run or checkpoint", path.string());
  const fs::path file = is_folder(path) ? RunFolder::open(path).find_checkpoint(checkpoint) : path;
  const auto stored = read_stored(file);
  const Header& header = stored->header;
  auto model = make_model(header.config, product(header.card.shape), device);
  read_checkpoint(
      stored->content, [&](const StateVisitor& visit) { model->visit_state(visit); },
      file.string());
  return Model(header.config, header.card, header.step, std::move(model));
}

Problem prepare(Config config, const fs::path& data_dir) {
  if (config.data.source.empty()) throw UsageError("there is no data: give --data, or data.source in the recipe");

  Problem p{.config = config, .data = open_data(config.data.source, data_dir, {config.data.train, config.data.valid})};
  Config& c = p.config;
  if (c.data.binarise) p.data = binarise(p.data, kBinarisationSeed);
  if (c.data.scale == Scale::gcn) p.data = contrast_normalised(p.data);
  p.scaling = p.data.scaling(static_cast<ScaleTo>(c.data.scale), c.data.norm);  // both in the same order
  c.data.train = p.data.train.size(), c.data.valid = p.data.valid.size();
  for (const std::string& name : p.data.columns)  // a checkpoint holds them
    if (name.size() > kLongestName)
      throw DataError("{}: the name of a column has {} bytes, at most {} can be kept; shorten it",
                      c.data.source, name.size(), kLongestName);

  check_stack(c);
  p.facts.device = find_device(c.run.device);
  if (wants_cpu(c.run.model)) {
    if (c.run.device == "cuda") throw UsageError("run.device = 'cuda': this model is trained on a CPU alone; use device = 'auto'");
    p.facts.device = at::kCPU;
  }
  c.run.device = p.facts.device.is_cuda() ? "cuda" : "cpu";
  if (c.run.threads == 0) c.run.threads = core_count();
  c.run.threads = std::min<int64_t>(c.run.threads, processor_count());
  at::set_num_threads(static_cast<int>(c.run.threads));
  flush_denormals();

  p.facts.dim = p.data.train.dim();
  p.facts.batches_per_epoch = p.data.train.size() / c.training.batch_size;
  if (p.facts.batches_per_epoch == 0)
    throw UsageError("training.batch_size = {}: there are only {} training examples; choose a smaller batch", c.training.batch_size, p.data.train.size());
  if (p.facts.device.is_cpu()) refuse_too_large(c, p.data);
  choose_engine(c, p.facts.device);
  if (is_boltzmann(c.run.model)) check_units(c);
  say_what_became_of_values(p);
  if (wants_cpu(c.run.model) || (wants_marginals(c.generator.layers) && c.run.model == ModelKind::adversarial)) p.facts.marginals = mean_of(p.data.train, p.scaling);
  if (c.training.epochs > 0) {
    const int64_t per_step = c.run.model == ModelKind::adversarial ? c.game.k : 1;
    const double each =
                     static_cast<double>(p.facts.batches_per_epoch) / static_cast<double>(per_step),
                 steps = c.training.epochs * each;
    if (!(steps <= kMostSteps)) throw UsageError("training.epochs = {}: that is more than {} steps", c.training.epochs, kMostSteps);
    c.training.steps = std::llround(steps);
    if (c.training.steps == 0)
      throw UsageError("training.epochs = {}: that is not one step; an epoch of {} has {:g} steps",
                       c.training.epochs, p.data.name, each);
    if (c.run.model == ModelKind::nce)
      c.training.steps += noise_steps(c.nce, p.facts.batches_per_epoch);
    c.training.epochs = 0;
  }
  if (stack_of(c)) {  // how far to go is for its stages to say; steps cut them off
    int64_t steps = 0;
    for (const Stage& stage : cut_off(deep_stages(c, p.facts.batches_per_epoch), c.training.steps)) steps += stage.steps;
    c.training.steps = steps;
  }
  return p;
}

DataCard card_of(const Problem& p) {
  return {p.data.name, p.data.hash, p.data.train.shape(), p.data.image, p.data.low, p.data.high, p.data.columns, p.scaling, p.data.channels_last, p.data.origin};
}

std::unique_ptr<Learner> make_learner(const Problem& p) {
  if (p.config.run.model == ModelKind::adversarial) return std::make_unique<Trainer>(p.config, p.facts);
  if (p.config.run.model == ModelKind::rbm) return std::make_unique<RbmTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::dbn) return std::make_unique<DbnTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::dbm) return std::make_unique<DbmTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch);
  if (p.config.run.model == ModelKind::nce)
    return std::make_unique<NceTrainer>(p.config, p.facts.marginals, p.facts.batches_per_epoch, p.config.nce.noise == NceNoise::mixture ? mixture_start(p) : Tensor{});
  if (has_own_passes(p.config.run.model)) {
    if (p.config.data.scale != Scale::unit) throw UsageError("visible units of this model are between 0 and 1: set data.scale = \"unit\"");
    const Config& c = p.config;
    if (c.run.model == ModelKind::gsn) return std::make_unique<GsnTrainer>(c.gsn, c.training, p.facts.marginals, p.facts.batches_per_epoch, c.run.seed, trained_in(c));
    return std::make_unique<CaeTrainer>(c.cae, c.training, p.facts.marginals, p.facts.batches_per_epoch, c.run.seed, trained_in(c));
  }
  if (!p.config.data.binarise) throw UsageError("a bernoulli-mixture is a model of binary data: set data.binarise = true");
  return std::make_unique<MixtureTrainer>(p.config.mixture, p.config.training.steps, p.facts.batches_per_epoch, mixture_start(p), p.config.run.seed);
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

Config default_config(const DataSet& data) {
  Config c;
  c.data.source = data.name;
  c.data.scale = data.image ? Scale::unit : data.toy ? Scale::none : Scale::standard;
  const int64_t dim = data.train.dim(), hidden = data.image ? 1200 : 256;
  const int64_t batch = std::clamp<int64_t>(data.train.size() / 10, 1, data.image ? 100 : 256);
  c.about = fmt::format("settings chosen from the shape of {}", data.name);
  c.training = {.steps = data.image ? 5000 : 10000, .batch_size = batch, .learning_rate = 1e-3};
  c.run.evaluate_every = c.run.sample_every = c.run.checkpoint_every = 1000;
  c.optimizer.beta1 = 0, c.optimizer.beta2 = 0.99;
  c.optimizer.schedule = Schedule::cosine, c.optimizer.schedule_steps = c.training.steps, c.optimizer.min_rate = 1e-5;
  c.game = {.value = "relativistic", .r1 = data.image ? 1.0 : 0.1, .r2 = data.image ? 1.0 : 0.1, .averaging = 0.999};
  const auto leaky = [](int64_t units) { return Dense{.units = units, .activation = Activation::leaky_relu}; };
  c.generator.noise_size = std::clamp<int64_t>(2 * dim, 8, 100);
  c.generator.layers = {leaky(hidden), leaky(hidden), Dense{.units = dim, .activation = data.image ? Activation::sigmoid : Activation::linear}};
  c.discriminator.layers = {leaky(hidden), leaky(hidden / 2), Dense{.units = 1}};
  return c;
}

}  // namespace gan
