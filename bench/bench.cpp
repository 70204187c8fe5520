// What bench/bench.py measures of gan itself, one thing a call:
//   gan_bench formats                                                    fp32, and bf16 where this
//   processor multiplies it gan_bench step RECIPE.toml ENGINE PRECISION THREADS BATCH SECONDS
//   milliseconds a step (median) gan_bench sample PRECISION THREADS SECONDS images a second through
//   G of recipes/mnist.toml to a .npy gan_bench data THREADS SECONDS images a second into batches
//   of 100 gan_bench product PRECISION THREADS SECONDS                           1e9 operations a
//   second, 1,024 x 1,024 x 1,024 gan_bench memory RECIPE.toml ENGINE PRECISION THREADS BATCH MiB
//   at most, above those before the networks were made gan_bench rbm K PERSISTENT THREADS SECONDS
//   milliseconds a step of CD-k or PCD-k (median): 784-500, batch 100 gan_bench earlier RECIPE.toml
//   THREADS SECONDS                         milliseconds a step of its last stage (median), batch
//   100 gan_bench ais THREADS SECONDS                                         seconds of 100 runs
//   of 14,500 temperatures, from a part of them gan_bench parzen THREADS seconds, share of the
//   float32 rate is bench.py's to tell

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/timed.h"
#include "gan/baselines/rbm/rbm_trainer.h"
#include "gan/core/files.h"
#include "gan/core/threads.h"
#include "gan/data/batches.h"
#include "gan/families.h"
#include "gan/game/trainer.h"
#include "gan/judge/ais.h"
#include "gan/judge/parzen.h"
#include "gan/kernels/products.h"
#include "gan/model/examples_file.h"
#include "gan/spec/config.h"

namespace {

using namespace gan;

class Same : public Batches {
 public:
  explicit Same(at::Tensor x) : x_(std::move(x)) {}
  Batch next() override { return {.x = x_}; }

 private:
  at::Tensor x_;
};

void use(int threads) {
  at::set_num_threads(threads);
  flush_denormals();
}

/// What a training of this recipe does, step after step.
class Training {
 public:
  Training(const std::string& recipe, const std::string& engine, const std::string& precision,
           int64_t batch)
      : config_(configure(recipe, engine, precision, batch)),
        dim_(std::get<Dense>(config_.generator.layers.back()).units),
        trainer_({.config = config_,
                  .data = {.shape = {dim_}},
                  .batches_per_epoch = 500,
                  .means = at::full({dim_}, 0.2)}),
        data_(at::rand({batch, dim_})) {}
  void step() {
    for (const auto& [name, value] : trainer_.step(t_++, data_))
      value.item<double>();  // as the loop does
  }

 private:
  static Config configure(const std::string& recipe, const std::string& engine,
                          const std::string& precision, int64_t batch) {
    Config c = parse_config(read_file(recipe), recipe);
    override_config(c, "run.engine=" + engine);
    override_config(c, "run.precision=" + precision);
    c.training.batch_size = batch;
    return c;
  }
  Config config_;
  int64_t dim_, t_ = 0;
  Trainer trainer_;
  Same data_;
};

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

double sample(const std::string& precision, double seconds) {
  constexpr int64_t kImages = 10000;
  Config c = parse_config(read_file("recipes/mnist.toml"), "recipes/mnist.toml");
  Generator G(c.generator, 1, at::full({784}, 0.2), at::kCPU);
  G.network().fuse(precision == "bf16" ? kernels::Format::bf16 : kernels::Format::fp32);
  const std::string file = std::filesystem::temp_directory_path() / "gan_bench.npy";
  const double time = timed(
      [&] {
        write_examples(file, kImages, {784}, {},
                       [&](int64_t first, int64_t count) { return G.sample(count, 1, first); });
      },
      seconds);
  std::filesystem::remove(file);
  return kImages / time;
}

double data(double seconds) {
  constexpr int64_t kImages = 60000, kBatch = 100;
  const Examples images({28, 28}, std::vector<uint8_t>(kImages * 784, 7));
  BatchOrder order(images, Scaling{}, kBatch, 1);
  std::vector<float> x(kBatch * 784);
  int64_t t = 0;
  return kBatch / timed([&] { order.read(t++, x); }, seconds);
}

double parzen_seconds() {
  const at::Tensor samples = at::rand({10000, 784}), valid = at::rand({1000, 784}),
                   test = at::rand({10000, 784});
  return timed([&] { parzen(samples, valid, test, {0.2}, false); }, 0);
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

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  try {
    if (a.size() == 1 && a[0] == "formats") {
      fmt::print("fp32{}\n", kernels::has_bf16() ? " bf16" : "");
    } else if (a.size() == 7 && a[0] == "step") {
      use(std::stoi(a[4]));
      Training training(a[1], a[2], a[3], std::stoll(a[5]));
      fmt::print("{}\n", 1e3 * timed([&] { training.step(); }, std::stod(a[6])));
    } else if (a.size() == 6 && a[0] == "memory") {
      use(std::stoi(a[4]));
      const double before = peak();
      Training training(a[1], a[2], a[3], std::stoll(a[5]));
      for (int i = 0; i < 10; ++i) training.step();
      fmt::print("{}\n", peak() - before);
    } else if (a.size() == 4 && a[0] == "sample") {
      use(std::stoi(a[2]));
      fmt::print("{}\n", sample(a[1], std::stod(a[3])));
    } else if (a.size() == 3 && a[0] == "data") {
      use(std::stoi(a[1]));
      fmt::print("{}\n", data(std::stod(a[2])));
    } else if (a.size() == 4 && a[0] == "product") {
      use(std::stoi(a[2]));
      fmt::print("{}\n", product(a[1], std::stod(a[3])));
    } else if (a.size() == 5 && a[0] == "rbm") {
      use(std::stoi(a[3]));
      fmt::print("{}\n", 1e3 * rbm_step(std::stoll(a[1]), a[2] == "1", std::stod(a[4])));
    } else if (a.size() == 4 && a[0] == "earlier") {
      use(std::stoi(a[2]));
      fmt::print("{}\n", 1e3 * earlier_step(a[1], std::stod(a[3])));
    } else if (a.size() == 3 && a[0] == "ais") {
      use(std::stoi(a[1]));
      fmt::print("{}\n", ais(std::stod(a[2])));
    } else if (a.size() == 2 && a[0] == "parzen") {
      use(std::stoi(a[1]));
      fmt::print("{}\n", parzen_seconds());
    } else {
      fmt::print(stderr, "gan_bench is called by bench/bench.py\n");
      return 2;
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "gan_bench: {}\n", error.what());
    return 1;
  }
}
