#include "cli/closed_form.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "cli/scoring.h"
#include "gan/theory/divergence.h"

namespace gan::cli {
namespace {

constexpr int64_t kNoisePoints = 200001;
constexpr int64_t kDraws = 100000;     // where p_g has to be estimated
constexpr int64_t kCells = 2001;       // over the data's range
constexpr int64_t kMostCells = 20000;  // over G's range, too
constexpr double kMargin = 1;          // beyond the data's range, own units

/// G on a grid of z: what a change of variables needs.
struct Mapping {
  NoiseGrid noise;
  std::vector<double> x;  // own units
};

/// The same nets in float32. Rounded to bfloat16, z has a few hundred values, G takes no more, and
/// p_g is as many points: what is asked here is what the nets are as functions.
std::unique_ptr<Trainer> in_float32(const Problem& problem, Trainer& trainer) {
  Setup setup = setup_of(problem);
  setup.config.run.engine = Engine::reference;
  setup.config.run.precision = Precision::fp32;
  auto out = std::make_unique<Trainer>(setup);
  std::map<std::string, Tensor> state;
  trainer.visit_state(
      [&](const std::string& name, Tensor& value) { state[name] = value.detach(); });
  const at::NoGradGuard no_grad;
  out->visit_state([&](const std::string& name, Tensor& value) { value.copy_(state.at(name)); });
  return out;
}

/// Nothing where z has more than one dimension.
std::optional<Mapping> mapping_of(const Problem& problem, GenerativeModel& model) {
  auto* latent = dynamic_cast<Latent*>(&model);
  const GeneratorSection& g = problem.config.generator;
  if (!latent || g.noise_size != 1) return {};
  const bool normal = g.noise == NoiseKind::normal;
  Mapping out{normal ? normal_noise(kNoisePoints) : uniform_noise(kNoisePoints), {}};
  out.x.reserve(out.noise.z.size());
  const std::vector<float> z(out.noise.z.begin(), out.noise.z.end());
  constexpr int64_t kBlock = 10000;  // bounds the memory of the activations
  for (int64_t done = 0; done < kNoisePoints; done += kBlock) {
    const int64_t count = std::min(kBlock, kNoisePoints - done);
    const Tensor block = at::from_blob(const_cast<float*>(z.data()) + done, {count, 1}, at::kFloat);
    const Tensor x = own_units(problem, latent->decode(block.to(problem.device))).contiguous();
    out.x.insert(out.x.end(), x.data_ptr<float>(), x.data_ptr<float>() + count);
  }
  return out;
}

std::vector<double> by_kernels(const Problem& problem, GenerativeModel& model, const Cells& cells) {
  std::vector<double> x;
  for (int64_t i = 0; i < cells.count; ++i) x.push_back(cells.middle(i));
  const Tensor samples = own_units(problem, model.sample(kDraws, 1)).contiguous();
  std::vector<double> mass =
      kernel_density({samples.data_ptr<float>(), static_cast<size_t>(samples.numel())}, x);
  for (double& m : mass) m *= cells.width;
  return mass;
}

/// Cells as fine as kCells over the data's range, over the range of `x`, too; coarser where G
/// reaches very far.
Cells cells_for(const DataSet& data, const std::vector<double>& x) {
  double low = data.low - kMargin;
  double high = data.high + kMargin;
  const double width = (high - low) / static_cast<double>(kCells);
  for (const double at : x) {
    if (!std::isfinite(at)) continue;
    low = std::min(low, at);
    high = std::max(high, at);
  }
  const double wanted = std::ceil((high - low) / width);
  const auto count = static_cast<int64_t>(std::min(wanted, static_cast<double>(kMostCells)));
  return cells_between(low, high, count);
}

}  // namespace

ModelDensity model_density(const Problem& problem, Trainer& trainer, const Cells& cells) {
  const auto exact = in_float32(problem, trainer);
  const auto mapping = mapping_of(problem, exact->model());
  if (mapping) return {push_forward(mapping->noise, mapping->x, cells), true};
  return {by_kernels(problem, trainer.model(), cells), false};
}

ClosedForm closed_form(const Problem& problem, Trainer& trainer) {
  const auto exact = in_float32(problem, trainer);
  const auto mapping = mapping_of(problem, exact->model());
  const Cells cells = cells_for(problem.data, mapping ? mapping->x : std::vector<double>());
  const std::vector<double> model = mapping ? push_forward(mapping->noise, mapping->x, cells)
                                            : by_kernels(problem, trainer.model(), cells);

  std::vector<double> data;
  std::vector<float> scaled;
  for (int64_t i = 0; i < cells.count; ++i) {
    const double x = cells.middle(i);
    data.push_back(cells.width * std::exp(problem.data.toy->log_density(std::span(&x, 1))));
    scaled.push_back(static_cast<float>(x));
  }
  problem.scaling.apply(scaled);
  const Tensor points =
      at::from_blob(scaled.data(), {cells.count, 1}, at::kFloat).to(problem.device);
  const Tensor answers =
      exact->discriminate(points).to(at::kCPU, at::kDouble).flatten().contiguous();
  const std::span<const double> logits(answers.data_ptr<double>(),
                                       static_cast<size_t>(answers.numel()));
  ClosedForm out = gan::closed_form(data, model, logits);
  out.exact_density = mapping.has_value();
  return out;
}

}  // namespace gan::cli
