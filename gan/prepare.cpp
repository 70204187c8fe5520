#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gan/baselines/nce_trainer.h"
#include "gan/baselines/stack_trainer.h"
#include "gan/core/error.h"
#include "gan/core/memory.h"
#include "gan/core/threads.h"
#include "gan/gan.h"
#include "gan/nets/fused.h"
#include "gan/spec/fit.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// Means of the scaled training data, [D].
Tensor mean_of(const Examples& examples, const Scaling& scaling) {
  Tensor sum = at::zeros({examples.dim()}, at::kDouble);
  constexpr int64_t kBlock = 10000;
  for (int64_t i = 0; i < examples.size(); i += kBlock) {
    const int64_t count = std::min(kBlock, examples.size() - i);
    std::vector<float> rows = examples.rows(i, count);
    scaling.apply(rows);
    sum +=
        at::from_blob(rows.data(), {count, examples.dim()}, at::kFloat).sum(0, false, at::kDouble);
  }
  return sum.div_(static_cast<double>(examples.size())).to(at::kFloat);
}

bool wants_marginals(const NetworkSpec& spec) {
  return std::any_of(spec.begin(), spec.end(), [](const LayerSpec& layer) {
    const auto* dense = std::get_if<Dense>(&layer);
    return dense && dense->bias.marginals;
  });
}

void refuse_too_large(const Config& c, const DataSet& data) {
  const MemoryNeed need = memory_need(c, data.train.shape());
  const double scoring = scoring_need(c, data.train.dim(), data.valid.size(), data.test.size());
  const double free = available_memory();
  if (need.total() > free)
    throw UsageError(
        "this training needs about {} of memory ({} for the parameters and their moments, {} for a batch of {}), {} are free: "
        "make {} smaller",
        bytes_text(need.total()), bytes_text(need.parameters), bytes_text(need.batch),
        c.training.batch_size, bytes_text(free),
        need.batch > need.parameters ? "training.batch_size" : "the layers");
  if (need.parameters + scoring > free)
    throw UsageError(
        "scoring this training needs about {} of memory ({} for the parameters and their moments, "
        "{} for {} samples and the "
        "held-out examples), {} are free: use smaller examples, or train without scores "
        "(run.evaluate_every = 0)",
        bytes_text(need.parameters + scoring), bytes_text(need.parameters), bytes_text(scoring),
        kScoredSamples, bytes_text(free));
}

std::string_view name_of(ModelKind model) {
  return names_of(model)[static_cast<size_t>(model)];
}

/// Binary units see 0 and 1, Gaussian ones numbers of variance 1.
void check_units(const Config& c) {
  const bool rbm = c.run.model == ModelKind::rbm,
             gaussian = rbm && c.rbm.visible == VisibleKind::gaussian,
             zero_one =
                 c.data.binarise && (c.data.scale == Scale::unit || c.data.scale == Scale::none);
  if (gaussian && c.data.scale != Scale::standard)
    throw UsageError(
        "rbm.visible = 'gaussian': its units have variance 1, and data.scale = '{}' gives others; set data.scale = 'standard'",
        names_of(c.data.scale)[static_cast<size_t>(c.data.scale)]);
  if (!rbm && !zero_one)
    throw UsageError(
        "run.model = '{}': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit'",
        name_of(c.run.model));
  if (!gaussian && !zero_one)
    throw UsageError(
        "rbm.visible = 'bernoulli': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit', or rbm.visible = 'gaussian' with data.scale = 'standard'");
}

/// A note where values that are neither bytes nor in [0, 1] were rescaled for bits, or for a model
/// of units between 0 and 1.
void say_what_became_of_values(Problem& p) {
  const DataSet& given = p.data.grey ? *p.data.grey : p.data;
  const bool usual = given.low == 0 && (given.high == 1 || given.high == 255);
  const bool wants_unit = p.config.data.binarise || has_own_passes(p.config.run.model);
  if (usual || !wants_unit || (!p.data.grey && p.config.data.scale != Scale::unit)) return;
  p.data.notes.push_back(fmt::format(
      "{}: values from {} to {} were rescaled to [0, 1]{}", p.data.name, given.low, given.high,
      p.data.grey ? ", and each was replaced by a bit that is 1 with that probability" : ""));
}

/// What "auto" means here: it is recorded, since it decides the bytes of a run.
void choose_engine(Config& c, at::Device device) {
  std::string why = device.is_cpu() ? "" : "it runs on a GPU";
  if (has_own_passes(c.run.model)) {
    if (c.run.engine == Engine::reference)
      throw UsageError(
          "run.engine = 'reference': this model has only the fused engine; use engine = 'auto'");
  } else if (c.run.model != ModelKind::adversarial) {
    why = "its model is not adversarial";
  } else {
    for (const auto& [name, layers, penalised] :
         {std::tuple{"generator", &c.generator.layers, false},
          {"discriminator", &c.discriminator.layers, c.game.r1 > 0 || c.game.r2 > 0}})
      if (const std::string what = FusedEngine::unsupported(*layers, penalised);
          why.empty() && !what.empty())
        why = fmt::format("[{}] {}", name, what);
  }
  if (c.run.engine == Engine::fused && !why.empty())
    throw UsageError("run.engine = 'fused': {}; use engine = 'reference'", why);
  if (c.run.engine == Engine::automatic)
    c.run.engine = why.empty() ? Engine::fused : Engine::reference;
  if (c.run.engine == Engine::reference && c.run.precision == Precision::bf16)
    throw UsageError("run.precision = 'bf16' needs the fused engine{}",
                     why.empty() ? "" : ", and " + why);
  if (c.run.precision == Precision::bf16 && !kernels::has_bf16())
    throw UsageError(
        "run.precision = 'bf16': this processor does not multiply bfloat16 (it takes AVX-512 or AMX); use fp32");
  if (c.run.precision ==
      Precision::automatic)  // of models with passes of their own, bfloat16 has been no faster
    c.run.precision =
        !has_own_passes(c.run.model) && c.run.engine == Engine::fused && kernels::has_fast_bf16()
            ? Precision::bf16
            : Precision::fp32;
}

/// As the networks see them: the config's transformations, then its scaling.
void open_examples(Problem& p, const fs::path& data_dir) {
  Config& c = p.config;
  p.data = open_data(c.data.source, data_dir, {c.data.train, c.data.valid});
  if (c.data.binarise) p.data = binarise(p.data, kBinarisationSeed);
  if (c.data.scale == Scale::gcn) p.data = contrast_normalised(p.data);
  p.scaling = p.data.scaling(static_cast<ScaleTo>(c.data.scale), c.data.norm);  // in the same order
  c.data.train = p.data.train.size();
  c.data.valid = p.data.valid.size();
  for (const std::string& name : p.data.columns)  // a checkpoint holds them
    if (name.size() > kLongestName)
      throw DataError("{}: the name of a column has {} bytes, at most {} can be kept; shorten it",
                      c.data.source, name.size(), kLongestName);
}

/// Sets the number of threads of this process.
void choose_device_and_threads(Problem& p) {
  RunSection& run = p.config.run;
  p.facts.device = find_device(run.device);
  if (wants_cpu(run.model)) {
    if (run.device == "cuda")
      throw UsageError(
          "run.device = 'cuda': this model is trained on a CPU alone; use device = 'auto'");
    p.facts.device = at::kCPU;
  }
  run.device = p.facts.device.is_cuda() ? "cuda" : "cpu";
  if (run.threads == 0) run.threads = core_count();
  run.threads = std::min<int64_t>(run.threads, processor_count());
  at::set_num_threads(static_cast<int>(run.threads));
  flush_denormals();
}

/// training.epochs becomes training.steps.
void epochs_to_steps(Problem& p) {
  Config& c = p.config;
  if (c.training.epochs == 0) return;
  const int64_t per_step = c.run.model == ModelKind::adversarial ? c.game.k : 1;
  const double each =
      static_cast<double>(p.facts.batches_per_epoch) / static_cast<double>(per_step);
  const double steps = c.training.epochs * each;
  if (!(steps <= kMostSteps))
    throw UsageError("training.epochs = {}: that is more than {} steps", c.training.epochs,
                     kMostSteps);
  c.training.steps = std::llround(steps);
  if (c.training.steps == 0)
    throw UsageError("training.epochs = {}: that is not one step; an epoch of {} has {:g} steps",
                     c.training.epochs, p.data.name, each);
  if (c.run.model == ModelKind::nce)
    c.training.steps += noise_steps(c.nce, p.facts.batches_per_epoch);
  c.training.epochs = 0;
}

/// Of a deep model: its stages say how far to go, and training.steps cuts them off.
void stages_to_steps(Problem& p) {
  Config& c = p.config;
  if (!stack_of(c)) return;
  int64_t steps = 0;
  for (const Stage& stage : cut_off(deep_stages(c, p.facts.batches_per_epoch), c.training.steps))
    steps += stage.steps;
  c.training.steps = steps;
}

}  // namespace

at::Device find_device(const std::string& name) {
  if (name != "auto" && name != "cpu" && name != "cuda")
    throw UsageError("run.device = '{}': expected auto, cpu or cuda", name);
  const bool cuda = at::globalContext().hasCUDA();
  if (name == "cuda" && !cuda)
    throw UsageError(
        "--device cuda: this build of libtorch finds no CUDA device; use --device cpu");
  return cuda && name != "cpu" ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

Problem prepare(Config config, const fs::path& data_dir) {
  if (config.data.source.empty())
    throw UsageError("there is no data: give --data, or data.source in the recipe");
  Problem p{.config = std::move(config)};
  Config& c = p.config;
  open_examples(p, data_dir);
  check_stack(c);
  choose_device_and_threads(p);

  p.facts.dim = p.data.train.dim();
  p.facts.shape = p.data.train.shape();
  p.facts.batches_per_epoch = p.data.train.size() / c.training.batch_size;
  if (p.facts.batches_per_epoch == 0)
    throw UsageError(
        "training.batch_size = {}: there are only {} training examples; choose a smaller batch",
        c.training.batch_size, p.data.train.size());
  if (p.facts.device.is_cpu()) refuse_too_large(c, p.data);
  choose_engine(c, p.facts.device);
  if (is_boltzmann(c.run.model)) check_units(c);
  say_what_became_of_values(p);
  const bool adversarial = c.run.model == ModelKind::adversarial;
  if (wants_cpu(c.run.model) || (adversarial && wants_marginals(c.generator.layers)))
    p.facts.marginals = mean_of(p.data.train, p.scaling);
  epochs_to_steps(p);
  stages_to_steps(p);
  return p;
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
  c.optimizer.beta1 = 0;
  c.optimizer.beta2 = 0.99;
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = c.training.steps;
  c.optimizer.min_rate = 1e-5;
  c.game = {.value = "relativistic",
            .r1 = data.image ? 1.0 : 0.1,
            .r2 = data.image ? 1.0 : 0.1,
            .averaging = 0.999};
  const auto leaky = [](int64_t units) {
    return Dense{.units = units, .activation = Activation::leaky_relu};
  };
  c.generator.noise_size = std::clamp<int64_t>(2 * dim, 8, 100);
  c.generator.layers = {
      leaky(hidden), leaky(hidden),
      Dense{.units = dim, .activation = data.image ? Activation::sigmoid : Activation::linear}};
  c.discriminator.layers = {leaky(hidden), leaky(hidden / 2), Dense{.units = 1}};
  return c;
}

}  // namespace gan
