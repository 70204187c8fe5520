#include "gan/paper/nce.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "gan/baselines/nce/nce_models.h"
#include "gan/core/duration.h"
#include "gan/core/random.h"
#include "gan/figures/plot.h"
#include "gan/nets/draw.h"
#include "gan/paper/summary.h"
#include "gan/theory/noise_contrastive.h"

namespace gan::paper {
namespace {

struct Sizes {
  std::vector<int64_t> nus, repeats;  // of the precision; as many repeats for each nu
  int64_t data;
  std::vector<int64_t> ica_nus, ica_data;
  int64_t mixings;
  double slope_tolerance;
};
const Sizes kFull = {{1, 10, 100},
                     {4000, 4000, 2000},
                     1000,
                     {2, 6, 10, 20},
                     {100, 200, 500, 1000, 2000, 5000, 10000, 20000},
                     12,
                     0.1};
const Sizes kQuick = {{1, 10}, {400, 400}, 500, {2, 10}, {250, 500, 1000, 2000}, 4, 0.4};
constexpr int64_t kSlopeFrom = 1000;  // examples: where the asymptotic slope is asked for
constexpr int64_t kSources = 4;
constexpr double kStart = 0.05;  // deviation of the unmixing matrix's start from the true one

Tensor number(double value) {
  return at::scalar_tensor(value, at::kDouble).requires_grad_(true);
}

double slope(const std::vector<double>& x, const std::vector<double>& y) {  // least squares
  double mx = 0, my = 0, xy = 0, xx = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    mx += x[i] / static_cast<double>(x.size());
    my += y[i] / static_cast<double>(x.size());
  }
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
  }
  return xy / xx;
}

/// log p_m = -lambda x^2 / 2 + c on data of variance 1/2, noise N(0, 1). Returns the largest slope
/// that a fit has left.
double precision(Piece& piece, Panel& panel, uint64_t seed, const Sizes& sizes) {
  const double lambda = 2, c_true = std::log(lambda / (2 * std::numbers::pi)) / 2,
               likelihood = 2 * lambda * lambda;
  const auto theory = [](double nu) {
    return nce_variance([](double x) { return log_normal_density(x, 0, std::sqrt(0.5)); },
                        [](double x) { return log_normal_density(x, 0, 1); },
                        [](double x) { return -x * x / 2; }, nu, -12, 12);
  };
  Gaussian noise(at::zeros({1}), at::eye(1));
  double slope_left = 0;
  Table table{fmt::format("T_d times the mean squared error, T_d = {}", sizes.data),
              {"nu", "repeats", "of lambda", "by the formula", "of c", "by the formula",
               "from maximum likelihood, of lambda", "by the formula"},
              {}};
  Series measured{.label = "measured, lambda"}, formula{.label = "by the formula", .dotted = true};
  for (int i = 0; i <= 40; ++i) {
    formula.x.push_back(-0.5 + i / 16.0);
    formula.y.push_back(theory(std::pow(10, formula.x.back())).parameter);
  }
  for (size_t k = 0; k < sizes.nus.size(); ++k) {
    const int64_t nu = sizes.nus[k], repeats = sizes.repeats[k];
    const Stream stream = Stream(seed, "nce precision").child(static_cast<uint64_t>(nu));
    double of_lambda = 0, of_c = 0, of_difference = 0;
    for (int64_t r = 0; r < repeats; ++r) {
      const Tensor x = draw_normal(stream, sizes.data, 1, 0, r * sizes.data).to(at::kDouble) *
                       std::sqrt(1 / lambda);
      const Tensor y =
          noise.sample(nu * sizes.data, stream.bits(0), r * nu * sizes.data).to(at::kDouble);
      GaussianPrecision model(lambda);
      Tensor c = number(c_true);
      slope_left = std::max(
          slope_left,
          fit_nce(model, c, x, y, noise.log_probability(x), noise.log_probability(y)).slope);
      const double found = model.lambda().item<double>(),
                   scale = static_cast<double>(sizes.data) / static_cast<double>(repeats);
      of_lambda += scale * std::pow(found - lambda, 2);
      of_c += scale * std::pow(c.item<double>() - c_true, 2);
      of_difference += scale * std::pow(found - 1 / x.square().mean().item<double>(), 2);
    }
    const NceVariance expected = theory(static_cast<double>(nu));
    const double difference =
        expected.parameter -
        likelihood;  // no estimator beats maximum likelihood: what is above is its own
    table.rows.push_back({fmt::format("{}", nu), fmt::format("{}", repeats),
                          fmt::format("{:.2f}", of_lambda),
                          fmt::format("{:.2f}", expected.parameter), fmt::format("{:.3f}", of_c),
                          fmt::format("{:.3f}", expected.log_normaliser),
                          fmt::format("{:.3f}", of_difference), fmt::format("{:.3f}", difference)});
    const double tolerance = std::max(0.1, 3 * std::sqrt(2 / static_cast<double>(repeats)));
    piece.checks.push_back(
        {fmt::format("T_d x error of lambda over the asymptotic formula, nu = {}", nu),
         of_lambda / expected.parameter, 1, tolerance});
    piece.checks.push_back(
        {fmt::format("T_d x error of c over the asymptotic formula, nu = {}", nu),
         of_c / expected.log_normaliser, 1, tolerance});
    piece.checks.push_back(
        {fmt::format(
             "T_d x squared distance from maximum likelihood on the same data, over the formula, nu = {}",
             nu),
         of_difference / difference, 1, 1.5 * tolerance});
    measured.x.push_back(std::log10(static_cast<double>(nu)));
    measured.y.push_back(of_lambda);
  }
  piece.tables.push_back(std::move(table));
  panel = {.title = "Error of a precision, T_d times",
           .x_label = "log10 nu",
           .y_label = "T_d x squared error",
           .series = {std::move(formula), std::move(measured)},
           .horizontals = {{likelihood, "likelihood: 8"}}};
  return slope_left;
}

/// A square matrix of normal numbers whose condition is below 10.
Tensor draw_mixing(const Stream& stream) {
  for (uint64_t i = 0;; ++i) {
    const Tensor a = draw_normal(stream, kSources, kSources, i).to(at::kDouble),
                 singular = at::linalg_svdvals(a);
    if ((singular[0] / singular[-1]).item<double>() < 10) return a;
  }
}

/// Independent components; noise with the data's mean and covariance. Returns the largest slope
/// that a fit has left.
double components(Piece& piece, std::vector<Panel>& panels, uint64_t seed, const Sizes& sizes,
                  const std::function<void(const std::string&)>& say) {
  Panel of_mixing{.title = "Independent components: the mixing matrix",
                  .x_label = "log10 of examples",
                  .y_label = "log10 of squared error"};
  Panel of_c = of_mixing;
  of_c.title = "The same: c, the log-normaliser";
  Table table{fmt::format("Independent components: medians of {} mixings of {} sources",
                          sizes.mixings, kSources),
              {"nu", "examples", "squared error of A", "squared error of c"},
              {}};
  const auto median = [](const std::vector<double>& values) { return summary(values).median; };
  double slope_left = 0;
  for (const int64_t nu : sizes.ica_nus) {
    say(fmt::format("independent components, {} examples of noise for each of the data ...", nu));
    Series mixing{.label = fmt::format("nu = {}", nu)}, normaliser = mixing;
    std::vector<double> sizes_in_slope, errors_in_slope;
    double last = 0;
    for (const int64_t n : sizes.ica_data) {
      std::vector<double> error, error_of_c;
      double mean_log = 0;
      for (int64_t m = 0; m < sizes.mixings; ++m) {
        const Stream stream = Stream(seed, "nce components").child(static_cast<uint64_t>(m));
        const Tensor a = draw_mixing(stream), truth = at::linalg_inv(a);
        const Tensor x = mixed_laplacians(a, n, stream.child(static_cast<uint64_t>(n)).bits(0));
        Gaussian noise = Gaussian::like(x);
        const Tensor y =
            noise.sample(nu * n, stream.child(static_cast<uint64_t>(n)).bits(1)).to(at::kDouble);
        IndependentComponents model(
            truth + draw_normal(stream.child("start"), kSources, kSources, 0) * kStart);
        Tensor c = number(IndependentComponents(truth).log_normaliser());
        slope_left = std::max(
            slope_left,
            fit_nce(model, c, x, y, noise.log_probability(x), noise.log_probability(y)).slope);
        error.push_back(mixing_error(a, at::linalg_inv(model.unmixing().detach())));
        error_of_c.push_back(
            std::pow(c.item<double>() - IndependentComponents(truth).log_normaliser(), 2));
        mean_log += std::log10(error.back()) / static_cast<double>(sizes.mixings);
      }
      const double log_n = std::log10(static_cast<double>(n));
      mixing.x.push_back(log_n);
      mixing.y.push_back(std::log10(median(error)));
      normaliser.x.push_back(log_n);
      normaliser.y.push_back(std::log10(median(error_of_c)));
      if (n >= kSlopeFrom || &sizes == &kQuick) {
        sizes_in_slope.push_back(log_n);
        errors_in_slope.push_back(mean_log);
      }
      table.rows.push_back({fmt::format("{}", nu), fmt::format("{}", n),
                            fmt::format("{:.3g}", median(error)),
                            fmt::format("{:.3g}", median(error_of_c))});
      last = std::sqrt(median(error_of_c));
    }
    piece.checks.push_back(
        {fmt::format(
             "Independent components: slope of log squared error against log N, from {} on, nu = {}",
             std::llround(std::pow(10, sizes_in_slope[0])), nu),
         slope(sizes_in_slope, errors_in_slope), -1, sizes.slope_tolerance});
    piece.checks.push_back(
        {fmt::format(
             "Independent components: |c - true log-normaliser| with the most data, median, nu = {}",
             nu),
         last, 0, 0.2});
    of_mixing.series.push_back(std::move(mixing));
    of_c.series.push_back(std::move(normaliser));
  }
  piece.tables.push_back(std::move(table));
  panels.push_back(std::move(of_mixing));
  panels.push_back(std::move(of_c));
  return slope_left;
}

}  // namespace

Config nce_images(const std::string& source) {
  Config c;
  c.run.model = "nce";
  c.run.threads = 1;  // everything here is small
  c.data.source = source;
  c.data.binarise = true;
  c.training.batch_size = 100;
  return c;
}

Piece noise_contrastive(uint64_t seed, bool quick, const Problem& images,
                        const std::function<void(const std::string&)>& say) {
  const auto start = std::chrono::steady_clock::now();
  const Sizes& sizes = quick ? kQuick : kFull;
  Piece piece{.name = "nce", .title = "Noise-contrastive estimation: its theory, and its weakness"};
  piece.text = {
      "Noise-contrastive estimation (Gutmann & Hyvärinen 2010, 2012) is the earlier method nearest to adversarial nets. A fixed noise distribution stands where "
      "the generator is, and the model itself is the discriminator: log p_m - log p_n are its logits. The model need not be normalised, for its log-normaliser c is one more parameter.",
      "Theory. With T_d data and nu T_d examples of noise, T_d times the covariance of the estimates tends to I^-1 - (1 + 1/nu) I^-1 m m' I^-1, and for large nu to "
      "maximum likelihood's. It is measured on the precision of a normal distribution, and as the slope of the error of independent components in the number of examples. "
      "These start near the truth (each number of the unmixing matrix off by 0.05): what is measured is the estimate, not the search for it."};
  std::vector<Panel> panels(1);
  say("a precision, many times ...");
  const double of_precision = precision(piece, panels[0], seed, sizes);
  const double of_components = components(piece, panels, seed, sizes, say);
  piece.pictures.push_back(
      {"nce-theory.png",
       "Top: T_d times the squared error of a precision against the asymptotic formula; noise is N(0, 1), data have variance 1/2. Below: errors of "
       "independent components against the number of examples, medians over mixings; lines of slope -1 are the theory's. Gutmann & Hyvärinen (2012) show the like.",
       encode_png(draw_curves(panels, 640, 300))});
  const double of_patches = add_patches(piece, seed, quick, images, say);
  add_weakness(piece, seed, quick, images, say);
  piece.settings = fmt::format(
      "seed {}; L-BFGS, float64, until no part of the gradient is above 1e-8, the loss falls by less than 1e-13, or 1,000 iterations are over: the largest part left is {:.1g} of a "
      "precision, {:.1g} of components, {:.1g} of the patches; {} examples of a precision; {} mixings of {} sources with condition below 10; images: {} (hash {}){}",
      seed, of_precision, of_components, of_patches, sizes.data, sizes.mixings, kSources,
      images.data.name, images.data.hash, quick ? "; quick: small sizes, wide tolerances" : "");
  piece.seconds = seconds_since(start);
  return piece;
}

}  // namespace gan::paper
