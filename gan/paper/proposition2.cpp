#include "gan/paper/proposition2.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/random.h"
#include "gan/paper/discrete.h"
#include "gan/theory/divergence.h"

namespace gan::paper {

namespace {

constexpr int kStarts = 20;
constexpr int kSteps = 60;
constexpr size_t kSize = 10;

/// The largest over all starts.
struct Worst {
  double far = 0;           // total variation after the last step
  double rise = 0;          // of C(G) in a step
  double bound = 0;         // (C(G) + log 4) t / KL(p_data || first p_g)
  double slope_error = 0;   // of the slope against finite differences
  double curve_error = -1;  // of C above a chord
  double collapse = 0;      // share of p_g that does not end where log(1 - D) is least
};

/// What is shown of one start.
struct Trajectory {
  Table table{"Proposition 2: mirror descent of p_g, 10 points, D = D* at each step",
              {"step", "total variation", "C(G) + log 4", "with D held: total variation"},
              {}};
  Series follows{.label = "D = D* of the present G"};
  Series held{.label = "D held as it was at the start"};

  void add(int t, double criterion, double of_follows, double of_held) {
    follows.x.push_back(t);
    follows.y.push_back(of_follows);
    held.x.push_back(t);
    held.y.push_back(of_held);
    if (t % 10 == 0)
      table.rows.push_back({std::to_string(t), number(of_follows), number(criterion + std::log(4)),
                            number(of_held)});
  }
};

double kullback_leibler(const Distribution& p, const Distribution& q) {
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += p[i] * std::log(p[i] / q[i]);
  return sum;
}

/// From `first` against its own D* at each step, and against the D* of `first`. `trajectory`:
/// filled, where it is given.
void descend(const Distribution& data, const Distribution& first, Worst& worst,
             Trajectory* trajectory) {
  const double divergence = kullback_leibler(data, first);
  const auto step_with_d_held = [&](Distribution& g) {
    step_downhill(g, [&](size_t i) { return slope_at(data[i], first[i]); });
  };
  Distribution g = first;
  Distribution alone = first;
  double last = criterion(data, g);
  for (int t = 0; t <= kSteps; ++t) {
    const double now = criterion(data, g);
    worst.rise = std::max(worst.rise, now - last);
    last = now;
    if (t > 0) worst.bound = std::max(worst.bound, (now + std::log(4)) * t / divergence);
    if (trajectory) trajectory->add(t, now, total_variation(data, g), total_variation(data, alone));
    const Distribution at = g;
    step_downhill(g, [&](size_t i) { return slope_at(data[i], at[i]); });
    step_with_d_held(alone);
  }
  worst.far = std::max(worst.far, total_variation(data, g));

  for (int t = 0; t < 4000; ++t) step_with_d_held(alone);
  double least = 0;  // of the slopes
  for (size_t i = 0; i < kSize; ++i) least = std::min(least, slope_at(data[i], first[i]));
  double elsewhere = 0;
  for (size_t i = 0; i < kSize; ++i)
    elsewhere += slope_at(data[i], first[i]) > least + 0.01 ? alone[i] : 0;
  worst.collapse = std::max(worst.collapse, elsewhere);
}

/// The largest difference between the slope and finite differences.
double error_of_slope(const Distribution& data, const Distribution& g) {
  double most = 0;
  for (size_t i = 0; i < kSize; ++i) {
    const double h = 3e-4 * g[i];
    Distribution up = g;
    Distribution down = g;
    up[i] += h;
    down[i] -= h;
    const double difference = (criterion(data, up) - criterion(data, down)) / (2 * h);
    most = std::max(most, std::abs(difference - slope_at(data[i], g[i])));
  }
  return most;
}

/// The most by which C lies above a chord, at one point of each of 50.
double above_chords(const Distribution& data, const Stream& of_a, const Stream& of_b) {
  double most = -1;
  for (uint64_t k = 0; k < 50; ++k) {
    const Distribution a = draw_distribution(of_a.child(k), kSize, 2, true);
    const Distribution b = draw_distribution(of_b.child(k), kSize, 2, true);
    const double share = static_cast<double>(k + 1) / 51;
    Distribution between(kSize);
    for (size_t i = 0; i < kSize; ++i) between[i] = (1 - share) * a[i] + share * b[i];
    const double above =
        criterion(data, between) - (1 - share) * criterion(data, a) - share * criterion(data, b);
    most = std::max(most, above);
  }
  return most;
}

void add_checks(Piece& piece, const Worst& worst) {
  piece.checks.push_back(at_most(
      fmt::format(
          "Proposition 2: total variation of p_g and p_data after {} steps, worst of {} starts",
          kSteps, kStarts),
      worst.far, 1e-9));
  piece.checks.push_back(
      at_most("Proposition 2: the most by which a step raises C(G)", worst.rise, 1e-12));
  piece.checks.push_back(at_most(
      "Proposition 2: (C(G) + log 4) t / KL(p_data, first p_g) after t steps, largest; mirror descent promises 1",
      worst.bound, 1));
  piece.checks.push_back(at_most(
      "Proposition 2: dC / dp_g = log(1 - D*) against finite differences, largest difference",
      worst.slope_error, 1e-6));
  piece.checks.push_back(
      at_most("Proposition 2: the most by which C lies above a chord, 1000 random segments",
              worst.curve_error, 1e-12));
  piece.checks.push_back(at_most(
      "Section 6: with D held, the share of p_g that does not end where log(1 - D) is least (within 0.01)",
      worst.collapse, 1e-3));
}

}  // namespace

void proposition_2(Piece& piece, Panel& panel, uint64_t seed) {
  const Stream stream(seed, "proposition 2");
  Worst worst;
  Trajectory trajectory;
  for (uint64_t start = 0; start < kStarts; ++start) {
    const Distribution data = draw_distribution(stream.child("data").child(start), kSize, 1);
    const Distribution first = draw_distribution(stream.child("g").child(start), kSize, 2);
    descend(data, first, worst, start == 0 ? &trajectory : nullptr);
    worst.slope_error = std::max(worst.slope_error, error_of_slope(data, first));
    worst.curve_error = std::max(
        worst.curve_error,
        above_chords(data, stream.child("a").child(start), stream.child("b").child(start)));
  }
  add_checks(piece, worst);
  piece.tables.push_back(std::move(trajectory.table));
  panel = {.title = "Proposition 2: p_g updated, discrete support",
           .x_label = "step",
           .y_label = "total variation",
           .series = {std::move(trajectory.follows), std::move(trajectory.held)}};
}

namespace {

/// Two uniform distributions on some of the same points, and what is known of them without a
/// program.
struct Supports {
  const char* name;
  Distribution data, g;
  double criterion;         // C(G), by hand
  double left, left_value;  // total variation and C(G) where mirror descent ends
};

/// Uniform on the points from `first` to before `last`, of ten.
Distribution uniform_on(size_t first, size_t last) {
  Distribution out(10);
  for (size_t i = first; i < last; ++i) out[i] = 1 / static_cast<double>(last - first);
  return out;
}

Distribution descended(const Distribution& data, Distribution g, int steps) {
  for (int t = 0; t < steps; ++t) {
    const Distribution at = g;
    step_downhill(g, [&](size_t i) { return slope_at(data[i], at[i]); });
  }
  return g;
}

/// The same with a little mass everywhere.
Distribution with_a_floor(Distribution g, double least) {
  double total = 0;
  for (double& p : g) {
    p += least;
    total += p;
  }
  for (double& p : g) p /= total;
  return g;
}

}  // namespace

void differing_supports(Piece& piece) {
  constexpr int kLongSteps = 120;
  constexpr double kLeast = 1e-9;
  const double third = std::log(1 / 3.0);
  const double two_thirds = std::log(2 / 3.0);
  const std::vector<Supports> cases = {
      {"p_g also where no data are: 10 points over 5", uniform_on(0, 5), uniform_on(0, 10),
       two_thirds + third / 2, 0, -std::log(4)},
      {"partly the same: 2 of 6 points", uniform_on(0, 6), uniform_on(4, 10),
       -2 / 3.0 * std::log(2), 2 / 3.0, std::log(0.25) / 3 + std::log(0.75)},
      {"p_g on 5 of the 10 points of the data", uniform_on(0, 10), uniform_on(0, 5),
       third / 2 + two_thirds, 0.5, third / 2 + two_thirds},
      {"disjoint: 5 points and 5 others", uniform_on(0, 5), uniform_on(5, 10), 0, 1, 0},
  };
  Table table{"Proposition 2 where supports differ: uniform distributions on some of 10 points",
              {"p_g and p_data", "C(G)", "by hand", "total variation",
               fmt::format("after {} steps", kLongSteps), "C(G) then", "by hand",
               fmt::format("total variation then, with {} of p_g everywhere at first", kLeast)},
              {}};
  double from_hand = 0;
  double from_limit = 0;
  double of_floor = 0;
  double not_sure = 0;
  for (const Supports& c : cases) {
    for (size_t i = 0; i < c.data.size(); ++i) {
      const double best = optimal_discriminator(std::log(c.data[i]), std::log(c.g[i]));
      if (c.data[i] > 0 && c.g[i] == 0) not_sure = std::max(not_sure, 1 - best);
      if (c.data[i] == 0 && c.g[i] > 0) not_sure = std::max(not_sure, best);
    }
    const double value = criterion(c.data, c.g);
    const Distribution end = descended(c.data, c.g, kLongSteps);
    const double left = total_variation(c.data, end);
    const double left_value = criterion(c.data, end);
    const double floored =
        total_variation(c.data, descended(c.data, with_a_floor(c.g, kLeast), kLongSteps));
    from_hand = std::max(from_hand, std::abs(value - c.criterion));
    from_limit =
        std::max({from_limit, std::abs(left - c.left), std::abs(left_value - c.left_value)});
    of_floor = std::max(of_floor, floored);
    table.rows.push_back({c.name, number(value), number(c.criterion),
                          number(total_variation(c.data, c.g)), number(left), number(left_value),
                          number(c.left_value), number(floored)});
  }
  double pull = 0;  // of the disjoint pair, where its samples are
  for (size_t i = 5; i < 10; ++i)
    pull = std::max(pull, std::abs(slope_at(cases.back().data[i], cases.back().g[i])));
  piece.checks.push_back(at_most(
      "Where supports differ: D* is 1 where only data are and 0 where only samples are, largest difference",
      not_sure, 0));
  piece.checks.push_back(at_most(
      fmt::format(
          "Where supports differ: C(G) against its value by hand, largest difference of {} pairs",
          cases.size()),
      from_hand, 1e-12));
  piece.checks.push_back(at_most(
      fmt::format(
          "Where supports differ: total variation and C(G) after {} steps against those by hand, largest difference",
          kLongSteps),
      from_limit, 1e-9));
  piece.checks.push_back(at_most(
      fmt::format(
          "Where supports differ, with {} of p_g everywhere at first: total variation after {} steps, largest",
          kLeast, kLongSteps),
      of_floor, 1e-9));
  piece.checks.push_back(at_most("Disjoint supports: slope of C(G) where samples are", pull, 0));
  piece.tables.push_back(std::move(table));
}

}  // namespace gan::paper
