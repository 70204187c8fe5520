#include "gan/judge/closed_form_score.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "gan/game/trainer.h"
#include "gan/judge/kinds.h"
#include "gan/judge/score_json.h"
#include "gan/theory/divergence.h"

namespace gan {
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
std::unique_ptr<Trainer> in_float32(const ScoredModel& of) {
  Setup setup = of.setup;
  setup.config.run.engine = Engine::reference;
  setup.config.run.precision = Precision::fp32;
  auto out = std::make_unique<Trainer>(setup);
  std::map<std::string, Tensor> state;
  of.learner->visit_state(
      [&](const std::string& name, Tensor& value) { state[name] = value.detach(); });
  const at::NoGradGuard no_grad;
  out->visit_state([&](const std::string& name, Tensor& value) { value.copy_(state.at(name)); });
  return out;
}

/// Nothing where z has more than one dimension.
std::optional<Mapping> mapping_of(const ScoredModel& of, GenerativeModel& model) {
  auto* latent = dynamic_cast<Latent*>(&model);
  const GeneratorSection& g = of.setup.config.generator;
  if (!latent || g.noise_size != 1) return {};
  const bool normal = g.noise == NoiseKind::normal;
  Mapping out{normal ? normal_noise(kNoisePoints) : uniform_noise(kNoisePoints), {}};
  out.x.reserve(out.noise.z.size());
  std::vector<float> z(out.noise.z.begin(), out.noise.z.end());
  constexpr int64_t kBlock = 10000;  // bounds the memory of the activations
  for (int64_t done = 0; done < kNoisePoints; done += kBlock) {
    const int64_t count = std::min(kBlock, kNoisePoints - done);
    const Tensor block = at::from_blob(z.data() + done, {count, 1}, at::kFloat);
    const Tensor x = of.own_units(latent->decode(block.to(of.setup.device))).contiguous();
    out.x.insert(out.x.end(), x.data_ptr<float>(), x.data_ptr<float>() + count);
  }
  return out;
}

std::vector<double> by_kernels(const ScoredModel& of, GenerativeModel& model, const Cells& cells) {
  std::vector<double> x;
  for (int64_t i = 0; i < cells.count; ++i) x.push_back(cells.middle(i));
  const Tensor samples = of.own_units(model.sample(kDraws, 1)).contiguous();
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

ModelDensity model_density(const ScoredModel& of, const Cells& cells) {
  const auto exact = in_float32(of);
  const auto mapping = mapping_of(of, exact->model());
  if (mapping) return {push_forward(mapping->noise, mapping->x, cells), true};
  return {by_kernels(of, of.model, cells), false};
}

ClosedForm closed_form(const ScoredModel& of, const DataSet& of_data) {
  const auto exact = in_float32(of);
  const auto mapping = mapping_of(of, exact->model());
  const Cells cells = cells_for(of_data, mapping ? mapping->x : std::vector<double>());
  const std::vector<double> model =
      mapping ? push_forward(mapping->noise, mapping->x, cells) : by_kernels(of, of.model, cells);

  std::vector<double> data;
  std::vector<float> scaled;
  for (int64_t i = 0; i < cells.count; ++i) {
    const double x = cells.middle(i);
    data.push_back(cells.width * std::exp(of_data.toy->log_density(std::span(&x, 1))));
    scaled.push_back(static_cast<float>(x));
  }
  scaled = of.encoding.encode(std::move(scaled));
  const Tensor points =
      at::from_blob(scaled.data(), {cells.count, 1}, at::kFloat).to(of.setup.device);
  const Tensor answers =
      exact->discriminate(points).to(at::kCPU, at::kDouble).flatten().contiguous();
  const std::span<const double> logits(answers.data_ptr<double>(),
                                       static_cast<size_t>(answers.numel()));
  ClosedForm out = gan::closed_form(data, model, logits);
  out.exact_density = mapping.has_value();
  return out;
}

bool closed_form_applies(const Subject& s) {
  return s.model != nullptr && dynamic_cast<Trainer*>(s.model->learner) != nullptr &&
         s.judge.data().toy && s.judge.data().train.dim() == 1;
}

ScoreReport score_closed_form(const Subject& s) {
  const ClosedForm form = closed_form(*s.model, s.judge.data());
  const Score error{
      .name = "D against D*",
      .protocol = "E |D - D*| over (p_data + p_g) / 2",
      .value = form.discriminator_error,
      .higher_is_better = false,
      .controls = {{"D = 1/2", fmt::format("{:.4f}", form.half_error), form.half_error}},
      .compared = false};
  const Score divergence{.name = "Jensen-Shannon divergence",
                         .unit = "nats",
                         .protocol = form.exact_density ? "p_g by change of variables"
                                                        : "p_g is a kernel density of samples",
                         .value = form.jensen_shannon,
                         .higher_is_better = false,
                         .compared = false};
  const char* caveat =
      form.exact_density
          ? ""
          : "\n(z has several dimensions: p_g is a kernel density of samples, whose noise is in these numbers)";
  return {.scores = {error, divergence},
          .text = labelled("D against D*",
                           fmt::format("mean error {:.4f} (of D = 1/2: {:.4f}); value {:.4f},\n"
                                       "at most {:.4f} = -log 4 + 2 JSD (JSD {:.4f} nats){}",
                                       form.discriminator_error, form.half_error, form.value,
                                       form.optimal_value, form.jensen_shannon, caveat)),
          .json = compact({{"closed_form",
                            {{"discriminator_error", form.discriminator_error},
                             {"value", form.value},
                             {"optimal_value", form.optimal_value},
                             {"jensen_shannon", form.jensen_shannon},
                             {"half_error", form.half_error},
                             {"exact_density", form.exact_density}}}})};
}

}  // namespace gan
