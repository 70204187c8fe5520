#include "cli/pictures.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cli/closed_form.h"
#include "cli/scoring.h"
#include "gan/figures/grid.h"
#include "gan/figures/plot.h"
#include "gan/judge/neighbours.h"

namespace gan::cli {
namespace {

std::span<const float> span_of(const Tensor& t) { return {t.data_ptr<float>(), static_cast<size_t>(t.numel())}; }

/// Densities of one column, generated and (where there are any) real.
Panel histogram(const std::string& name, const Tensor& real, const Tensor& generated) {
  const Tensor both = at::cat({real, generated});
  const double low = both.min().item<double>(), high = std::max(both.max().item<double>(), low + 1e-6);
  constexpr int kBins = 40;
  Panel panel{.title = name, .x_label = "value", .y_label = "density"};
  for (const auto& [label, values] : {std::pair{"data", real}, std::pair{"samples", generated}}) {
    if (values.numel() == 0) continue;
    const Tensor bins = at::histc(values, kBins, low, high).to(at::kDouble);
    Series series{.label = label};
    for (int i = 0; i < kBins; ++i) {
      series.x.push_back(low + (i + 0.5) * (high - low) / kBins);
      series.y.push_back(bins[i].item<double>() * kBins / (static_cast<double>(values.numel()) * (high - low)));
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

}  // namespace

Tensor rows_of(const Examples& examples, int64_t first, int64_t count) {
  count = std::min(count, examples.size() - first);
  const std::vector<float> rows = examples.rows(first, count);
  return at::from_blob(const_cast<float*>(rows.data()), {count, examples.dim()}, at::kFloat).clone();
}

Image picture(const DataCard& data, const Tensor& samples, const Tensor& real, int64_t columns) {
  const Tensor values = samples.contiguous();
  if (data.image) return image_grid(values.sizes().vec(), span_of(values), {.columns = columns, .low = data.low, .high = data.high});
  const Tensor flat = values.flatten(1);
  if (flat.size(1) == 2) return draw_scatter(data.name, span_of(real), span_of(flat));
  constexpr int64_t kMost = 12;
  std::vector<Panel> panels;
  for (int64_t i = 0; i < std::min(kMost, flat.size(1)); ++i)
    panels.push_back(histogram(data.columns.empty() ? fmt::format("column {}", i + 1) : data.columns[i],
                               real.select(1, i), flat.select(1, i)));
  return draw_curves(panels);
}

Image filters(const DataCard& data, const Tensor& weights) {
  const Tensor w = weights.t().slice(0, 0, 100);  // [n, V]
  const Tensor largest = std::get<0>(w.abs().max(1, true)).clamp_min(1e-20);
  Shape shape{w.size(0)};
  shape.insert(shape.end(), data.shape.begin(), data.shape.end());
  return image_grid(shape, span_of((w / largest).contiguous()), {.low = -1, .high = 1});
}

Image curves(const RunFolder& run) {
  struct Row { const char* title; const char* y; std::vector<std::string> names; bool prefix = false; std::optional<double> reference = {}; };
  const std::vector<Row> rows = {
      {"Losses", "loss", {"d_loss", "g_loss", "log_likelihood", "nce_loss", "cross_entropy", "walkback"}},
      {"D's answers (0.5: it cannot tell)", "probability", {"D(x)", "D(G(z))"}, false, 0.5},
      {"Validation", "score", {"parzen_valid", "log_probability_valid", "log_bound_valid"}},
      {"Telling data from noise (0.5: it cannot; 1: nothing left to learn)", "accuracy", {"noise_accuracy"}, false, 0.5},
      {"The most by which a weight is still pulled", "slope", {"pull"}},
      {"Free energy of data less that of the chains' ends", "nats", {"free_energy_gap"}, false, 0},
      {"-E of data less that of the persistent chains", "nats", {"energy_gap"}, false, 0},
      {"Mean field", "iterations", {"mean_field_iterations"}},
      {"Reconstruction of data", "squared error", {"reconstruction_error"}},
      {"Up-down: of v from its own x_1, of x_1 from its own v", "squared error", {"wake_error", "sleep_error"}},
      {"Hidden units that are on", "share", {"hidden_on"}},
      {"Modes found", "modes", {"modes"}},
      {"Samples within 3 deviations of a mode", "share", {"within"}},
      {"Two-sample test on held-out data (0.5: it cannot tell)", "accuracy", {"two_sample_accuracy", "two_sample_high"}, false, 0.5},
      {"Gradient norms", "L2 norm", {"d_gradient", "g_gradient", "gradient"}},
      {"Spread of samples over spread of data", "ratio", {"spread"}, false, 1},
      {"Dead ReLU units", "fraction", {"G.dead", "D.dead"}, true},
  };
  const auto metrics = run.metrics();
  std::vector<Panel> panels;
  for (const Row& row : rows) {
    std::map<std::string, Series> series;
    for (const auto& [step, numbers] : metrics)
      for (const auto& [name, value] : numbers)
        for (const auto& wanted : row.names)
          if (row.prefix ? name.starts_with(wanted) : name == wanted) {
            Series& s = series[name];
            s.label = name, s.x.push_back(static_cast<double>(step)), s.y.push_back(value);
          }
    if (series.empty()) continue;
    Panel panel{.title = row.title, .x_label = "step", .y_label = row.y};
    for (auto& [name, s] : series) panel.series.push_back(std::move(s));
    if (row.reference) panel.horizontals.emplace_back(*row.reference, "");
    panels.push_back(std::move(panel));
  }
  if (panels.empty()) panels.push_back({.title = "No metrics yet", .x_label = "step"});
  return draw_curves(panels);
}

Image figure1(const Problem& problem, Trainer& trainer, const std::string& title) {
  const double low = problem.data.low, high = problem.data.high;
  Figure1 figure{.title = title};
  for (int i = 0; i <= 200; ++i) figure.x.push_back(low + (high - low) * i / 200);
  for (const double x : figure.x) figure.data_density.push_back(std::exp(problem.data.toy->log_density(std::span(&x, 1))));

  const DataCard card = card_of(problem);
  const Cells cells = cells_around(figure.x.front(), figure.x.back(), static_cast<int64_t>(figure.x.size()));
  figure.model_density = model_density(problem, trainer, cells).mass;
  for (double& density : figure.model_density) density /= cells.width;

  std::vector<float> grid(figure.x.begin(), figure.x.end());
  problem.scaling.apply(grid);
  const Tensor answers = at::sigmoid(trainer.discriminate(at::from_blob(grid.data(), {static_cast<int64_t>(grid.size()), 1}, at::kFloat)));
  for (int64_t i = 0; i < answers.numel(); ++i) figure.discriminator.push_back(answers[i].item<double>());

  if (auto* latent = dynamic_cast<Latent*>(&trainer.model())) {
    const Tensor z = latent->noise(24, 0);
    const Tensor x = own_units(card, latent->decode(z));
    for (int64_t i = 0; i < z.size(0); ++i) figure.z.push_back(z[i][0].item<double>()), figure.z_to_x.push_back(x[i][0].item<double>());
  }
  return draw_figure1(std::span(&figure, 1), 560, 420);
}

Image with_nearest(const Judge& judge, const Tensor& samples) {
  constexpr int64_t kRows = 8, kColumns = kWithNearest / kRows;
  const DataSet& data = judge.data();
  const Tensor own = samples.flatten(1);  // [8 * 9, D]
  std::vector<Tensor> tiles;
  std::vector<int64_t> framed;
  const Tensor train = rows_of(data.train, 0, data.train.size());
  const Tensor beside = own.view({kRows, kColumns, -1}).select(1, kColumns - 1);
  const Tensor index = nearest(judge.units(beside), judge.units(train)).index;
  for (int64_t row = 0; row < kRows; ++row) {
    tiles.push_back(own.narrow(0, row * kColumns, kColumns));
    tiles.push_back(train.index_select(0, index.narrow(0, row, 1)));
    framed.push_back(row * (kColumns + 1) + kColumns);
  }
  Shape shape{kRows * (kColumns + 1)};
  shape.insert(shape.end(), data.train.shape().begin(), data.train.shape().end());
  const Tensor grid = at::cat(tiles).contiguous();
  return image_grid(shape, span_of(grid), {.columns = kColumns + 1, .low = data.low, .high = data.high, .framed = framed});
}

Image straight_lines(Model& model, uint64_t seed) {
  auto& latent = dynamic_cast<Latent&>(model.generative());
  const Tensor ends = latent.noise(2 * kLines, seed);  // [16, Z]
  const Tensor t = at::linspace(0, 1, kLinePoints, ends.options()).view({1, kLinePoints, 1});
  const Tensor from = ends.narrow(0, 0, kLines).unsqueeze(1), to = ends.narrow(0, kLines, kLines).unsqueeze(1);
  const Tensor z = (from * (1 - t) + to * t).flatten(0, 1);  // [8 * 12, Z], straight lines
  return picture(model.data(), model.own_units(latent.decode(z)), {}, kLinePoints);
}

}  // namespace gan::cli
