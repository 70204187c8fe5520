#include "gan/paper/saturation.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/game/value_functions.h"
#include "gan/paper/density.h"
#include "gan/paper/discrete.h"
#include "gan/theory/divergence.h"

namespace gan::paper {

using std::numbers::ln2;

void saturation(Piece& piece, Panel& panel) {
  constexpr double kStep = 1e-5, kConfident = -12;
  const ValueFunction &saturates = value_function("minimax"),
                      &does_not = value_function("non-saturating");
  const auto loss_at = [](const ValueFunction& game, double a) {
    return game.g_loss({}, at::full({1}, a, at::kDouble)).item<double>();
  };
  const auto slope_of = [](const ValueFunction& game, double a) {
    const Tensor logit = at::full({1}, a, at::kDouble).requires_grad_();
    return torch::autograd::grad({game.g_loss({}, logit)}, {logit})[0].item<double>();
  };
  double from_formula = 0, from_differences = 0;
  Series vanishing{.label = "of log(1 - D)"}, lasting{.label = "of -log D"};
  Table table{"Section 3: slopes of G's objectives in D's logit",
              {"logit", "D(G(z))", "of log(1 - D)", "of -log D"},
              {}};
  for (int i = -60; i <= 60; ++i) {
    const double a = i / 5.0, d = optimal_discriminator(a, 0);
    for (const auto& [game, series, formula] :
         {std::tuple{&saturates, &vanishing, -d},
          {&does_not, &lasting, -optimal_discriminator(0, a)}}) {
      const double slope = slope_of(*game, a),
                   differences =
                       (loss_at(*game, a + kStep) - loss_at(*game, a - kStep)) / (2 * kStep);
      from_formula = std::max(from_formula, std::abs(slope - formula));
      from_differences = std::max(from_differences, std::abs(slope - differences));
      series->x.push_back(a);
      series->y.push_back(slope);
    }
    if (i % 15 == 0)
      table.rows.push_back(
          {number(a), number(d), number(vanishing.y.back()), number(lasting.y.back())});
  }
  piece.checks.push_back(at_most(
      "Section 3: slopes by autograd against -D and -(1 - D), logits -12 to 12, largest difference",
      from_formula, 1e-12));
  piece.checks.push_back(
      at_most("Section 3: the same against finite differences in doubles", from_differences, 1e-8));
  piece.checks.push_back(
      {fmt::format("Section 3: slope of log(1 - D) where D rejects, logit {}", kConfident),
       slope_of(saturates, kConfident), 0, 1e-4});
  piece.checks.push_back(
      {"Section 3: slope of -log D there", slope_of(does_not, kConfident), -1, 1e-4});

  // G shifts its samples, p_g = N(mu, 1), and D = D* has logit -mu x + mu^2 / 2, whose slope in x
  // is -mu.
  Table shifts{"Section 3: slope in mu, p_data = N(0, 1), p_g = N(mu, 1), D = D*",
               {"mu", "mean D(G(z))", "of log(1 - D)", "of -log D"},
               {}};
  for (const double mu : {0.5, 1.0, 2.0, 4.0, 8.0}) {
    const Density data = normal(0, 1), g = normal(mu, 1);
    const auto mean = [&](double sign) {  // of D* or 1 - D* under p_g
      return integral([&](double x) {
        return std::exp(g.log_at(x)) *
               optimal_discriminator(sign * optimal_logit(data.log_at(x), g.log_at(x)), 0);
      });
    };
    const double d = mean(1), not_d = mean(-1);
    shifts.rows.push_back({number(mu), number(d), number(mu * d), number(mu * not_d)});
    if (mu < 8) continue;
    piece.checks.push_back(at_most(
        fmt::format("Section 3: slope in mu of log(1 - D*) where G is far off, mu = {}", mu),
        mu * d, 1e-3));
    piece.checks.push_back(
        {fmt::format("Section 3: slope in mu of -log D* there"), mu * not_d, mu, 1e-3});
  }
  piece.tables.push_back(std::move(table));
  piece.tables.push_back(std::move(shifts));
  panel = {.title = "Section 3: slopes of G's objectives",
           .x_label = "logit of D(G(z))",
           .y_label = "slope",
           .series = {std::move(vanishing), std::move(lasting)}};
}

}  // namespace gan::paper
