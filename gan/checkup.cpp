#include "gan/checkup.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "gan/doctor/data_findings.h"
#include "gan/judge/classifier.h"
#include "gan/judge/distances.h"
#include "gan/judge/judge.h"
#include "gan/units.h"

namespace gan {
namespace {

constexpr int64_t kExamples = 512, kNeighbours = 10, kFewest = 100;
constexpr int64_t kMostTraining = 5000, kCopied = 128, kFewestHeldOut = 40;
constexpr int64_t kMostNumbers = 20000000;  // of these training examples
constexpr int64_t kFewestOfClass = 8;
constexpr int64_t kDirections = 10;
constexpr int64_t kFewNumbers = 64;  // of an example
constexpr double kFlat = 1e-4;  // of the largest variance: a direction in which data hardly vary
constexpr uint64_t kSeed = 0x646f63746f72;  // of the noise

/// The k directions in which x [n, D] varies most, as columns, and its deviations along them. By
/// the eigenvectors of [n, n] or [D, D] inner products, whichever are fewer.
std::pair<Tensor, Tensor> main_directions(const Tensor& x, int64_t k) {
  const Tensor centred = (x - x.mean(0, true)).to(at::kDouble);
  const int64_t n = centred.size(0);
  const bool by_examples = n < centred.size(1);
  const Tensor products = by_examples ? centred.mm(centred.t()) : centred.t().mm(centred);
  const auto [values, vectors] = at::linalg_eigh(products);  // ascending
  const int64_t last = values.size(0);
  k = std::min(k, values.gt(values.max() * kFlat).sum().item<int64_t>());
  Tensor directions = vectors.narrow(1, last - k, k);
  if (by_examples) directions = centred.t().mm(directions);
  directions = directions / directions.norm(2, 0, true);
  return {directions.to(at::kFloat),
          (values.narrow(0, last - k, k) / static_cast<double>(n)).sqrt().to(at::kFloat)};
}

/// [n, D] -> [n, n], infinite on the diagonal.
Tensor squared_within(const Tensor& x) {
  return Distances(x).squared(x).fill_diagonal_(INFINITY);
}

double number(const Tensor& x) {
  return x.item<double>();
}

Tensor variance(const Tensor& x) {
  return x.var(0, /*unbiased=*/false).sum();
}

}  // namespace

Checkup::Checkup(const Problem& problem, Learner& learner) : problem_(problem), learner_(learner) {}

void Checkup::prepare() {
  const DataSet& data = problem_.data;
  const Examples some = evenly(data.train, kExamples), held_out = evenly(data.valid, kExamples);
  x_ = encoded(problem_.encoding, some).flatten(1);
  label_ = labels_of(some, 0, some.size());
  held_out_label_ = labels_of(held_out, 0, held_out.size());
  if (held_out.size() > 0) held_out_ = encoded(problem_.encoding, held_out).flatten(1);
  if (number(variance(x_)) > 0) std::tie(directions_, along_) = main_directions(x_, kDirections);
  if (x_.size(0) >= kFewest) {
    const Tensor within = squared_within(x_);
    data_nearest_ = std::sqrt(number(within.amin(1).median()));
    near_ = std::get<0>(within.kthvalue(std::min(kNeighbours, x_.size(0) / 10), 1));
  }
  if (near_.defined() && held_out.size() >= kFewestHeldOut)
    inside_data_ = number(near_data(held_out_).any(0).to(at::kDouble).mean());
  const bool few =
      data.train.size() <= kMostTraining && data.train.size() * data.train.dim() <= kMostNumbers;
  if (few && held_out.size() >= kFewestHeldOut) {
    training_ = encoded(problem_.encoding, data.train).flatten(1);
    const Tensor from = Distances(training_).squared(held_out_).amin(1).sqrt();
    usual_nearest_ = number(from.quantile(0.05));
  }
}

bool Checkup::applies() const {
  return dynamic_cast<Discriminates*>(&learner_) != nullptr &&
         dynamic_cast<Latent*>(&learner_.model()) != nullptr;
}

Tensor Checkup::near_data(const Tensor& x) const {
  return Distances(x).squared(x_).le(near_.unsqueeze(1));
}

void Checkup::measure_samples(NamedNumbers& out) {
  const double spread = number(variance(x_));
  if (spread <= 0) return;
  out.emplace_back("width", std::sqrt(number(variance(samples_)) / spread));
  const Tensor along = samples_.mm(directions_).var(0, /*unbiased=*/false).sqrt();
  out.emplace_back("narrowest", number((along / along_).min()));
  if (!near_.defined()) return;
  const Tensor within = squared_within(samples_);
  if (data_nearest_ > 0)
    out.emplace_back("crowd", std::sqrt(number(within.amin(1).median())) / data_nearest_);
  if (number(near_.median()) <= 0) return;  // most of the data have copies
  const Tensor close = near_data(samples_);
  out.emplace_back("covered", number(close.any(1).to(at::kDouble).mean()));
  out.emplace_back("inside", number(close.any(0).to(at::kDouble).mean()));
  if (inside_data_)
    out.emplace_back(x_.size(1) > kFewNumbers ? "inside_data_of_many" : "inside_data",
                     *inside_data_);
}

void Checkup::measure_classes(NamedNumbers& out) {
  double narrowest = INFINITY;
  int64_t which = -1;
  for (size_t c = 0; c < problem_.data.classes.size(); ++c) {
    const Tensor of = label_.eq(static_cast<int64_t>(c)).nonzero().squeeze(1);
    if (of.size(0) < kFewestOfClass) continue;
    const double spread = number(variance(x_.index_select(0, of)));
    if (spread <= 0) continue;
    const double width = std::sqrt(number(variance(samples_.index_select(0, of))) / spread);
    if (width >= narrowest) continue;
    narrowest = width;
    which = static_cast<int64_t>(c);
  }
  if (which < 0) return;
  out.emplace_back("class_width", narrowest);
  out.emplace_back("class_narrowest", static_cast<double>(which));
}

void Checkup::measure_d(NamedNumbers& out) {
  const auto& d = dynamic_cast<Discriminates&>(learner_);
  const bool labels = d.asks_for_labels();
  if (!held_out_.defined() || held_out_.size(0) < kFewestHeldOut) return;
  const auto asked = [&](const Tensor& x, const Tensor& label) {
    const Tensor on = labels ? label.to(problem_.device) : Tensor();
    return d.discriminate(x.to(problem_.device), on).to(at::kDouble);
  };
  const Tensor on_training = asked(x_, label_), on_held_out = asked(held_out_, held_out_label_),
               on_samples = asked(samples_, label_);
  const double ahead = number(on_training.mean() - on_held_out.mean());
  const double whole = number(on_training.mean() - on_samples.mean());
  const double error = std::sqrt(
      number(on_training.var() / on_training.size(0) + on_held_out.var() / on_held_out.size(0)));
  if (whole <= 5 * error || error <= 0) return;  // D hardly tells even samples from data
  out.emplace_back("d_overfit", ahead / whole);
  out.emplace_back("d_overfit_errors", ahead / error);
}

void Checkup::measure_copies(NamedNumbers& out) {
  if (!training_.defined() || usual_nearest_ <= 0) return;
  const Tensor some = samples_.narrow(0, 0, std::min(kCopied, samples_.size(0)));
  const Tensor from = Distances(training_).squared(some).amin(1).sqrt();
  out.emplace_back("copies", number(from.lt(usual_nearest_).to(at::kDouble).mean()));
}

NamedNumbers Checkup::measure() {
  if (!applies()) return {};
  const at::NoGradGuard no_grad;
  if (!x_.defined()) prepare();
  auto& latent = dynamic_cast<Latent&>(learner_.model());
  const auto* conditional = dynamic_cast<Conditional*>(&learner_.model());
  const bool labels = conditional != nullptr && conditional->classes() > 0 && label_.defined();
  const Tensor label = labels ? label_.to(problem_.device) : Tensor();
  const int64_t n = x_.size(0);
  const auto made = [&](int64_t first) {
    const Tensor z = latent.noise(n, kSeed, first);
    return latent.decode(z, label).detach().to(at::kCPU).flatten(1).clone();
  };
  samples_ = made(0);
  NamedNumbers out;
  if (!at::isfinite(samples_).all().item<bool>()) return out;
  measure_samples(out);
  if (const double spread = number(variance(x_)); spread > 0) {
    const Tensor apart = labels ? samples_ - made(n) : Tensor();
    const double squares =
        labels ? number(apart.square().sum(1).mean()) : 2 * number(variance(samples_));
    out.emplace_back("z_effect", std::sqrt(squares / (2 * spread)));
  }
  if (labels) measure_classes(out);
  measure_d(out);
  measure_copies(out);
  return out;
}

}  // namespace gan
