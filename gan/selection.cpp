#include "gan/selection.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/error.h"

namespace gan {
namespace {

/// z [n, Z] of samples [first, first + n).
Tensor noise_of(Latent& latent, const Selection& wanted, int64_t n, uint64_t seed, int64_t first) {
  if (wanted.seeds.empty()) return latent.noise(n, seed, first);
  std::vector<Tensor> rows;
  for (int64_t i = first; i < first + n; ++i)
    rows.push_back(latent.noise(1, wanted.seeds.at(static_cast<size_t>(i))));
  return at::cat(rows);
}

/// [n] int64; undefined for a model without classes.
Tensor labels_of(const Conditional& model, const Selection& wanted, int64_t n, uint64_t seed,
                 int64_t first) {
  if (wanted.label) return at::full({n}, *wanted.label, at::kLong);
  if (wanted.of_each_class > 0)
    return at::arange(first, first + n, at::kLong)
        .floor_divide_(wanted.of_each_class)
        .clamp_max_(model.classes() - 1);
  if (wanted.seeds.empty()) return model.labels(n, seed, first);
  std::vector<Tensor> one_each;
  for (int64_t i = first; i < first + n; ++i)
    one_each.push_back(model.labels(1, wanted.seeds.at(static_cast<size_t>(i))));
  return at::cat(one_each);
}

/// A list with all classes, or the first of many.
std::string listed(const std::vector<std::string>& classes) {
  constexpr size_t kShown = 20;
  const std::vector<std::string> some(classes.begin(),
                                      classes.begin() + std::min(kShown, classes.size()));
  return fmt::format("{}{}", fmt::join(some, ", "), classes.size() > kShown ? ", ..." : "");
}

}  // namespace

int64_t class_count(GenerativeModel& model) {
  const auto* conditional = dynamic_cast<Conditional*>(&model);
  return conditional != nullptr ? conditional->classes() : 0;
}

void check_has_classes(Model& model) {
  if (class_count(model.generative()) > 0) return;
  throw UsageError(
      "{}: this model was trained without labels, so no class can be asked for: train one whose "
      "networks see them (layers class-embedding and projection)",
      model.data().name);
}

int64_t label_of(Model& model, const std::string& name) {
  const DataCard& data = model.data();
  check_has_classes(model);
  const auto found = std::find(data.classes.begin(), data.classes.end(), name);
  if (found != data.classes.end()) return found - data.classes.begin();
  for (size_t i = 0; i < data.classes.size(); ++i)
    if (std::to_string(i) == name) return static_cast<int64_t>(i);
  throw UsageError("class '{}': the classes of {} are {}{}", name, data.name, listed(data.classes),
                   did_you_mean(name, data.classes));
}

Tensor truncated(const Tensor& z, double limit) {
  const Tensor rank = at::special_ndtr(z.to(at::kDouble));
  const double low = at::special_ndtr(at::scalar_tensor(-limit, at::kDouble)).item<double>();
  return at::special_ndtri(low + rank * (1 - 2 * low)).clamp_(-limit, limit).to(z.scalar_type());
}

Tensor sample(Model& model, const Selection& wanted, int64_t n, uint64_t seed, int64_t first) {
  if (!wanted.any()) return model.sample(n, seed, first);
  auto* latent = dynamic_cast<Latent*>(&model.generative());
  if (latent == nullptr)
    throw UsageError("{}: this kind of model has no latent space to choose samples from",
                     model.data().name);
  if (wanted.label || wanted.of_each_class > 0) check_has_classes(model);
  Tensor z = noise_of(*latent, wanted, n, seed, first);
  if (wanted.truncation && model.config().generator.noise != NoiseKind::normal)
    throw UsageError("truncation: this model's z is uniform; only normal noise can be cut off");
  if (wanted.truncation) z = truncated(z, *wanted.truncation);
  Tensor label;
  if (class_count(model.generative()) > 0)
    label = labels_of(dynamic_cast<Conditional&>(model.generative()), wanted, n, seed, first)
                .to(z.device());
  return model.own_units(latent->decode(z, label));
}

SampleGrid sample_grid(GenerativeModel& model, int64_t n, uint64_t seed) {
  const int64_t classes = class_count(model);
  auto* latent = dynamic_cast<Latent*>(&model);
  if (classes == 0 || latent == nullptr) return {.samples = model.sample(n, seed)};
  const int64_t rows = std::min(classes, n), columns = n / rows;
  const Tensor z = latent->noise(rows * columns, seed);
  const Tensor label =
      at::arange(rows, at::TensorOptions(z.device()).dtype(at::kLong)).repeat_interleave(columns);
  return {.samples = latent->decode(z, label), .columns = columns};
}

}  // namespace gan
