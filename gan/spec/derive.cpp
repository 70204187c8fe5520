#include "gan/spec/derive.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/duration.h"
#include "gan/core/memory.h"
#include "gan/spec/derived_networks.h"
#include "gan/spec/layer_row.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr int64_t kSteps = 5000;         // of images, where nobody says how many
constexpr int64_t kEvery = 1000;         // steps between scores, pictures and checkpoints
constexpr int64_t kFewImages = 1000;     // from which a generator learns copies
constexpr int64_t kSmallest = 8;         // sides of images for convolutional networks
constexpr int64_t kLargest = 512;        // the same
constexpr double kLongestStep = 0.2;     // seconds, estimated
constexpr double kMemoryForScores = .5;  // at most this share of it

// Multiply-adds a second, measured in training steps of the recipe fashion-mnist on two cores.
constexpr double kCore = 2e10, kCoreInBf16 = 4.5e10, kGpu = 3e12;

/// What all derived settings share: those of the recipe fashion-mnist.
Config common(const DataFacts& data) {
  Config c;
  c.data.source = data.name;
  c.about = fmt::format("settings chosen from the shape of {}", data.name);
  c.run.doctor = DoctorMode::act;
  c.run.evaluate_every = c.run.sample_every = c.run.checkpoint_every = kEvery;
  c.optimizer.beta1 = 0;
  c.optimizer.beta2 = 0.99;
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.min_rate = 1e-5;
  c.game = {.value = "relativistic", .averaging = 0.999};
  return c;
}

int64_t batch_of(const DataSpec& data, int64_t most) {
  return std::clamp<int64_t>(data.size / 10, 1, most);
}

std::string epochs_text(const Config& c, const DataSpec& data) {
  const double examples = static_cast<double>(std::max<int64_t>(1, data.size));
  const double seen = static_cast<double>(c.training.steps * c.training.batch_size);
  return fmt::format("{} steps, {:.3g} epochs", count(c.training.steps), seen / examples);
}

int64_t steps_of(double epochs, int64_t batch, const DataSpec& data) {
  const double steps = epochs * static_cast<double>(data.size / batch);
  return static_cast<int64_t>(std::clamp(std::round(steps), 1.0, kMostSteps));
}

/// Sets the length, and says why it is that.
void choose_length(Derived& d, const DataSpec& data, const Wishes& wishes) {
  Config& c = d.config;
  std::string why = "a usual length; --steps, --epochs or --for 20min choose another";
  if (wishes.steps || wishes.epochs) why = "as asked for";
  if (wishes.length) why = "what fits into the time that was asked for";
  if (wishes.steps) c.training.steps = *wishes.steps;
  if (wishes.epochs) c.training.steps = steps_of(*wishes.epochs, c.training.batch_size, data);
  if (wishes.length) {
    c.training.steps = wishes.length->steps;
    set_times(c.run, *wishes.length);
  }
  c.optimizer.schedule_steps = c.training.steps;
  d.reasons.push_back(fmt::format("length: {}: {}", epochs_text(c, data), why));
}

// --- Rows of numbers ---

Derived for_rows(const DataFacts& data, const Wishes& wishes) {
  Derived d{.config = common(data)};
  Config& c = d.config;
  const int64_t dim = data.spec.dim();
  const int64_t hidden = data.image ? 1200 : 256;
  c.data.scale = data.toy ? Scale::none : Scale::standard;
  if (data.image) c.data.scale = Scale::unit;
  c.training = {.steps = data.image ? kSteps : 2 * kSteps,
                .batch_size = batch_of(data.spec, data.image ? 100 : 256),
                .learning_rate = 1e-3};
  c.game.r1 = c.game.r2 = data.image ? 1.0 : 0.1;
  c.generator.noise_size = std::clamp<int64_t>(2 * dim, 8, 100);
  c.generator.layers = {
      leaky(hidden), leaky(hidden),
      Dense{.units = dim, .activation = data.image ? Activation::sigmoid : Activation::linear}};
  c.discriminator.layers = {leaky(hidden), leaky(hidden / 2), Dense{.units = 1}};

  const std::string what =
      data.image ? fmt::format("images with a side below {} or above {}", kSmallest, kLargest)
                 : fmt::format("rows of {} numbers", count(dim));
  const std::string_view values = names_of(c.data.scale)[static_cast<size_t>(c.data.scale)];
  d.reasons = {
      fmt::format("networks: dense layers of {} units: the data are {}", hidden, what),
      fmt::format("values: scale {}: {}", values,
                  data.toy ? "the toy's own units are small numbers"
                           : "the networks see numbers of size 1"),
      fmt::format("batch: {} of {} examples", c.training.batch_size, count(data.spec.size)),
      fmt::format(
          "z: {} normal numbers: twice as many as an example has, but at least 8 and at most 100",
          c.generator.noise_size),
      fmt::format("game: relativistic pairs with penalties R1 and R2 of weight {:g}, Adam without "
                  "momentum, a rate of {:g} that falls to {:g}, an average of G",
                  c.game.r1, c.training.learning_rate, c.optimizer.min_rate)};
  choose_length(d, data.spec, wishes);
  return d;
}

// --- Images ---

/// 5e-4 for maps of 256 channels, and more for fewer: with 2e-3, such networks diverged on
/// CIFAR-10 after 550 steps, while networks of half the width learned fastest with it.
double rate_of_colour(int64_t widest) {
  constexpr double kMost = 2e-3, kWidth = 256, kRate = 5e-4;
  return std::min(kMost, kRate * kWidth / static_cast<double>(widest));
}

Config images_of_size(const DataFacts& data, const NetworkSize& size) {
  const Shape image = seen_by_networks(data.spec.shape);
  const bool colour = image[0] > 1;
  Config c = common(data);
  c.data.scale = colour ? Scale::symmetric : Scale::unit;
  c.training = {
      .steps = kSteps, .batch_size = batch_of(data.spec, size.batch), .learning_rate = 2e-3};
  c.optimizer.min_rate = 2e-5;
  c.game.r1 = c.game.r2 = 1.0;
  if (colour) {
    c.training.learning_rate = rate_of_colour(channels_at(size, maps_of(image).size() - 1));
    c.game.final_r1 = c.game.final_r2 = 0.1;
  }
  c.generator.noise_size = colour ? 128 : 64;
  c.generator.layers = generator_of(data.spec, size);
  c.discriminator.layers = discriminator_of(data.spec, size);
  return c;
}

/// The largest size whose step is short, by estimates.
size_t size_of_machine(const DataFacts& data, const Machine& machine) {
  const std::vector<double> seconds = step_estimates(data, machine);
  const auto is_short = [](double step) { return step <= kLongestStep; };
  const auto found = std::find_if(seconds.begin(), seconds.end() - 1, is_short);
  return static_cast<size_t>(found - seconds.begin());
}

/// The average of G is over a fixed share of the training, at least as long as in the recipe. In
/// five digits.
double averaging_of(int64_t steps) {
  constexpr double kShare = 2.5, kShort = 1e-3, kLong = 1e-4, kDigits = 1e5;
  const double window = std::clamp(kShare / static_cast<double>(steps), kLong, kShort);
  return std::round((1 - window) * kDigits) / kDigits;
}

std::string machine_text(const Machine& machine) {
  if (machine.gpu) return "a GPU";
  return fmt::format("{} core{} {} fast bfloat16", machine.cores, machine.cores == 1 ? "" : "s",
                     machine.fast_bf16 ? "with" : "without");
}

std::string size_reason(const Derived& d, const DataFacts& data, const Machine& machine,
                        const Wishes& wishes) {
  const NetworkSize& size = sizes_of_networks()[*d.size];
  const size_t halvings = maps_of(seen_by_networks(data.spec.shape)).size() - 1;
  const std::string what = fmt::format("channels: {} at full size, up to {} in the smallest maps",
                                       size.channels, channels_at(size, halvings));
  if (wishes.size) return what + ": chosen by the measured time of a step";
  const double seconds = step_estimates(data, machine)[*d.size];
  return fmt::format("{}: a step takes about {:.2g} s on {}, by an estimate", what, seconds,
                     machine_text(machine));
}

std::string networks_reason(const Config& c, const Shape& image) {
  const std::vector<Map> maps = maps_of(image);
  const bool crops =
      std::any_of(c.generator.layers.begin(), c.generator.layers.end(),
                  [](const LayerSpec& layer) { return std::holds_alternative<Crop>(layer); });
  const size_t doublings = maps.size() - 1;
  return fmt::format(
      "networks: convolutional, {} doubling{} of maps from {} x {} to {} x {}{}: the data are images",
      doublings, doublings == 1 ? "" : "s", maps.back().height, maps.back().width, image[1],
      image[2], crops ? ", cropped to odd sizes" : "");
}

/// Scores keep 10,000 samples, and so may need more memory than training does. Distances of pixels
/// say little about pictures: where there are labels, a classifier's features choose.
void choose_scores(Derived& d, const DataFacts& data, const Machine& machine) {
  const double need = scoring_need(d.config, data.spec.dim(), kScoredSamples, kScoredSamples);
  if (need <= kMemoryForScores * machine.memory) {
    if (!uses_labels(data.spec)) return;
    d.config.run.scores = {{WatchedScore::frechet, WatchedScore::own}};
    d.reasons.push_back(
        "best checkpoint: by the Fréchet distance from validation images, on the features of a "
        "classifier of the classes");
    return;
  }
  d.config.run.evaluate_every = 0;
  d.reasons.push_back(
      fmt::format("scores: none: they would keep {} of samples and test images", bytes_text(need)));
}

Derived for_images(const DataFacts& data, const Machine& machine, const Wishes& wishes) {
  const size_t size = wishes.size.value_or(size_of_machine(data, machine));
  Derived d{.config = images_of_size(data, sizes_of_networks().at(size)), .size = size};
  Config& c = d.config;
  const Shape image = seen_by_networks(data.spec.shape);
  const bool colour = image[0] > 1;
  d.reasons.push_back(networks_reason(c, image));
  d.reasons.push_back(size_reason(d, data, machine, wishes));
  d.reasons.push_back(colour
                          ? "values: [-1, 1], tanh at the end of G: colours are centred"
                          : "values: [0, 1], the hard sigmoid at the end of G: one grey channel, "
                            "and black is exactly 0");
  if (uses_labels(data.spec))
    d.reasons.push_back(fmt::format(
        "labels: {} classes: G makes the one that it is asked for, and D sees which; with pictures, "
        "--labels off leaves them out",
        data.spec.classes.size()));
  d.reasons.push_back(
      fmt::format("batch: {} of {} images", c.training.batch_size, count(data.spec.size)));
  d.reasons.push_back(fmt::format("rate: {:g} at the start, {:g} at the end: {}",
                                  c.training.learning_rate, c.optimizer.min_rate,
                                  colour ? "wide networks for colour images diverge at higher rates"
                                         : "as in the recipe fashion-mnist"));
  d.reasons.push_back(fmt::format(
      "z: {} normal numbers: {}", c.generator.noise_size,
      colour ? "colour images vary more than grey ones" : "as in the recipe fashion-mnist"));
  if (data.spec.size < kFewImages)
    d.reasons.push_back(
        fmt::format("few images: a generator may learn {} images by heart; more of them help most",
                    count(data.spec.size)));
  d.reasons.push_back(
      "game: relativistic pairs with penalties R1 and R2, Adam without momentum, an average of G: as in the recipe fashion-mnist");
  choose_length(d, data.spec, wishes);
  c.game.averaging = averaging_of(c.training.steps);
  d.reasons.push_back(fmt::format(
      "average of G: over about the last {} steps: a longer training needs a longer one",
      count(std::llround(1 / (1 - c.game.averaging)))));
  choose_scores(d, data, machine);
  return d;
}

bool suits_convolutions(const DataFacts& data) {
  if (!data.image) return false;
  const Shape image = seen_by_networks(data.spec.shape);
  return image.size() == 3 && std::min(image[1], image[2]) >= kSmallest &&
         std::max(image[1], image[2]) <= kLargest;
}

// --- Estimates ---

struct MultiplyAdds {
  const LayerShape& shape;
  double operator()(const Dense&) const { return numbers(shape.in) * numbers(shape.out); }
  double operator()(const Convolution& l) const {
    return numbers(shape.out) * static_cast<double>(shape.in[0] * l.kernel * l.kernel);
  }
  double operator()(const TransposedConvolution& l) const {
    return numbers(shape.in) * static_cast<double>(l.channels * l.kernel * l.kernel);
  }
  double operator()(const auto& /*without weights*/) const { return 0; }
};

/// Of one example on its way through.
double multiply_adds(const NetworkSpec& spec, const Shape& input, int64_t classes) {
  const std::vector<LayerShape> fitted = shapes(spec, input, "estimate", classes);
  double sum = 0;
  for (size_t i = 0; i < spec.size(); ++i) sum += std::visit(MultiplyAdds{fitted[i]}, spec[i]);
  return sum;
}

/// Ways through the networks in a step, forward or backward. G: forward and backward, for its own
/// update, and forward for D's. D: data and samples forward, backward to inputs and to weights, and
/// the same for the penalties; then both once more for G.
constexpr double kWaysOfG = 4, kWaysOfD = 16;

double speed_of(const Machine& machine) {
  if (machine.gpu) return kGpu;
  return static_cast<double>(machine.cores) * (machine.fast_bf16 ? kCoreInBf16 : kCore);
}

}  // namespace

const std::vector<NetworkSize>& sizes_of_networks() {
  static const std::vector<NetworkSize> sizes = {{64, 100}, {32, 100}, {16, 100}, {8, 100},
                                                 {8, 50},   {8, 25},   {4, 25}};
  return sizes;
}

std::vector<double> step_estimates(const DataFacts& data, const Machine& machine) {
  const auto classes = static_cast<int64_t>(data.spec.classes.size());
  std::vector<double> out;
  for (const NetworkSize& size : sizes_of_networks()) {
    const Config c = images_of_size(data, size);
    const double of_g = multiply_adds(c.generator.layers, {c.generator.noise_size}, classes);
    const double of_d = multiply_adds(c.discriminator.layers, data.spec.shape, classes);
    const double example = kWaysOfG * of_g + kWaysOfD * of_d;
    const bool fits = memory_need(c, data.spec).total() <= machine.memory / 2;
    out.push_back(fits ? static_cast<double>(c.training.batch_size) * example / speed_of(machine)
                       : std::numeric_limits<double>::infinity());
  }
  return out;
}

size_t size_for(size_t now, double steps, const std::vector<double>& seconds) {
  constexpr double kFewSteps = 1000, kManySteps = 20000, kEnoughSteps = 5000;
  const auto steps_of = [&](size_t size) { return steps * seconds[now] / seconds[size]; };
  if (steps < kFewSteps) {
    for (size_t size = now + 1; size < seconds.size(); ++size)
      if (steps_of(size) >= kFewSteps) return size;
    return seconds.size() - 1;
  }
  if (steps > kManySteps)
    for (size_t size = 0; size < now; ++size)
      if (steps_of(size) >= kEnoughSteps) return size;
  return now;
}

Derived derive(const DataFacts& data, const Machine& machine, const Wishes& wishes) {
  return suits_convolutions(data) ? for_images(data, machine, wishes) : for_rows(data, wishes);
}

}  // namespace gan
