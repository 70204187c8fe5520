#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gan/baselines/nce/nce_models.h"
#include "gan/core/random.h"
#include "gan/figures/grid.h"
#include "gan/judge/ais.h"
#include "gan/nets/draw.h"
#include "gan/paper/energy_path.h"
#include "gan/paper/nce.h"

namespace gan::paper {
namespace {

constexpr int64_t kSide = 8;     // of a patch, at most
constexpr double kNoise = 0.05;  // a density needs pixels that are not all exactly 0
constexpr double kContrast =
    0.1;  // deviation of a patch's pixels, at least: most patches of digits are blank
constexpr double kLeast = 1e-3;  // variance of a component, as a share of the largest
constexpr int64_t kRuns = 2000;  // of annealed importance sampling, which finds log Z once more
constexpr int64_t kTemperatures = 1000;  // of each run; a fifth of both in the quick form
constexpr double kErrors = 4;    // standard errors of c + log Z, by which the check may be missed
constexpr int64_t kFreedom = 5;  // of the noise, a t distribution: patches lie far out

/// n patches [n, side^2] of grey images, each from a place of its own, less their means.
Tensor patches(const Examples& images, const Scaling& scaling, int64_t n, int64_t side,
               const Stream& stream) {
  const int64_t H = images.shape().at(images.shape().size() - 2), W = images.shape().back();
  std::vector<float> image(static_cast<size_t>(images.dim()));
  std::vector<Tensor> out;
  for (uint64_t i = 0, blank = 0; static_cast<int64_t>(out.size()) < n; ++i) {
    const auto pick = [&](int64_t of, uint64_t what) {
      return static_cast<int64_t>(stream.child(what).bits(i) % static_cast<uint64_t>(of));
    };
    images.read(pick(images.size(), 0), image);
    scaling.apply(image);
    const Tensor patch = at::from_blob(image.data(), {H, W}, at::kFloat)
                             .slice(0, pick(H - side + 1, 1))
                             .slice(1, pick(W - side + 1, 2))
                             .slice(0, 0, side)
                             .slice(1, 0, side)
                             .to(at::kDouble);
    if (patch.std().item<double>() < kContrast && ++blank < static_cast<uint64_t>(100 * n))
      continue;
    out.push_back((patch - patch.mean()).reshape({-1}));
  }
  return at::stack(out) +
         draw_normal(stream.child("noise"), n, side * side, 0).to(at::kDouble) * kNoise;
}

/// Principal components of variance 1.
struct Whitening {
  Tensor mean, directions, deviations;  // [P]; [P, D], orthonormal columns; [D]
  Tensor operator()(const Tensor& x) const { return (x - mean).mm(directions) / deviations; }
  Tensor pixels(const Tensor& w) const {
    return (w / deviations).mm(directions.t());
  }  ///< of features [I, D]: what they multiply
};

/// At most so many.
Whitening whitening(const Tensor& x, int64_t components) {
  const Tensor mean = x.mean(0), centred = x - mean,
               covariance = centred.t().mm(centred) / static_cast<double>(x.size(0));
  const auto [variances, directions] = at::linalg_eigh(covariance);  // ascending
  const int64_t kept = std::min(components,
                                (variances > kLeast * variances[-1]).sum().item<int64_t>()),
                all = variances.size(0);
  return {mean, directions.slice(1, all - kept), variances.slice(0, all - kept).sqrt()};
}

/// features: [n, side * side], what each multiplies a patch with.
Picture picture_of(const Tensor& features, int64_t side) {
  const Tensor largest = std::get<0>(features.abs().max(1, true)).clamp_min(1e-12);
  const Tensor shown = (features / largest).to(at::kFloat).contiguous();  // in [-1, 1]
  return {
      "nce-patches.png",
      fmt::format(
          "The {} features of the two-layer energy, each scaled to its largest number: what it multiplies patches with.",
          features.size(0)),
      encode_png(image_grid({features.size(0), side, side},
                            {shown.data_ptr<float>(), static_cast<size_t>(shown.numel())},
                            {.columns = 10, .low = -1, .high = 1}))};
}

}  // namespace

double add_patches(Piece& piece, uint64_t seed, bool quick, const Problem& images,
                   const std::function<void(const std::string&)>& say) {
  say("two layers of energy on patches ...");
  const int64_t n = quick ? 2000 : 10000, nu = 5, components = quick ? 6 : 20,
                features = 2 * components,
                units = components;  // as many at least, or log p0 would not fall fast enough
  const DataSet& grey = *images.data.grey;
  const Scaling scaling = grey.scaling(Scale::unit);
  const Stream stream(seed, "nce patches");
  const int64_t side = std::min(
      {kSide, grey.train.shape().at(grey.train.shape().size() - 2), grey.train.shape().back()});
  const Tensor train = patches(grey.train, scaling, n, side, stream.child("train")),
               test = patches(grey.test, scaling, n, side, stream.child("test"));
  const Whitening white = whitening(train, components);
  const Tensor x = white(train), held_out = white(test);
  const int64_t D = x.size(1);
  Gaussian noise = Gaussian::like(x, kFreedom);
  const auto draw = [&](int64_t count, uint64_t which) {
    return noise.sample(count, stream.bits(which)).to(at::kDouble);
  };
  const auto start = [&](const char* what, int64_t rows, int64_t columns) {
    return draw_normal(stream.child(what), rows, columns, 0).to(at::kDouble);
  };
  TwoLayerEnergy model(start("features", features, D) * 0.3,
                       start("pooling", units, features) * 0.1 - 1,
                       at::zeros({units}, at::kDouble));
  Tensor c = at::zeros({}, at::kDouble).requires_grad_(true);
  const Tensor y = draw(nu * n, 0);
  const NceFit fit = fit_nce(model, c, x, y, noise.log_probability(x), noise.log_probability(y));

  const at::NoGradGuard no_grad;
  EnergyPath path(model, noise, D);
  const int64_t share = quick ? 5 : 1;
  const LogZ z = estimate_log_z(
      path, {.runs = kRuns / share, .temperatures = kTemperatures / share, .seed = stream.bits(1)});
  const double error = std::sqrt(1 / z.effective_runs -
                                 1 / static_cast<double>(z.runs));  // of log Z, to first order
  const Tensor fresh = draw(n, 2);
  const Tensor log_noise = noise.log_probability(held_out),
               log_model = model.log_density(held_out) + c;
  const NceState state =
      nce_state(log_model - log_noise, model.log_density(fresh) + c - noise.log_probability(fresh));
  const double of_model = log_model.mean().item<double>(),
               of_noise = log_noise.mean().item<double>();
  const double apart = c.item<double>() + z.value;
  // The asymptotic variance of c were it the only parameter (theory/noise_contrastive.h): the least
  // that it can be.
  const Tensor logit =
      model.log_density(x) + c - noise.log_probability(x) - std::log(static_cast<double>(nu));
  const double information = at::sigmoid(-logit).mean().item<double>();
  const double variance =
      (1 / information - (1 + 1 / static_cast<double>(nu))) / static_cast<double>(n);
  const double error_of_c = std::sqrt(std::max(variance, 0.0));
  piece.checks.push_back(
      {fmt::format(
           "Two layers of energy on patches: c + log Z, log Z by annealed importance sampling; standard errors {:.3f} of log Z, at least {:.3f} of c",
           error, error_of_c),
       apart, 0, kErrors * std::hypot(error, error_of_c)});
  piece.tables.push_back(
      {fmt::format(
           "Two layers of energy on {} patches of {} x {} pixels, whitened, {} components; noise: a t distribution, {} times as much",
           n, side, side, D, nu),
       {"of held-out patches", "nats"},
       {{"log p of the noise", fmt::format("{:.2f}", of_noise)},
        {"log p of the model, normalised by its c", fmt::format("{:.2f}", of_model)},
        {fmt::format(
             "the same, normalised by annealed importance sampling ({:.0f} effective runs of {}, standard error {:.3f})",
             z.effective_runs, z.runs, error),
         fmt::format("{:.2f}", of_model - apart)},
        {"told from noise by the model", fmt::format("{:.1f}%", 100 * state.accuracy)},
        {"loss; largest slope left; evaluations",
         fmt::format("{:.4f}; {:.1g}; {}", fit.loss, fit.slope, fit.evaluations)}}});
  piece.pictures.push_back(picture_of(white.pixels(model.parameters()[0]), side));
  return fit.slope;
}

}  // namespace gan::paper
