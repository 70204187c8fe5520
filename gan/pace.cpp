#include "gan/pace.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "gan/checkup.h"
#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/stop.h"
#include "gan/doctor/history.h"
#include "gan/evaluate.h"
#include "gan/judge/parzen_score.h"
#include "gan/model/checkpoint.h"
#include "gan/pictures.h"
#include "gan/run/tensor_batches.h"
#include "gan/run/training_doctor.h"
#include "gan/spec/memory.h"
#include "gan/units.h"

namespace gan {
namespace {

constexpr double kShareOfSteps = 0.015, kLongest = 2;  // of the time, seconds: for measuring steps
constexpr double kShareOfScores = 0.015;               // scores that take longer are estimated
constexpr size_t kWarmUp = 3;                          // first steps, which prepare kernels
constexpr double kDisk = 3e8;                          // bytes a second
constexpr double kCurves = 0.1;                        // seconds, to draw them

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return seconds_since(start);
}

void wait_for(const Scalars& scalars) {
  for (const auto& [name, value] : scalars) value.item<double>();
}

/// The median of the first steps, with this step's share of what is logged and of what the doctor
/// measures.
double step_seconds(const Problem& p, Learner& learner, double at_most) {
  BatchOrder order(p.data.train, p.encoding, p.config.training.batch_size, p.config.run.seed);
  TensorBatches batches(order, p.device);
  std::vector<double> each;
  double all = 0;
  while (each.size() <= kWarmUp || (all < at_most && stop_signal() == 0)) {
    const auto step = static_cast<int64_t>(each.size());
    batches.seek(step * learner.batches_per_step());
    each.push_back(seconds_of([&] { wait_for(learner.step(step, batches)); }));
    all += each.back();
  }
  batches.seek(0);
  const double watch = seconds_of([&] { wait_for(learner.watch(batches.next())); });
  double examination = 0;
  if (p.config.run.doctor != DoctorMode::off) {
    Checkup checkup(p, learner);
    checkup.measure();  // the first one looks at the data, too
    examination = seconds_of([&] { checkup.measure(); });
  }
  each.erase(each.begin(), each.begin() + kWarmUp);
  return median(each) + watch / static_cast<double>(p.config.run.log_every) +
         examination / static_cast<double>(TrainingDoctor::kUnexamined);
}

double checkpoint_seconds(Learner& learner) {
  const StateVisit state = [&](const StateVisitor& visit) { learner.visit_state(visit); };
  size_t bytes = 0;
  const double writing = seconds_of([&] {
    if (first_not_finite(state).empty()) bytes = write_checkpoint(state, {}).size();
  });
  return writing + static_cast<double>(bytes) / kDisk;
}

double picture_seconds(const Problem& p, GenerativeModel& model) {
  constexpr int64_t kImages = 100, kPoints = 2000;
  const auto draw = [&] {
    const Tensor samples = own_units(p, model.sample(p.data.image ? kImages : kPoints, 0));
    encode_png(picture(card_of(p), samples, rows_of(p.data.valid, 0, kPoints)));
  };
  return kCurves + seconds_of([&] { draw_if_possible(draw); });
}

// --- Estimates of scores: see judge/ for what they do ---

/// Multiply-adds a second of a product of float32 matrices.
double speed_of_products(int64_t dim) {
  constexpr int64_t kRows = 512, kFewNumbers = 256, kMostNumbers = 4096;
  const int64_t inner = std::clamp(dim, kFewNumbers, kMostNumbers);
  const Tensor a = at::ones({kRows, inner}), b = at::ones({inner, kRows});
  double least = 1;  // seconds: other work on the machine may disturb most of them
  for (int i = 0; i < 10; ++i) least = std::min(least, seconds_of([&] { at::matmul(a, b); }));
  return static_cast<double>(kRows * kRows * inner) / std::max(least, 1e-6);
}

double pixels_of(const Shape& seen) {
  return seen.size() == 3 ? static_cast<double>(seen[1] * seen[2]) : 0;
}

struct ScoreCosts {
  double dim, train, valid, test;
  double pixels;    ///< of an image; 0 of a row of numbers
  double products;  ///< multiply-adds a second
  double windows;   ///< Gaussian windows a second

  explicit ScoreCosts(const Problem& p, const Judge& judge)
      : dim(static_cast<double>(p.data.train.dim())),
        train(static_cast<double>(p.data.train.size())),
        valid(static_cast<double>(judge.valid().size(0))),
        test(static_cast<double>(p.data.test.size())),
        pixels(pixels_of(seen_by_networks(p.data.train.shape()))),
        products(speed_of_products(p.data.train.dim())),
        windows(1.5e8 * at::get_num_threads()) {}

  double distances(double n, double m) const { return n * m * dim / products; }
  /// Chooses one of ten widths by the validation examples.
  double choice(double n) const { return distances(n, valid) + 10 * n * valid / windows; }
  double parzen(double n) const { return choice(n) + distances(n, test) + n * test / windows; }
  double nearest() const { return distances(2000, train); }
  double two_sample(double n) const { return two_sample(n, dim); }
  double two_sample(double n, double inputs) const {
    constexpr double kUnits = 128, kWays = 3, kEpochs = 30, kFits = 3, kBatch = 200,
                     kOverhead = 1e-3;
    const double steps = kFits * kEpochs * 0.4 * n / kBatch;
    const double step = 2 * kBatch * kWays * kUnits * (inputs + kUnits) / products;
    return steps * (step + kOverhead) * (inputs <= 8 ? 2 : 1);
  }
  /// Scores on features of samples: neighbours among n, 100 kernels of 1,000, three classifiers.
  double features(double n) const {
    constexpr double kFeatures = 256, kKernels = 3.3e8;
    const double pairs = 3 * n * std::min(n, test) + kKernels + 2000 * std::min(train, 5e4);
    const double examples = 2 * n + test + std::min({train, 5e4, std::max(5e3, 1.5e8 / dim)});
    constexpr double kOfPixel = 17e3;  // multiply-adds of random convolutions
    return (pairs * kFeatures + examples * kOfPixel * pixels) / products +
           two_sample(std::min(n, test), kFeatures);
  }
  /// Trains the classifier whose features they are: see judge/classifier.cpp.
  double classifier() const {
    constexpr double kEpochs = 4, kWays = 3, kMost = 1e5, kOverhead = 1e-5;
    const double products_of_example = dim * 300 + dim * 32 * 64 + dim * 4 * 128;
    return kEpochs * std::min(train, kMost) * (kWays * products_of_example / products + kOverhead);
  }
  double controls(double n, bool image) const {
    const double known = two_sample(std::min(n, test)) + parzen(std::min(n, train));
    if (!image || train < 20000) return known + parzen(std::min(1000.0, train / 10));
    constexpr double kIterations = 12, kFew = 1000;
    return known + kIterations * distances(train, n + kFew) + parzen(n) + parzen(kFew);
  }
};

double closing_estimate(const Problem& p, const ScoreCosts& costs, double sample,
                        const std::filesystem::path& cache) {
  const auto n = static_cast<double>(kScoredSamples);
  const bool known = !known_parzen_controls(p.data, cache).empty();
  return 2 * n * sample + costs.parzen(n) + costs.nearest() +
         costs.two_sample(std::min(n, costs.test)) + costs.features(n) +
         (known ? 0 : costs.controls(n, p.data.image) + costs.features(n)) +
         (known || !p.data.train.labelled() ? 0 : costs.classifier());
}

/// Seconds for a sample, of many.
double sample_seconds(GenerativeModel& model) {
  constexpr int64_t kFew = 20, kMany = 500;
  constexpr double kQuick = 1e-3;  // seconds for a sample
  const auto each = [&](int64_t n) {
    return seconds_of([&] { model.sample(n, 0); }) / static_cast<double>(n);
  };
  const double of_few = each(kFew);
  return of_few < kQuick ? each(kMany) : of_few;
}

}  // namespace

Pace measure_pace(const Problem& p, const Judge& judge, const PaceSettings& settings) {
  const auto learner = make_learner(p);
  if (!learner->has_model() || dynamic_cast<Latent*>(&learner->model()) == nullptr)
    throw UsageError(
        "--for: how long run.model = '{}' takes is not known beforehand; use --steps or --epochs",
        p.config.run.model.text);
  GenerativeModel& model = learner->model();
  Pace pace;
  pace.step = step_seconds(p, *learner, std::min(kLongest, kShareOfSteps * settings.seconds));
  pace.checkpoint = checkpoint_seconds(*learner);
  pace.picture = picture_seconds(p, model);
  if (judge.variety().none()) return pace;
  const double sample = sample_seconds(model);
  const ScoreCosts costs(p, judge);
  const auto n = static_cast<double>(kScoredSamples);
  pace.evaluation = n * sample + costs.choice(n);
  if (pace.evaluation < kShareOfScores * settings.seconds) {
    TrainingScores scores(p, judge, settings.cache);
    scores.at(*learner, 0);  // makes what all evaluations share
    pace.evaluation = seconds_of([&] { scores.at(*learner, 0); });
  }
  if (settings.closing_scores) pace.closing = closing_estimate(p, costs, sample, settings.cache);
  return pace;
}

}  // namespace gan
