#include "gan/exporting.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>

#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/game/generator.h"
#include "gan/gan.h"
#include "gan/judge/classifier.h"
#include "gan/model/checkpoint.h"
#include "gan/nets/network.h"
#include "gan/pictures.h"
#include "gan/run/folder.h"
#include "gan/torchscript.h"

namespace gan {
namespace {

constexpr int64_t kSamples = 64;

template <class T>
std::vector<T> numbers_of(const at::Tensor& t) {
  const at::Tensor flat = t.cpu().contiguous();
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

std::string name_of(const std::filesystem::path& path) {
  const std::filesystem::path name = path.has_filename() ? path : path.parent_path();
  return name.filename().string();
}

double milliseconds(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double best_of(int rounds, const std::function<void()>& work) {
  double best = milliseconds(work);
  for (int i = 1; i < rounds; ++i) best = std::min(best, milliseconds(work));
  return best;
}

/// [n]; undefined where there are none.
Tensor label_of(const ExportSamples& samples) {
  return samples.label.empty() ? Tensor() : at::tensor(samples.label, at::kLong);
}

/// As `gan sample` draws, with given z, by one thread.
Speed speed_of_gan(const std::filesystem::path& file, const ExportSamples& samples) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  std::optional<Model> model;
  Speed out{.start = milliseconds([&] { model.emplace(load(file)); })};
  auto& latent = dynamic_cast<Latent&>(model->generative());
  const at::Tensor z = latent.noise(samples.n, samples.seed);
  const at::Tensor label = label_of(samples);
  const auto draw = [&](int64_t n) {
    model->own_units(
        latent.decode(z.narrow(0, 0, n), label.defined() ? label.narrow(0, 0, n) : at::Tensor()));
  };
  out.one = best_of(50, [&] { draw(1); });
  out.batch = best_of(5, [&] { draw(samples.n); });
  at::set_num_threads(threads);
  return out;
}

/// The newest score of each kind that the run logged up to this step.
std::vector<std::pair<std::string, double>> scores_of(const std::filesystem::path& path,
                                                      int64_t step) {
  std::map<std::string, double> newest;
  if (!is_folder(path)) return {};
  for (const auto& [at, numbers] : RunFolder::open(path).metrics())
    for (const auto& [name, value] : numbers)
      if (at <= step && name.ends_with("_valid")) newest[name] = value;
  return {newest.begin(), newest.end()};
}

std::string picture_of(const DataCard& card, const ExportSamples& samples) {
  if (!card.image) return {};
  const at::Tensor x = at::tensor(samples.x).reshape(batch_shape(samples.n, card.shape));
  return encode_png(picture(card, x, at::empty({0, product(card.shape)}, at::kFloat)));
}

/// What an export is made from, with what it points into.
struct Prepared {
  std::unique_ptr<const Stored> stored;  ///< the checkpoint
  std::shared_ptr<Classifier> classifier;
  std::string bytes;    ///< of the classifier
  SafeTensors tensors;  ///< in either
  ExportSamples samples;
  std::optional<Judging> judging;
  const char* prefix = "model.";
};

/// logits, [n, outputs], of examples as they come to the network that judges.
std::vector<float> logits_of(const Prepared& p, const std::string& who, const Tensor& seen,
                             const Tensor& label) {
  const DataCard& card = p.stored->header.card;
  Network network(p.judging->layers, card.shape, p.judging->network, Stream(0), {}, at::kCPU,
                  static_cast<int64_t>(card.classes.size()));
  read_checkpoint(
      p.tensors, [&](const StateVisitor& visit) { network.visit_state(p.prefix, visit); }, who);
  return numbers_of<float>(network.infer(seen, label).flatten(1));
}

/// Own units, [n, D], as they come to the network.
Tensor seen_by(const Judging& judging, const ExportSamples& samples) {
  Tensor x = at::tensor(samples.x).reshape({samples.n, -1}).clone();
  judging.units.apply({x.data_ptr<float>(), samples.x.size()});
  return x;
}

/// Trains it where none is kept.
void make_classifier(Prepared& p, const std::filesystem::path& path,
                     const std::filesystem::path& file, const ExportSettings& settings) {
  const RunFolder run = RunFolder::open(path);
  const Problem problem = prepare_trained(run, file, run.config(), settings.data_dir);
  const Judge judge(problem.data);
  p.classifier = kept_classifier(judge, settings.cache, settings.say);
  p.bytes = p.classifier->write();
  p.tensors = parse_checkpoint(p.bytes, "classifier");
  p.prefix = "";
  p.judging.emplace(Judging{.layers = p.classifier->layers(),
                            .units = p.classifier->seen(problem.data.judging()),
                            .network = "classifier"});
  const int64_t n = std::min(kSamples, problem.data.test.size());
  p.samples = {.n = n, .x = numbers_of<float>(rows_of(problem.data.test, 0, n))};
}

/// What the export is compared with; of a classifier, test examples are there already.
void compute_samples(Prepared& p, const std::string& who) {
  if (p.samples.n == 0) p.samples = reference_samples(*p.stored, who, kSamples, 0);
  if (!std::ranges::all_of(p.samples.x, [](float x) { return std::isfinite(x); }))
    throw DataError("{}: its generator makes numbers that are not finite; nothing was written",
                    who);
  if (!p.judging) return;
  if (!sees_labels(p.judging->layers)) p.samples.label.clear();  // G's alone
  p.samples.logit = logits_of(p, who, seen_by(*p.judging, p.samples), label_of(p.samples));
}

}  // namespace

const Exporter& exporter_to(std::string_view target) {
  static const Exporter rows[] = {cpp_exporter(), safetensors_exporter(), onnx_exporter(),
                                  html_exporter(), torchscript_exporter()};
  for (const Exporter& row : rows)
    if (row.target == target) return row;
  throw std::logic_error("nothing exports to " + std::string(target));
}

ExportSamples reference_samples(const Stored& stored, const std::string& who, int64_t n,
                                uint64_t seed) {
  const Header& header = stored.header;
  const DataSpec data = data_spec(header.card);
  Generator model(header.config.generator, data, 0, at::full({data.dim()}, 0.5), at::kCPU);
  read_checkpoint(
      stored.content, [&](const StateVisitor& visit) { model.visit_state(visit); }, who);
  const at::Tensor z = model.noise(n, seed), label = model.labels(n, seed);
  at::Tensor x = own_units(header.card, model.decode(z, label));
  const std::vector<double>& origin = header.card.origin;
  if (!origin.empty())
    x = (x.flatten(1).to(at::kDouble) + at::tensor(origin, at::kDouble)).to(at::kFloat);
  return {.seed = seed,
          .n = n,
          .z = numbers_of<float>(z),
          .label = label.defined() ? numbers_of<int64_t>(label) : std::vector<int64_t>(),
          .x = numbers_of<float>(x),
          .picture = {}};
}

Export export_model(const std::filesystem::path& path, const Exporter& exporter,
                    const ExportSettings& settings) {
  const std::filesystem::path file = checkpoint_file(path, settings.checkpoint);
  const std::string who = path.string();
  Prepared p{.stored = read_stored(file)};
  p.tensors = p.stored->content;
  const Header& header = p.stored->header;
  const bool classifies = settings.network == ExportedNetwork::classifier;
  if (!classifies && !has_section(header.config, "generator"))
    throw UsageError(
        "{}: is a model of the kind '{}'; only adversarial nets have a generator and a "
        "discriminator to export",
        who, header.config.run.model.text);
  if (classifies)
    make_classifier(p, path, file, settings);
  else if (settings.network == ExportedNetwork::discriminator) {
    p.judging.emplace(discriminator_of(header.config, header.card));
    p.prefix = "D.";
  }
  const ExportSource source{.generator = header.config.generator,
                            .card = header.card,
                            .tensors = p.tensors,
                            .model = name_of(path),
                            .step = header.step,
                            .licence = settings.licence,
                            .bytes = settings.bytes,
                            .scores = scores_of(path, header.step),
                            .prefix = p.prefix,
                            .judging = p.judging};
  graph_of(source);  // refuses what cannot be exported before samples are drawn
  compute_samples(p, who);
  p.samples.picture = picture_of(header.card, p.samples);
  Export out{.files = exporter.write(source, p.samples),
             .proof = {},
             .of_gan = {},
             .samples = p.samples.n,
             .step = header.step};
  out.proof = exporter.prove(source, p.samples, out.files);
  if (out.proof.largest && !(*out.proof.largest <= kMostDifference))
    throw ErrorOf<Exit::bug>(
        "{}: the export differs from the model by {:.2g} of its largest number, at most {:g} was "
        "expected; nothing was written",
        who, *out.proof.largest, kMostDifference);
  if (out.proof.speed) out.of_gan = speed_of_gan(file, p.samples);
  return out;
}

}  // namespace gan
