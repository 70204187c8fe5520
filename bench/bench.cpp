// What bench/bench.py and bench/images.py measure of gan itself, one thing a call. kCommands,
// below, lists the calls. ENGINE is fused or reference, PRECISION fp32 or bf16, SECONDS the least
// time of a measurement; a step's time is a median.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/network_counts.h"
#include "bench/timed.h"
#include "bench/training.h"
#include "gan/baselines/rbm/rbm_trainer.h"
#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/threads.h"
#include "gan/data/batches.h"
#include "gan/families.h"
#include "gan/game/trainer.h"
#include "gan/judge/ais.h"
#include "gan/judge/frechet.h"
#include "gan/judge/overlap.h"
#include "gan/judge/parzen.h"
#include "gan/kernels/products.h"
#include "gan/model/examples_file.h"
#include "gan/spec/config.h"
#include "gan/workers/c10d.h"

namespace {

using namespace gan;

void use(int threads) {
  at::set_num_threads(threads);
  flush_denormals();
}

/// The most that this process has held so far, in MiB.
double peak() {
  const std::string status = read_file("/proc/self/status");
  return std::stod(status.substr(status.find("VmHWM:") + 6)) / 1024;
}

double product(const std::string& precision, double seconds) {
  constexpr int64_t n = 1024;
  const auto p = precision == "bf16" ? kernels::Format::bf16 : kernels::Format::fp32;
  const kernels::Product multiply({n, n, n, false, false, p});
  const at::Tensor a = at::rand({n, n}).to(precision == "bf16" ? at::kBFloat16 : at::kFloat),
                   b = a.clone();
  at::Tensor c = at::empty({n, n});
  return 2e-9 * n * n * n /
         timed([&] { multiply(a.data_ptr(), b.data_ptr(), c.data_ptr<float>()); }, seconds);
}

/// Images a second through G of a recipe to a .npy file.
double sample(const std::string& recipe, const std::string& engine, const std::string& precision,
              double seconds) {
  constexpr int64_t kImages = 10000;
  const Config c = recipe_for(recipe, engine, precision);
  const DataSpec spec = data_like_samples(c);
  Generator G(c.generator, spec, 1, some_means(spec), at::kCPU);
  if (c.run.engine == Engine::fused)
    G.network().fuse(precision == "bf16" ? kernels::Format::bf16 : kernels::Format::fp32);
  const std::string file = std::filesystem::temp_directory_path() /
                           fmt::format("gan_bench_{}.npy", static_cast<int64_t>(::getpid()));
  const double time = timed(
      [&] {
        write_examples(file, kImages, spec.shape, {},
                       [&](int64_t first, int64_t count) { return G.sample(count, 1, first); });
      },
      seconds);
  std::filesystem::remove(file);
  return kImages / time;
}

double data(double seconds) {
  constexpr int64_t kImages = 60000, kBatch = 100;
  const Examples images({28, 28}, std::vector<uint8_t>(kImages * 784, 7));
  BatchOrder order(images, Encoding{}, kBatch, 1);
  std::vector<float> x(kBatch * 784);
  int64_t t = 0;
  return kBatch / timed([&] { order.read(t++, x); }, seconds);
}

double parzen_seconds() {
  const at::Tensor samples = at::rand({10000, 784}), valid = at::rand({1000, 784}),
                   test = at::rand({10000, 784});
  return timed([&] { parzen(samples, valid, test, {0.2}, false); }, 0);
}

/// From the features of two sets to their Fréchet distance.
double frechet_seconds(int64_t n, int64_t size) {
  const at::Tensor x = at::randn({n, size}), y = at::randn({n, size}) + 0.1;
  return timed([&] { frechet_distance(moments_of(x), moments_of(y)); }, 0);
}

/// Precision, recall, density and coverage.
double overlap_seconds(int64_t n, int64_t size) {
  const at::Tensor x = at::randn({n, size}), y = at::randn({n, size});
  return timed([&] { overlap(x, y); }, 0);
}

Config rbm_settings(int64_t k, bool persistent) {
  Config c;
  c.run.model = "rbm";
  c.training.learning_rate = 0.01;
  c.optimizer = {.method = Method::momentum, .final_momentum = 0.9};
  c.rbm = {.k = k, .persistent = persistent};
  return c;
}

/// With as many units on as on MNIST after an epoch of learning: .13 of the visible and .3 of the
/// hidden ones (by its biases, as the examples here have nothing to be learnt).
RbmTrainer rbm_trainer(int64_t k, bool persistent) {
  RbmTrainer trainer({.config = rbm_settings(k, persistent),
                      .data = {.shape = {784}},
                      .batches_per_epoch = 500,
                      .means = at::full({784}, 0.13)});
  trainer.model().hidden_bias().fill_(-0.85);
  return trainer;
}

double rbm_step(int64_t k, bool persistent, double seconds) {
  RbmTrainer trainer = rbm_trainer(k, persistent);
  Same data(at::rand({100, 784}).lt(0.13).to(at::kFloat));
  int64_t t = 0;
  return timed([&] { trainer.step(t++, data)[0].second.item<double>(); }, seconds);
}

/// Layers below are as they are at their start: half of their units are on, more than of trained
/// ones.
double earlier_step(const std::string& recipe, double seconds) {
  Config c = parse_config(read_file(recipe), recipe);
  c.training.steps = family_of(c).steps(c, 500);
  c.run.precision = Precision::fp32;
  const auto learner = family_of(c).learner({.config = c,
                                             .data = {.shape = {784}},
                                             .batches_per_epoch = 500,
                                             .means = at::full({784}, 0.13)});
  Same data(at::rand({100, 784}).lt(0.13).to(at::kFloat));
  int64_t t = 0;
  const std::vector<Stage> stages = learner->stages();
  for (size_t i = 0; i + 1 < stages.size(); ++i) t += stages[i].steps;
  return timed([&] { learner->step(t++, data)[0].second.item<double>(); }, seconds);
}

double ais(double seconds) {
  constexpr int64_t kPart = 100;  // temperatures
  RbmTrainer trainer = rbm_trainer(1, false);
  const std::vector<double> all = ais_schedule(14500),
                            betas(all.begin() + 4000, all.begin() + 4000 + kPart + 1);
  at::Tensor states = trainer.model().draw_base(100, 1), weights = at::zeros({100}, at::kDouble);
  return 14500.0 / kPart *
         timed([&] { trainer.model().anneal(states, weights, betas, 1, 0); }, seconds);
}

double memory(const std::string& recipe, const std::string& engine, const std::string& precision,
              int64_t batch) {
  const double before = peak();
  Training training(recipe, engine, precision, batch);
  for (int i = 0; i < 10; ++i) training.step();
  return peak() - before;
}

double step(const std::string& recipe, const std::string& engine, const std::string& precision,
            int64_t batch, double seconds) {
  Training training(recipe, engine, precision, batch);
  return 1e3 * timed([&] { training.step(); }, seconds);
}

/// By all workers of a launch, each with its own cores. BATCH is that of all.
double step_together(const std::string& recipe, const std::string& engine,
                     const std::string& precision, int threads, int64_t batch, double seconds,
                     Wire wire) {
  const Launch launch = launch_of_environment();
  take_share_of_cores(launch.local_rank, launch.local_size);
  use(threads);
  const auto workers = connect(launch, wire, [](const std::string&) {});
  Training training(recipe, engine, precision, batch, *workers);
  const double one = timed_steps([&] { training.step(); }, 10);
  const at::Tensor steps = at::full({1}, static_cast<int64_t>(seconds / one) + 5, at::kLong);
  workers->broadcast(steps);  // all must make as many
  const double out = timed_steps([&] { training.step(); }, steps.item<int64_t>());
  workers->finish();
  return out;
}

using Words = std::vector<std::string>;

struct Command {
  std::string usage;  ///< its name, then its arguments; THREADS and SECONDS mean the same in all
  std::string (*run)(const Words&);
};

std::string text(double value) {
  return fmt::format("{}", value);
}

const Command kCommands[] = {
    // fp32, and bf16 where this processor multiplies it
    {"formats",
     [](const Words&) -> std::string { return kernels::has_bf16() ? "fp32 bf16" : "fp32"; }},
    // milliseconds a step
    {"step RECIPE ENGINE PRECISION THREADS BATCH SECONDS",
     [](const Words& a) {
       return text(step(a[1], a[2], a[3], std::stoll(a[5]), std::stod(a[6])));
     }},
    // the same, by the workers of a launch
    {"together RECIPE ENGINE PRECISION THREADS BATCH SECONDS WIRE",
     [](const Words& a) {
       return text(1e3 * step_together(a[1], a[2], a[3], std::stoi(a[4]), std::stoll(a[5]),
                                       std::stod(a[6]), a[7] == "bf16" ? Wire::bf16 : Wire::fp32));
     }},
    // JSON: parameters and multiplications of G and D, and whether the fused engine can train them
    {"networks RECIPE", [](const Words& a) { return networks_json(a[1]); }},
    // MiB at most, above those before the networks were made
    {"memory RECIPE ENGINE PRECISION THREADS BATCH",
     [](const Words& a) { return text(memory(a[1], a[2], a[3], std::stoll(a[5]))); }},
    // images a second through G to a .npy file
    {"sample RECIPE ENGINE PRECISION THREADS SECONDS",
     [](const Words& a) { return text(sample(a[1], a[2], a[3], std::stod(a[5]))); }},
    // images a second into batches of 100
    {"data THREADS SECONDS", [](const Words& a) { return text(data(std::stod(a[2]))); }},
    // 1e9 operations a second, 1,024 x 1,024 x 1,024
    {"product PRECISION THREADS SECONDS",
     [](const Words& a) { return text(product(a[1], std::stod(a[3]))); }},
    // milliseconds a step of CD-k, or PCD-k where PERSISTENT is 1: 784-500, batch 100
    {"rbm K PERSISTENT THREADS SECONDS",
     [](const Words& a) {
       return text(1e3 * rbm_step(std::stoll(a[1]), a[2] == "1", std::stod(a[4])));
     }},
    // milliseconds a step of its last stage, batch 100
    {"earlier RECIPE THREADS SECONDS",
     [](const Words& a) { return text(1e3 * earlier_step(a[1], std::stod(a[3]))); }},
    // seconds of 100 runs of 14,500 temperatures, from a part of them
    {"ais THREADS SECONDS", [](const Words& a) { return text(ais(std::stod(a[2]))); }},
    // seconds
    {"parzen THREADS", [](const Words&) { return text(parzen_seconds()); }},
    {"frechet N SIZE THREADS",
     [](const Words& a) { return text(frechet_seconds(std::stoll(a[1]), std::stoll(a[2]))); }},
    {"overlap N SIZE THREADS",
     [](const Words& a) { return text(overlap_seconds(std::stoll(a[1]), std::stoll(a[2]))); }},
};

Words split(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

/// Prints the answer. False where there is no such command.
bool answer(const Words& arguments) {
  for (const Command& command : kCommands) {
    const Words usage = split(command.usage);
    if (arguments.empty() || arguments[0] != usage[0] || arguments.size() != usage.size()) continue;
    const auto threads = std::find(usage.begin(), usage.end(), "THREADS");
    if (threads != usage.end()) use(std::stoi(arguments[threads - usage.begin()]));
    fmt::print("{}\n", command.run(arguments));
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (answer({argv + 1, argv + argc})) return 0;
    fmt::print(stderr, "gan_bench is called by bench/bench.py and bench/images.py:\n");
    for (const Command& command : kCommands) fmt::print(stderr, "  gan_bench {}\n", command.usage);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gan_bench: {}\n", error.what());
    return 1;
  }
}
