/// Signs of trouble between the players: D too strong, too weak, overfitted; a game in circles.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gan/doctor/detectors.h"

namespace gan {
namespace {

constexpr size_t kLines = 10;         // of metrics, to judge D's answers by
constexpr double kSure = 0.97;        // D(x) - D(G(z)): median from which D is too strong
constexpr double kSureLeast = 0.9;    // the same, the least of these lines
constexpr double kUndecided = 0.005;  // D(x) - D(G(z)): median below which D tells nothing
constexpr double kUnlike = 0.5;       // share of samples among the data below which they differ
constexpr double kSlow = 3;           // times as long as D's are G's steps, in norms of the weights
constexpr double kBegun = 0.3;        // of the steps, before D is called slow

constexpr size_t kCircle = 60;       // lines in which circles are looked for
constexpr size_t kLongestTurn = 30;  // of them
constexpr double kSwing = 0.15;      // standard deviation of D(G(z)), at least
constexpr double kCorrelated = 0.5;  // of the series with itself, half a turn and a turn later

constexpr size_t kSwingLines = 30;       // in which swings of the spread of samples are counted
constexpr double kTimes = 2;             // the least factor of a swing
constexpr int64_t kManyTurns = 6;        // the least number of swings
constexpr int64_t kEnoughExamples = 32;  // in a batch, for the spread of data to be known

constexpr double kOverfitted = 0.5, kErrors = 5;

/// D(x) - D(G(z)) of the newest lines; empty where there are too few.
std::vector<double> gaps(const History& history, size_t n) {
  std::vector<double> on_data = history.newest("D(x)", n);
  const std::vector<double> on_samples = history.newest("D(G(z))", n);
  if (on_data.empty() || on_samples.empty()) return {};
  for (size_t i = 0; i < n; ++i) on_data[i] -= on_samples[i];
  return on_data;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

/// How often the values turn from rising to falling or back, each time by a factor of `times`.
int64_t turns(const std::vector<double>& values, double times) {
  enum class Way { unknown, up, down } way = Way::unknown;
  int64_t count = 0;
  double low = values[0], high = values[0];  // since the last turn
  for (const double v : values) {
    low = std::min(low, v);
    high = std::max(high, v);
    const bool falls = way != Way::down && v * times < high;
    const bool rises = way != Way::up && v > low * times;
    if (!falls && !rises) continue;
    ++count;
    way = falls ? Way::down : Way::up;
    low = high = v;
  }
  return count;
}

/// The spread of samples halves and doubles, again and again.
bool swings(const std::vector<double>& spread) {
  return !spread.empty() && least(spread) > 0 && turns(spread, kTimes) >= kManyTurns;
}

}  // namespace

MaybeSign look_for_strong_d(const History& history, const TrainingFacts& facts, bool) {
  if (!facts.log_odds || !history.has_new("D(x)")) return {};
  const std::vector<double> gap = gaps(history, kLines);
  if (gap.empty() || median(gap) < kSure || least(gap) < kSureLeast) return Sign{};
  const std::vector<double> gradient = history.newest("g_gradient", kLines);
  return Sign{
      true,
      fmt::format(
          "D answers {:.3f} on data and {:.3f} on samples (medians of {} checks): "
          "it separates them without error, and G hardly learns from it{}; use a "
          "penalty (game.r1), a smaller D, or a smaller game.k",
          median(history.newest("D(x)", kLines)), median(history.newest("D(G(z))", kLines)), kLines,
          gradient.empty() ? "" : fmt::format(" (a gradient of norm {:.2g})", median(gradient)))};
}

/// D says the same of data and of samples, or moves far less than G does, while samples are nothing
/// like the data. Under noise the two are alike before the samples lie among the data.
MaybeSign look_for_weak_d(const History& history, const TrainingFacts& facts, bool) {
  const Readings& inside = history.series("inside");
  if (!facts.log_odds || !history.has_new("D(x)") || inside.empty()) return {};
  const std::vector<double> gap = gaps(history, kLines);
  if (gap.empty() || history.step() <= facts.noise_steps) return Sign{};
  if (inside.back().value > kUnlike) return Sign{};
  const double of_d = static_cast<double>(facts.k) * median(history.newest("d_step", kLines)),
               of_g = median(history.newest("g_step", kLines));
  const bool begun =
      static_cast<double>(history.step()) >= kBegun * static_cast<double>(facts.steps);
  if (begun && of_d > 0 && of_g > kSlow * of_d)
    return Sign{true, fmt::format("D moves by {:.2g}% of the norm of its weights while G moves by "
                                  "{:.2g}% (medians of {} checks), and only {:.0f}% of the samples "
                                  "lie among the data: D learns too slowly to teach G; use a "
                                  "higher discriminator.learning_rate, or a larger game.k",
                                  100 * of_d, 100 * of_g, kLines, 100 * inside.back().value)};
  if (std::abs(median(gap)) > kUndecided) return Sign{};
  return Sign{true,
              fmt::format("D answers the same on data and on samples (a difference of {:.4f}, the "
                          "median of {} checks), although only {:.0f}% of the samples lie among "
                          "the data: it teaches G nothing; use a larger D, a higher rate, a "
                          "larger game.k, or a smaller penalty",
                          median(gap), kLines, 100 * inside.back().value)};
}

/// The samples spread and shrink, or the autocorrelation of D(G(z)) falls below -kCorrelated and
/// rises above kCorrelated again.
MaybeSign look_for_circles(const History& history, const TrainingFacts& facts, bool) {
  if (!history.has_new("D(G(z))")) return {};
  const std::vector<double> spread = history.newest("spread", kSwingLines);
  if (facts.batch_size >= kEnoughExamples && swings(spread))
    return Sign{
        true, fmt::format("in {} checks, the spread of the samples swung between {:.2g} and {:.2g} "
                          "times that of the data, and turned {} times: the players throw each "
                          "other off balance; use a penalty (game.r1), a lower beta1, or a lower "
                          "training.learning_rate",
                          kSwingLines, least(spread), greatest(spread), turns(spread, kTimes))};
  std::vector<double> y = history.newest("D(G(z))", kCircle);
  if (y.empty()) return Sign{};
  const double centre = mean(y);
  double squares = 0;
  for (double& v : y) v -= centre;
  for (const double v : y) squares += v * v;
  const double swing = std::sqrt(squares / static_cast<double>(y.size()));
  if (swing < kSwing) return Sign{};
  const auto correlation = [&](size_t lag) {
    double sum = 0;
    for (size_t i = 0; i + lag < y.size(); ++i) sum += y[i] * y[i + lag];
    const double pairs = static_cast<double>(y.size() - lag) / static_cast<double>(y.size());
    return sum / (squares * pairs);
  };
  bool turned = false;
  for (size_t lag = 2; lag <= kLongestTurn; ++lag) {
    const double r = correlation(lag);
    turned = turned || r < -kCorrelated;
    const bool rises = lag < kLongestTurn && correlation(lag + 1) > r;
    if (!turned || r < kCorrelated || rises) continue;
    const Readings& all = history.series("D(G(z))");
    const int64_t turn = all.back().step - all[all.size() - 1 - lag].step;
    return Sign{true, fmt::format("D(G(z)) swings by {:.2f} about {:.2f} with a period of about {} "
                                  "steps (correlation {:.2f}): the players go round each other; "
                                  "use a penalty (game.r1), averaging, or a lower beta1",
                                  swing, centre, turn, r)};
  }
  return Sign{};
}

/// d_overfit: (E D(training) - E D(held out)) / (E D(training) - E D(samples)), in logits.
/// (Karras et al. 2020, equation 1, with training and held-out data as there.)
MaybeSign look_for_overfitting(const History& history, const TrainingFacts&, bool open) {
  if (!history.has_new("d_overfit")) return {};
  const double share = history.newest("d_overfit", 1)[0];
  const std::vector<double> errors = history.newest("d_overfit_errors", 1);
  const double limit = open ? 0.8 * kOverfitted : kOverfitted;
  if (share < limit || errors.empty() || errors[0] < kErrors) return Sign{};
  return Sign{true,
              fmt::format("D's answers on held-out data lie {:.0f}% of the way from those on "
                          "training data to those on samples ({:.0f} standard errors): it knows "
                          "the training data by heart; use more data, a stronger penalty "
                          "(game.r1), dropout, or fewer steps",
                          100 * share, errors[0])};
}

}  // namespace gan
