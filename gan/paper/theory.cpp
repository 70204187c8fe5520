#include "gan/paper/theory.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "gan/core/duration.h"
#include "gan/core/random.h"
#include "gan/figures/plot.h"
#include "gan/game/value_functions.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"
#include "gan/paper/density.h"
#include "gan/paper/discrete.h"
#include "gan/paper/proposition2.h"
#include "gan/paper/saturation.h"
#include "gan/theory/divergence.h"

namespace gan::paper {
namespace {

using std::numbers::ln2;
/// Equation 5 at one point: KL to the mixture of both, from each.
double divergences_at(double log_data, double log_g) {
  const double most = std::max(log_data, log_g);
  const double log_mixture =
      most + std::log((std::exp(log_data - most) + std::exp(log_g - most)) / 2);
  return plogq(std::exp(log_data), log_data - log_mixture) +
         plogq(std::exp(log_g), log_g - log_mixture);
}

using paper::criterion;  // of distributions on a few points
double criterion(const Density& data, const Density& g) {
  return integral([&](double x) { return criterion_at(data.log_at(x), g.log_at(x)); });
}

// --- Proposition 1 ---

struct Fit {
  double distance;  // mean |D - D*| under (p_data + p_g) / 2
  double value, best,
      over;  // V(G, D) reached, C(G), and the most by which V passed it while D learned
  std::vector<double> x, D, optimal;
};

/// The inner loop of Algorithm 1 with G fixed: a network learns from minibatches of both, by the
/// table's minimax row.
Fit fit_discriminator(const Density& data, const Density& g, uint64_t seed) {
  constexpr int64_t kSteps = 1500, kBatch = 1024;
  constexpr double kFrom = -12,
                   kTo = 12;  // D is looked at there, and V integrated over the same points
  constexpr int64_t kPoints = 2401;
  const Dense hidden{
      .units = 32, .activation = Activation::tanh, .init = {.kind = Init::Kind::glorot}};
  Network D({hidden, hidden, Dense{.units = 1}}, {1}, "discriminator", Stream(seed, "init.D"), {},
            at::kCPU);
  OptimizerSection section{
      .beta1 = 0.9, .schedule = Schedule::cosine, .min_rate = 1e-5, .schedule_steps = kSteps};
  Optimizer optimizer(section, 1e-2, D.parameters());

  const Tensor x = at::linspace(kFrom, kTo, kPoints, at::kDouble);
  Tensor p = at::empty_like(x), q = at::empty_like(x),
         best = at::empty_like(x);  // times the width of a point
  Fit fit{.best = criterion(data, g), .over = -1};
  for (int64_t i = 0; i < kPoints; ++i) {
    const double at = x[i].item<double>(), width = (kTo - kFrom) / (kPoints - 1),
                 log_p = data.log_at(at), log_q = g.log_at(at);
    p[i] = width * std::exp(log_p);
    q[i] = width * std::exp(log_q);
    best[i] = optimal_discriminator(log_p, log_q);
  }
  const auto logits = [&] {
    const at::NoGradGuard no_grad;
    return D(x.to(at::kFloat).unsqueeze(1)).squeeze(1).to(at::kDouble);
  };
  const auto value = [&](const Tensor& a) {
    return -(p * at::softplus(-a) + q * at::softplus(a)).sum().item<double>();
  };

  const ValueFunction& game = value_function("minimax");
  const Stream stream(seed, "proposition 1");
  for (int64_t t = 0; t < kSteps; ++t) {
    const Tensor real = data.sample(stream.child("data"), kBatch, t),
                 fake = g.sample(stream.child("g"), kBatch, t);
    const Tensor loss = game.d_loss(D(real).squeeze(1), D(fake).squeeze(1));
    optimizer.step(torch::autograd::grad({loss}, D.parameters()),
                   {.step = t, .update = t, .epoch = 1});
    if (t % 25 == 24) fit.over = std::max(fit.over, value(logits()) - fit.best);
  }
  const Tensor answer = at::sigmoid(logits());
  fit.distance = ((p + q) / 2 * (answer - best).abs()).sum().item<double>();
  fit.value = value(logits());
  for (int64_t i = kPoints * 7 / 24; i <= kPoints * 17 / 24; i += 5)  // from -5 to 5
  {
    fit.x.push_back(x[i].item<double>());
    fit.D.push_back(answer[i].item<double>());
    fit.optimal.push_back(best[i].item<double>());
  }
  return fit;
}

void proposition_1(Piece& piece, Panel& panel, uint64_t seed) {
  const std::vector<std::tuple<std::string, Density, Density>> cases = {
      {"N(0, 1) against N(1.5, 1)", normal(0, 1), normal(1.5, 1)},
      {"N(0, 1) against N(0.5, 2^2)", normal(0, 1), normal(0.5, 2)},
      {"two modes against one", {{{0.6, -2, 0.7}, {0.4, 1.5, 0.5}}}, normal(0, 1.6)},
  };
  Table table{"Proposition 1: D trained against a fixed G",
              {"p_data against p_g", "mean |D - D*|", "V(G, D) reached", "C(G)"},
              {}};
  double over = -1;
  for (const auto& [name, data, g] : cases) {
    const Fit fit = fit_discriminator(data, g, seed);
    over = std::max(over, fit.over);
    piece.checks.push_back(
        at_most(fmt::format("Proposition 1: mean |D - D*| under (p_data + p_g) / 2, {}", name),
                fit.distance, 0.01));
    piece.checks.push_back(
        {fmt::format("Proposition 1: V(G, D) that the trained D reaches, {}", name), fit.value,
         fit.best, 2e-3});
    table.rows.push_back({name, number(fit.distance), number(fit.value), number(fit.best)});
    panel = {.title = "Proposition 1: D trained against a fixed G",
             .x_label = "x, " + name,
             .y_label = "D(x)",
             .series = {{"D*", fit.x, fit.optimal}, {"D", fit.x, fit.D, true}}};
  }
  piece.checks.push_back(
      at_most("Proposition 1: the most by which V(G, D) passes C(G) while D learns", over, 1e-7));

  double line = 0;
  for (const double mu : {0.5, 1.5, 4.0})
    for (double x = -8; x <= 8; x += 0.25)
      line =
          std::max(line, std::abs(optimal_logit(normal(0, 1).log_at(x), normal(mu, 1).log_at(x)) -
                                  (-mu * x + mu * mu / 2)));
  piece.checks.push_back(at_most(
      "Proposition 1: logit D* of N(0, 1) against N(mu, 1) is -mu x + mu^2 / 2, largest difference",
      line, 1e-12));
  piece.tables.push_back(std::move(table));
}

// --- Theorem 1 ---

/// C(G), computed in three ways for pairs of p_data and p_g.
struct Comparison {
  int pairs = 0;
  int not_above = 0;        // pairs whose C(G) is not above -log 4
  double apart = 0;         // the largest difference from -log 4 + two KL divergences
  double from_library = 0;  // and from the library's criterion
  double least = 1;         // of C(G) + log 4

  void add(double direct, double two_divergences, double library) {
    apart = std::max(apart, std::abs(direct - (-std::log(4) + two_divergences)));
    from_library = std::max(from_library, std::abs(direct - library));
    least = std::min(least, direct + std::log(4));
    ++pairs;
    not_above += direct <= -std::log(4);
  }

  void add(const Density& data, const Density& g) {
    const double two =
        integral([&](double x) { return divergences_at(data.log_at(x), g.log_at(x)); });
    const double divergence =
        jensen_shannon([&](double x) { return data.log_at(x); },
                       [&](double x) { return g.log_at(x); }, kLow, kHigh, kIntervals);
    add(criterion(data, g), two, virtual_criterion(divergence));
  }

  void add(const Distribution& data, const Distribution& g) {
    double two = 0;
    for (size_t k = 0; k < data.size(); ++k)
      two += divergences_at(std::log(data[k]), std::log(g[k]));
    add(criterion(data, g), two, virtual_criterion(jensen_shannon(data, g)));
  }
};

/// Three normals.
Density random_mixture(const Stream& stream) {
  std::vector<float> z(6);
  stream.normal(z, 1, 0);
  const Distribution w = draw_distribution(stream, 3, 1);
  Density out;
  for (size_t k = 0; k < 3; ++k) out.parts.push_back({w[k], 3 * z[k], std::exp(0.4 * z[k + 3])});
  return out;
}

/// Pairs of normals, of mixtures and of distributions on 2 to 25 points.
Comparison compare_pairs(const Stream& stream) {
  Comparison out;
  for (const double mean : {0.25, 1.0, 2.0, 4.0, 8.0})
    for (const double deviation : {0.5, 1.0, 2.0}) out.add(normal(0, 1), normal(mean, deviation));
  out.add(normal(0, 1), normal(0, 1.1));
  for (uint64_t i = 0; i < 10; ++i)
    out.add(random_mixture(stream.child("data").child(i)),
            random_mixture(stream.child("g").child(i)));
  for (uint64_t i = 0; i < 24; ++i) {
    const auto size = static_cast<int64_t>(2 + i);
    out.add(draw_distribution(stream.child("discrete data").child(i), size, 1.5, i % 2 == 1),
            draw_distribution(stream.child("discrete g").child(i), size, 1.5, i % 3 == 1));
  }
  return out;
}

/// Pairs whose C(G) is known: the same twice, or disjoint.
void check_extremes(Piece& piece, const Stream& stream) {
  const Density two_modes{{{0.6, -2, 0.7}, {0.4, 1.5, 0.5}}};
  const Distribution eight = draw_distribution(stream.child("equal"), 8, 1.5);
  piece.checks.push_back({"Theorem 1: C(G) where p_g = p_data, a density",
                          criterion(two_modes, two_modes), -std::log(4), 1e-12});
  piece.checks.push_back({"Theorem 1: C(G) where p_g = p_data, 8 points", criterion(eight, eight),
                          -std::log(4), 1e-12});
  piece.checks.push_back({"Theorem 1: C(G) of N(0, 1) and N(40, 1)",
                          criterion(normal(0, 1), normal(40, 1)), 0, 1e-12});
  piece.checks.push_back({"Theorem 1: C(G) of disjoint supports",
                          criterion(Distribution{0.3, 0.7, 0, 0}, Distribution{0, 0, 0.9, 0.1}), 0,
                          1e-12});
}

/// C(G) of N(0, 1) and N(mu, 1) along mu.
void draw_criterion(Piece& piece, Panel& panel) {
  Table table{"Theorem 1: p_data = N(0, 1), p_g = N(mu, 1)",
              {"mu", "E log D* + E log(1 - D*)", "-log 4 + 2 JSD"},
              {}};
  Series curve{.label = "C(G)"};
  for (int i = 0; i <= 60; ++i) {
    const double mu = i / 10.0, direct = criterion(normal(0, 1), normal(mu, 1));
    curve.x.push_back(mu);
    curve.y.push_back(direct);
    if (i % 10 != 0) continue;
    const double two = integral(
        [&](double x) { return divergences_at(normal(0, 1).log_at(x), normal(mu, 1).log_at(x)); });
    table.rows.push_back({number(mu), number(direct), number(-std::log(4) + two)});
  }
  piece.tables.push_back(std::move(table));
  panel = {.title = "Theorem 1: C(G) for N(0, 1) and N(mu, 1)",
           .x_label = "mu",
           .y_label = "nats",
           .series = {std::move(curve)},
           .horizontals = {{-std::log(4), "-log 4"}, {0, "0: disjoint supports"}}};
}

void theorem_1(Piece& piece, Panel& panel, uint64_t seed) {
  const Stream stream(seed, "theorem 1");
  const Comparison compared = compare_pairs(stream);
  piece.checks.push_back(at_most(
      fmt::format(
          "Theorem 1: E log D* + E log(1 - D*) against -log 4 + two KL divergences, largest difference of {} pairs",
          compared.pairs),
      compared.apart, 1e-9));
  piece.checks.push_back(
      at_most("Theorem 1: the same against -log 4 + 2 JSD of the library, largest difference",
              compared.from_library, 1e-9));
  piece.checks.push_back(
      {"Theorem 1: pairs with p_g other than p_data whose C(G) is not above -log 4 (least excess " +
           number(compared.least) + ")",
       static_cast<double>(compared.not_above), 0, 0});
  check_extremes(piece, stream);
  draw_criterion(piece, panel);
}

}  // namespace

Piece theory(uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  Piece piece{.name = "theory",
              .title = "Section 4: propositions 1 and 2, theorem 1; section 3: saturation"};
  piece.text = {
      "Proposition 1. Against a fixed G the best D is D* = p_data / (p_data + p_g). A tanh network learns from minibatches of both sides by the "
      "inner loop of Algorithm 1, and is held against D* point by point. V(G, D) is integrated, not estimated, so it must not pass C(G) at all.",
      "Theorem 1. C(G) = max_D V(G, D) is computed as E log D* + E log(1 - D*) and, by another route, as -log 4 plus the divergences of Kullback and "
      "Leibler from the two densities to their mean: for normals, mixtures, and distributions on a few points, some without mass.",
      "Proposition 2. Where p_g itself is updated, against the D* of the present p_g, it reaches p_data: C is convex in p_g, with slope log(1 - D*). "
      "Where D is held as it was, p_g collapses onto the point that D likes best: section 6 warns of it.",
      "The proposition lets p_g be updated as a function, and asks for small updates alone. By steps that multiply p_g it gets no mass where it has none: it "
      "reaches p_data from any start that has a little mass wherever data are, and otherwise ends at p_data cut to its own support. Where the supports are "
      "disjoint, D* is 0 at every sample, C(G) is 0 and its slope there 0, so nothing moves.",
      "Section 3. In D's logit, log(1 - D) has slope -D and -log D has slope -(1 - D): where D rejects samples with confidence the first vanishes, the "
      "second does not. Both are the loss functions that training uses, by automatic differentiation."};
  std::vector<Panel> panels(4);
  proposition_1(piece, panels[0], seed);
  theorem_1(piece, panels[1], seed);
  proposition_2(piece, panels[2], seed);
  differing_supports(piece);
  saturation(piece, panels[3]);
  piece.pictures.push_back(
      {"theory.png",
       "What section 4 proves and section 3 argues, computed: D after training and D*, C(G), p_g on its way to p_data, the slopes of G's two objectives. The paper draws none of these.",
       encode_png(draw_curves(panels, 560, 300))});
  piece.settings = fmt::format(
      "seed {}; D: dense 32, 32 (tanh), 1; Adam, 1500 steps of 1024 + 1024 examples; Simpson's rule, {} intervals on [{}, {}]",
      seed, kIntervals, kLow, kHigh);
  piece.seconds = seconds_since(start);
  return piece;
}

}  // namespace gan::paper
