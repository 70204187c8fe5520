#include "gan/spec/length.h"

#include <algorithm>
#include <cmath>

namespace gan {
namespace {

constexpr double kMostEvaluations = 0.1, kMostPictures = 0.05, kMostCheckpoints = 0.05;
constexpr int64_t kMostOnTheWay = 10;

/// `steps` is a multiple of it: at most a fiftieth of them is lost by rounding down.
int64_t unit_of(double steps) {
  for (const int64_t unit : {10, 5, 2})
    if (steps >= 50.0 * static_cast<double>(unit)) return unit;
  return 1;
}

/// The largest divisor of `most` so that as many take no more than `seconds`; at least `least`.
int64_t times(double each, double seconds, int64_t most, int64_t least) {
  for (int64_t n = most; n > least; --n)
    if (most % n == 0 && static_cast<double>(n) * each <= seconds) return n;
  return least;
}

bool closing_fits(double seconds, const Pace& pace) {
  return pace.closing <= kMostClosing * seconds;
}

int64_t whole(double steps) {
  return static_cast<int64_t>(std::clamp(std::floor(steps), 0.0, kMostSteps));
}

/// Of something that costs `each` after every so many steps.
double each_step(double each, int64_t every) {
  return every > 0 ? each / static_cast<double>(every) : 0;
}

}  // namespace

Length length_for(double seconds, double spent, const Pace& pace) {
  Length out{.closing_scores = closing_fits(seconds, pace)};
  // The picture at the end is drawn twice: as the last of those on the way, and again.
  const double left = seconds - spent - (out.closing_scores ? pace.closing : 0) - pace.picture;
  const int64_t unit = std::min(kMostOnTheWay, unit_of(left / pace.step));
  out.evaluations = times(pace.evaluation, kMostEvaluations * seconds, unit, 0);
  out.pictures = times(pace.picture, kMostPictures * seconds, unit, 1);
  out.checkpoints = times(pace.checkpoint, kMostCheckpoints * seconds, unit, 1);
  const double others = static_cast<double>(out.evaluations) * pace.evaluation +
                        static_cast<double>(out.pictures) * pace.picture +
                        static_cast<double>(out.checkpoints) * pace.checkpoint;
  out.steps = whole((left - others) / pace.step / static_cast<double>(unit)) * unit;
  return out;
}

Length length_for(double seconds, double spent, const Pace& pace, const RunSection& run) {
  Length out{.closing_scores = closing_fits(seconds, pace)};
  const double left =
      seconds - spent - (out.closing_scores ? pace.closing : 0) - pace.picture - pace.checkpoint;
  const double step = pace.step + each_step(pace.evaluation, run.evaluate_every) +
                      each_step(pace.picture, run.sample_every) +
                      each_step(pace.checkpoint, run.checkpoint_every);
  out.steps = whole(left / step);
  return out;
}

void set_steps(Config& config, int64_t steps) {
  const auto keep_share = [&, before = config.training.steps](int64_t& some) {
    if (some < 1 || before < 1) return;
    const double share = static_cast<double>(some) / static_cast<double>(before);
    some = std::max<int64_t>(1, std::llround(share * static_cast<double>(steps)));
  };
  if (has_end(config.optimizer.schedule)) keep_share(config.optimizer.schedule_steps);
  keep_share(config.game.instance_noise_steps);
  config.training.steps = steps;
  config.training.epochs = 0;
}

void set_times(RunSection& run, const Length& length) {
  const auto every = [&](int64_t times) {
    return times > 0 ? std::max<int64_t>(1, length.steps / times) : 0;
  };
  run.evaluate_every = every(length.evaluations);
  run.sample_every = every(length.pictures);
  run.checkpoint_every = every(length.checkpoints);
}

}  // namespace gan
