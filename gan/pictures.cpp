#include "gan/pictures.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/evaluate.h"
#include "gan/figures/grid.h"
#include "gan/figures/plot.h"
#include "gan/judge/closed_form_score.h"
#include "gan/judge/neighbours.h"
#include "gan/selection.h"
#include "gan/units.h"

namespace gan {
namespace {

std::span<const float> span_of(const Tensor& t) {
  return {t.data_ptr<float>(), static_cast<size_t>(t.numel())};
}

/// The numbers that can be drawn, in ascending order.
std::vector<double> drawable(const Tensor& values) {
  const Tensor all = values.to(at::kCPU, at::kDouble).contiguous();
  const std::span<const double> numbers{all.data_ptr<double>(), static_cast<size_t>(all.numel())};
  std::vector<double> out;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(out),
               [](double x) { return std::isfinite(x); });
  std::sort(out.begin(), out.end());
  return out;
}

/// Densities of one column, generated and (where there are any) real. What is not finite is left
/// out.
Panel histogram(const std::string& name, const Tensor& real, const Tensor& generated) {
  constexpr int kBins = 40;
  constexpr double kNarrowest = 1e-6;  // of the whole, beside the largest number
  Panel panel{.title = name, .x_label = "value", .y_label = "density"};
  const std::pair<const char*, std::vector<double>> all[] = {{"data", drawable(real)},
                                                             {"samples", drawable(generated)}};
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& [label, values] : all) {
    if (values.empty()) continue;
    low = std::min(low, values.front());
    high = std::max(high, values.back());
  }
  high = std::max(high, low + kNarrowest * std::max({1.0, std::abs(low), std::abs(high)}));
  for (const auto& [label, values] : all) {
    if (values.empty()) continue;
    std::vector<double> counts(kBins);
    for (const double x : values)
      counts[std::min(static_cast<int>((x - low) / (high - low) * kBins), kBins - 1)] += 1;
    Series series{.label = label};
    for (int i = 0; i < kBins; ++i) {
      series.x.push_back(low + (i + 0.5) * (high - low) / kBins);
      series.y.push_back(counts[i] * kBins / (static_cast<double>(values.size()) * (high - low)));
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

/// What is drawn white. Values that are all alike have no range of their own.
float upper_end(float low, float high) {
  return high > low ? high : low + std::max(1.0f, std::abs(low));
}

GridOptions grid_of(const DataCard& data, int64_t columns) {
  return {.columns = columns, .low = data.low, .high = upper_end(data.low, data.high)};
}

}  // namespace

Image picture(const DataCard& data, const Tensor& samples, const Tensor& real, int64_t columns) {
  const Tensor values = samples.contiguous();
  if (data.image) return image_grid(values.sizes().vec(), span_of(values), grid_of(data, columns));
  const Tensor flat = values.flatten(1);
  if (flat.size(1) == 2) return draw_scatter(data.name, span_of(real), span_of(flat));
  constexpr int64_t kMost = 12;
  std::vector<Panel> panels;
  for (int64_t i = 0; i < std::min(kMost, flat.size(1)); ++i)
    panels.push_back(histogram(static_cast<size_t>(i) < data.columns.size()
                                   ? data.columns[i]
                                   : fmt::format("column {}", i + 1),
                               real.select(1, i), flat.select(1, i)));
  return draw_curves(panels);
}

void check_picture(const DataCard& data, int64_t n, int64_t columns) {
  if (!data.image) return;
  Shape shape{n};
  shape.insert(shape.end(), data.shape.begin(), data.shape.end());
  check_grid(shape, grid_of(data, columns));
}

std::string draw_if_possible(const std::function<void()>& draw) {
  try {
    draw();
  } catch (const WriteError&) {
    throw;
  } catch (const std::exception& error) {
    const std::string what = error.what();  // libtorch's go on for many lines
    return printable(what.substr(0, what.find('\n')));
  }
  return "";
}

Image filters(const DataCard& data, const Tensor& weights) {
  const Tensor w = weights.t().slice(0, 0, 100);  // [n, V]
  const Tensor largest = std::get<0>(w.abs().max(1, true)).clamp_min(1e-20);
  Shape shape{w.size(0)};
  shape.insert(shape.end(), data.shape.begin(), data.shape.end());
  return image_grid(shape, span_of((w / largest).contiguous()), {.low = -1, .high = 1});
}

namespace {

/// A panel of a run's curves: the metrics of these names, or those that begin with them.
struct CurveRow {
  std::string title, y_label;
  std::vector<std::string> metrics;
  std::optional<double> reference = {};
  bool prefix = false;
  bool holds(const std::string& metric) const {
    return std::any_of(metrics.begin(), metrics.end(), [&](const std::string& wanted) {
      return prefix ? metric.starts_with(wanted) : metric == wanted;
    });
  }
};

/// What the table of scores says of metrics: kinds that name the same title share a panel.
void add_score_rows(std::vector<CurveRow>& rows) {
  for (const ScoreKind& kind : score_kinds())
    for (const MetricPanel& panel : kind.panels) {
      auto row = std::find_if(rows.begin(), rows.end(),
                              [&](const CurveRow& other) { return other.title == panel.title; });
      if (row == rows.end())
        row = rows.insert(rows.end(), {.title = std::string(panel.title),
                                       .y_label = std::string(panel.y_label),
                                       .reference = panel.reference});
      for (const std::string_view metric : panel.metrics)
        if (!metric.empty()) row->metrics.emplace_back(metric);
    }
}

std::vector<CurveRow> curve_rows() {
  std::vector<CurveRow> rows = {
      {"Losses",
       "loss",
       {"d_loss", "g_loss", "log_likelihood", "nce_loss", "cross_entropy", "walkback"}},
      {"D's answers (0.5: undecided)", "probability", {"D(x)", "D(G(z))"}, 0.5}};
  add_score_rows(rows);
  const std::vector<CurveRow> others = {
      {"Telling data from noise (0.5: it cannot; 1: nothing left to learn)",
       "accuracy",
       {"noise_accuracy"},
       0.5},
      {"The most by which a weight is still pulled", "slope", {"pull"}},
      {"Free energy of data less that of the chains' ends", "nats", {"free_energy_gap"}, 0},
      {"-E of data less that of the persistent chains", "nats", {"energy_gap"}, 0},
      {"Mean field", "iterations", {"mean_field_iterations"}},
      {"Reconstruction of data", "squared error", {"reconstruction_error"}},
      {"Up-down: of v from its own x_1, of x_1 from its own v",
       "squared error",
       {"wake_error", "sleep_error"}},
      {"Hidden units that are on", "share", {"hidden_on"}},
      {"Gradient norms", "L2 norm", {"d_gradient", "g_gradient", "gradient"}},
      {"Spread of samples over spread of data", "ratio", {"spread"}, 1},
      {"Steps over the norm of the weights", "ratio", {"d_step", "g_step"}},
      {"Dead units", "fraction", {"G.dead.", "D.dead."}, {}, true},
      {"Samples and data: width, crowding, coverage",
       "ratio",
       {"width", "crowd", "covered", "inside", "class_width", "z_effect"},
       1},
      {"Overfitting: of D; copies by G", "share", {"d_overfit", "copies"}, 0}};
  rows.insert(rows.end(), others.begin(), others.end());
  return rows;
}

}  // namespace

Image curves(const RunFolder& run, const std::vector<Finding>& findings) {
  const auto metrics = run.metrics();
  std::vector<Panel> panels;
  for (const CurveRow& row : curve_rows()) {
    std::map<std::string, Series> series;
    for (const auto& [step, numbers] : metrics)
      for (const auto& [name, value] : numbers) {
        if (!row.holds(name)) continue;
        Series& s = series[name];
        s.label = name;
        s.x.push_back(static_cast<double>(step));
        s.y.push_back(value);
      }
    if (series.empty()) continue;
    Panel panel{.title = row.title, .x_label = "step", .y_label = row.y_label};
    for (auto& [name, s] : series) panel.series.push_back(std::move(s));
    for (const Finding& finding : findings) {
      const double from = static_cast<double>(finding.from);
      panel.bands.emplace_back(from, finding.to ? static_cast<double>(*finding.to) : HUGE_VAL);
    }
    if (row.reference) panel.horizontals.emplace_back(*row.reference, "");
    panels.push_back(std::move(panel));
  }
  if (panels.empty()) panels.push_back({.title = "No metrics yet", .x_label = "step"});
  return draw_curves(panels);
}

Trainer* drawn_as_figure1(const Problem& problem, Learner& learner) {
  if (!problem.data.toy || problem.data.train.dim() != 1) return nullptr;
  return dynamic_cast<Trainer*>(&learner);
}

Image figure1(const Problem& problem, Trainer& trainer, const std::string& title) {
  const double low = problem.data.low, high = problem.data.high;
  Figure1 figure{.title = title};
  for (int i = 0; i <= 200; ++i) figure.x.push_back(low + (high - low) * i / 200);
  for (const double x : figure.x)
    figure.data_density.push_back(std::exp(problem.data.toy->log_density(std::span(&x, 1))));

  const DataCard card = card_of(problem);
  const Cells cells =
      cells_around(figure.x.front(), figure.x.back(), static_cast<int64_t>(figure.x.size()));
  figure.model_density = model_density(scored_model(problem, trainer), cells).mass;
  for (double& density : figure.model_density) density /= cells.width;

  std::vector<float> grid(figure.x.begin(), figure.x.end());
  grid = problem.encoding.encode(std::move(grid));
  const Tensor answers = at::sigmoid(trainer.discriminate(
      at::from_blob(grid.data(), {static_cast<int64_t>(grid.size()), 1}, at::kFloat)));
  for (int64_t i = 0; i < answers.numel(); ++i)
    figure.discriminator.push_back(answers[i].item<double>());

  if (auto* latent = dynamic_cast<Latent*>(&trainer.model())) {
    const Tensor z = latent->noise(24, 0);
    const Tensor x = own_units(card, latent->decode(z));
    for (int64_t i = 0; i < z.size(0); ++i) {
      figure.z.push_back(z[i][0].item<double>());
      figure.z_to_x.push_back(x[i][0].item<double>());
    }
  }
  return draw_figure1(std::span(&figure, 1), 560, 420);
}

Image with_nearest(const Judge& judge, const Tensor& samples) {
  constexpr int64_t kRows = 8, kColumns = kWithNearest / kRows;
  const DataSet& data = judge.data();
  const Tensor own = samples.flatten(1);  // [8 * 9, D]
  std::vector<Tensor> tiles;
  std::vector<int64_t> framed;
  constexpr int64_t kBlockNumbers = 64'000'000;  // of training examples at a time
  const int64_t block = std::max<int64_t>(1, kBlockNumbers / data.train.dim());
  const auto rows = [&](int64_t first, int64_t n) {
    return judge.units_in_place(rows_of(data.train, first, n));
  };
  const Tensor beside = own.view({kRows, kColumns, -1}).select(1, kColumns - 1);
  const Tensor index = nearest(judge.units(beside), data.train.size(), block, rows).index;
  for (int64_t row = 0; row < kRows; ++row) {
    tiles.push_back(own.narrow(0, row * kColumns, kColumns));
    tiles.push_back(rows_of(data.train, index[row].item<int64_t>(), 1));
    framed.push_back(row * (kColumns + 1) + kColumns);
  }
  Shape shape{kRows * (kColumns + 1)};
  shape.insert(shape.end(), data.train.shape().begin(), data.train.shape().end());
  const Tensor grid = at::cat(tiles).contiguous();
  return image_grid(shape, span_of(grid),
                    {.columns = kColumns + 1,
                     .low = data.low,
                     .high = upper_end(data.low, data.high),
                     .framed = framed});
}

namespace {

/// Points of straight lines: from, to [lines, n] -> [lines * points, n].
Tensor points_between(const Tensor& from, const Tensor& to) {
  const Tensor t = at::linspace(0, 1, kLinePoints, from.options()).view({1, kLinePoints, 1});
  return (from.unsqueeze(1) * (1 - t) + to.unsqueeze(1) * t).flatten(0, 1);
}

}  // namespace

Image straight_lines(Model& model, uint64_t seed, const LineClasses& wanted) {
  auto& latent = dynamic_cast<Latent&>(model.generative());
  const int64_t classes = class_count(model.generative());
  if (wanted.from || wanted.to) check_has_classes(model);
  const Tensor ends = latent.noise(2 * kLines, seed);  // [16, Z]
  const Tensor from = ends.narrow(0, 0, kLines), to = ends.narrow(0, kLines, kLines);
  const Tensor z = points_between(from, wanted.to ? from : to);  // [8 * 12, Z]
  Tensor labels;
  if (classes > 0) {
    const auto whole = at::TensorOptions(z.device()).dtype(at::kLong);
    const Tensor first = wanted.from ? at::full({kLines}, *wanted.from, whole)
                                     : at::arange(kLines, whole).remainder(classes);
    labels = first.repeat_interleave(kLinePoints);
    if (wanted.to)
      labels =
          points_between(at::one_hot(first, classes).to(at::kFloat),
                         at::one_hot(at::full_like(first, *wanted.to), classes).to(at::kFloat));
  }
  const Tensor images = model.own_units(latent.decode(z, labels));
  check_finite_samples(images, "this model");
  return picture(model.data(), images, {}, kLinePoints);
}

}  // namespace gan
