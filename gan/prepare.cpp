#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/memory.h"
#include "gan/core/threads.h"
#include "gan/families.h"
#include "gan/gan.h"
#include "gan/spec/memory.h"
#include "gan/spec/sampling_memory.h"
#include "gan/units.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// Means of the encoded training data, [D].
Tensor mean_of(const Examples& examples, const Encoding& encoding) {
  Tensor sum = at::zeros({examples.dim()}, at::kDouble);
  constexpr int64_t kBlock = 10000;
  for (int64_t i = 0; i < examples.size(); i += kBlock) {
    const int64_t count = std::min(kBlock, examples.size() - i);
    const std::vector<float> own = examples.rows(i, count);
    std::vector<float> rows = encoding.encode(own);
    sum +=
        at::from_blob(rows.data(), {count, examples.dim()}, at::kFloat).sum(0, false, at::kDouble);
  }
  return sum.div_(static_cast<double>(examples.size())).to(at::kFloat);
}

void refuse_too_large(const Config& c, const DataSet& data) {
  const MemoryNeed need = memory_need(c, data_spec(data));
  double scoring = scoring_need(c, data.train.dim(), data.valid.size(), data.test.size());
  if (scoring > 0) scoring += sampling_need(c, data_spec(data));
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

/// A note where values that are neither bytes nor in [0, 1] were rescaled for bits, or for a model
/// of units between 0 and 1.
void say_what_became_of_values(Problem& p, const FamilySpec& family) {
  const DataSet& given = p.data.grey ? *p.data.grey : p.data;
  const bool usual = given.low == 0 && (given.high == 1 || given.high == 255);
  const bool wants_unit = p.config.data.binarise || family.unit_interval;
  if (usual || !wants_unit || (!p.data.grey && p.config.data.scale != Scale::unit)) return;
  p.data.notes.push_back(fmt::format(
      "{}: values from {} to {} were rescaled to [0, 1]{}", p.data.name, given.low, given.high,
      p.data.grey ? ", and each was replaced by a bit that is 1 with that probability" : ""));
}

void choose_precision(RunSection& run, const Engines& engines) {
  if (run.precision == Precision::bf16 && !kernels::has_bf16())
    throw UsageError(
        "run.precision = 'bf16': this processor does not multiply bfloat16 (it takes AVX-512 or AMX); use fp32");
  if (run.precision != Precision::automatic) return;
  const bool faster =
      run.engine == Engine::fused && engines.faster_in_bf16 && kernels::has_fast_bf16();
  run.precision = faster ? Precision::bf16 : Precision::fp32;
}

/// What "auto" means here: it is recorded, since it decides the bytes of a run.
void choose_engine(Problem& p, const Engines& engines) {
  Config& c = p.config;
  const at::Device device = p.device;
  RunSection& run = c.run;
  const std::string why = device.is_cpu() ? engines.why_not_fused(c) : "it runs on a GPU";
  if (run.engine == Engine::reference && !engines.reference)
    throw UsageError(
        "run.engine = 'reference': this model has only the fused engine; use engine = 'auto'");
  if (run.engine == Engine::fused && !why.empty())
    throw UsageError("run.engine = 'fused': {}; use engine = 'reference'", why);
  const bool one_engine = engines.why_not_fused == never_fused;
  if (run.engine == Engine::automatic && !why.empty() && device.is_cpu() && !one_engine)
    p.data.notes.push_back("trained by the reference engine, which is slower: " + why);
  if (run.engine == Engine::automatic) run.engine = why.empty() ? Engine::fused : Engine::reference;
  if (run.engine == Engine::reference && run.precision == Precision::bf16)
    throw UsageError("run.precision = 'bf16' needs the fused engine{}",
                     why.empty() ? "" : ", and " + why);
  choose_precision(run, engines);
}

/// With the transformations and the encoding that the config asks for.
void take_examples(Problem& p, DataSet opened) {
  Config& c = p.config;
  p.data = transformed(c.data, std::move(opened));
  p.encoding = p.data.scaling(c.data.scale, c.data.norm);
  c.data.train = p.data.train.size();
  c.data.valid = p.data.valid.size();
  for (const std::string& name : p.data.columns)  // a checkpoint holds them
    if (name.size() > kLongestName)
      throw DataError("{}: the name of a column has {} bytes, at most {} can be kept; shorten it",
                      c.data.source, name.size(), kLongestName);
}

/// Sets the number of threads of this process.
void choose_device_and_threads(Problem& p, const FamilySpec& family) {
  RunSection& run = p.config.run;
  p.device = find_device(run.device);
  if (family.cpu_only) {
    if (run.device == "cuda")
      throw UsageError(
          "run.device = 'cuda': this model is trained on a CPU alone; use device = 'auto'");
    p.device = at::kCPU;
  }
  run.device = p.device.is_cuda() ? "cuda" : "cpu";
  if (run.threads == 0) run.threads = core_count();
  run.threads = std::min<int64_t>(run.threads, processor_count());
  at::set_num_threads(static_cast<int>(run.threads));
  flush_denormals();
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
  const DataSection& data = config.data;
  if (data.source.empty())
    throw UsageError("there is no data: give --data, or data.source in the recipe");
  family_of(config);  // refuses a model of no name before the data are read
  DataSet opened = open_data(data.source, data_dir, {data.train, data.valid}, data.pictures);
  return prepare(std::move(config), std::move(opened));
}

Problem prepare(Config config, DataSet opened) {
  Problem p{.config = std::move(config)};
  Config& c = p.config;
  const Family& family = family_of(c);
  take_examples(p, std::move(opened));
  check_fit(c, data_spec(p.data));
  choose_device_and_threads(p, *family.spec);

  p.batches_per_epoch = p.data.train.size() / c.training.batch_size;
  if (p.batches_per_epoch == 0)
    throw UsageError(
        "training.batch_size = {}: there are only {} training examples; choose a smaller batch",
        c.training.batch_size, p.data.train.size());
  choose_engine(p, family.engines);
  if (p.device.is_cpu()) refuse_too_large(c, p.data);
  say_what_became_of_values(p, *family.spec);
  if (family.spec->needs_means(c)) p.means = mean_of(p.data.train, p.encoding);
  c.training.steps = family.steps(c, p.batches_per_epoch);
  c.training.epochs = 0;
  return p;
}

DataFacts facts_of(const DataSet& data) {
  return {
      .name = data.name, .spec = data_spec(data), .image = data.image, .toy = data.toy != nullptr};
}

Machine this_machine(const std::string& device, int64_t threads) {
  return {.cores = threads > 0 ? threads : core_count(),
          .fast_bf16 = kernels::has_fast_bf16(),
          .gpu = find_device(device).is_cuda(),
          .memory = available_memory()};
}

}  // namespace gan
