#include "gan/paper/figure1_training.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gan/game/trainer.h"
#include "gan/theory/divergence.h"
#include "gan/theory/pushforward.h"

namespace gan::paper {
namespace {

constexpr int64_t kPoints = 321;  // of the picture
constexpr int64_t kArrows = 25;
constexpr double kLow = -1, kHigh = 9;  // four deviations of the data
constexpr int64_t kNoisePoints = 4001;  // of z, for p_g
constexpr int64_t kCells = 1500;        // of x, for the numbers
constexpr double kReach = 10;           // of these cells, beyond the picture's ends
constexpr double kStart = 7;  // where G's samples begin: 2.4 deviations of the data to their right
constexpr double kFaint = 0.004;  // where p_data + p_g is below, D* is not drawn
constexpr int64_t kEvery = 8;     // steps from one frame to the next before stage (a)

/// Fresh examples of the data, as many as anyone wants.
class Draws : public Batches {
 public:
  Draws(std::shared_ptr<const Toy> toy, uint64_t seed)
      : toy_(std::move(toy)), stream_(seed, "figure 1") {}
  Batch next() override {
    std::vector<float> x = toy_->sample(kBatch, stream_.bits(number_++));
    return {.x = at::from_blob(x.data(), {kBatch, 1}, at::kFloat).clone()};
  }

 private:
  std::shared_ptr<const Toy> toy_;
  Stream stream_;
  uint64_t number_ = 0;
};

Config settings(uint64_t seed, int64_t k) {
  const auto tanh = [](Init init) {
    return Dense{.units = 32, .activation = Activation::tanh, .init = init};
  };
  const Init glorot{Init::Kind::glorot}, wide{Init::Kind::normal, 1.5};
  Config c;
  c.run.seed = static_cast<int64_t>(seed);
  c.training = {.steps = kSteps, .batch_size = kBatch, .learning_rate = 1e-3};
  c.optimizer = {.beta1 = 0,
                 .beta2 = 0.99,
                 .schedule = Schedule::cosine,
                 .min_rate = 1e-5,
                 .schedule_steps = kSteps};
  c.game.k = k;
  c.generator = {
      .noise = NoiseKind::normal,
      .noise_size = 1,
      .layers = {tanh(glorot), Dense{.units = 1, .init = wide, .bias = {.value = kStart}}}};
  c.discriminator.layers = {tanh(glorot), tanh(glorot), Dense{.units = 1}};
  return c;
}

Setup setup(uint64_t seed, int64_t k) {
  return {.config = settings(seed, k), .data = {.shape = {1}}};
}

/// A trainer that goes on where `from` stands, with k steps of D for one of G.
std::unique_ptr<Trainer> handed_over(Trainer& from, uint64_t seed, int64_t k) {
  auto to = std::make_unique<Trainer>(setup(seed, k));
  std::map<std::string, Tensor> state;
  from.visit_state(
      [&](const std::string& name, Tensor& value) { state[name] = value.detach().clone(); });
  const at::NoGradGuard no_grad;
  to->visit_state([&](const std::string& name, Tensor& value) { value.copy_(state.at(name)); });
  return to;
}

/// Sees what two trainers know.
class Looker {
 public:
  explicit Looker(const Toy& toy)
      : noise_(normal_noise(kNoisePoints)),
        shown_(cells_around(kLow, kHigh, kPoints)),
        cells_(cells_between(kLow - kReach, kHigh + kReach, kCells)),
        quantiles_((at::arange(kArrows, at::kDouble) + 0.5) / kArrows),
        arrows_((at::erfinv(2 * quantiles_ - 1) * std::sqrt(2)).to(at::kFloat).unsqueeze(1)) {
    const auto density = [&](double x) { return std::exp(toy.log_density(std::span(&x, 1))); };
    for (int64_t i = 0; i < kPoints; ++i) {
      x_.push_back(shown_.middle(i));
      density_.push_back(density(x_.back()));
    }
    for (int64_t i = 0; i < kCells; ++i) data_.push_back(cells_.width * density(cells_.middle(i)));
  }

  /// G of one trainer, D of another.
  Snapshot operator()(Trainer& g, const Trainer& d, int64_t step) const {
    auto& latent = dynamic_cast<Latent&>(g.model());
    const std::vector<float> z(noise_.z.begin(), noise_.z.end());
    const std::vector<double> images = doubles(latent.decode(column(z)));
    Snapshot s{.figure = {.x = x_,
                          .data_density = density_,
                          .model_density = push_forward(noise_, images, shown_),
                          .discriminator = probabilities(logits(d, shown_)),
                          .z = doubles(quantiles_),
                          .z_to_x = doubles(latent.decode(arrows_))},
               .step = step};
    Figure1& f = s.figure;
    for (int64_t i = 0; i < kPoints; ++i) {
      f.model_density[i] /= shown_.width;
      const double best =
          optimal_discriminator(std::log(density_[i]), std::log(f.model_density[i]));
      f.optimal_discriminator.push_back(density_[i] + f.model_density[i] > kFaint ? best : NAN);
    }
    const std::vector<double> model = push_forward(noise_, images, cells_);
    const std::vector<double> logits_of_d = logits(d, cells_);
    const std::vector<double> answers = probabilities(logits_of_d);
    s.against = closed_form(data_, model, logits_of_d);
    for (int64_t i = 0; i < kCells; ++i) {
      s.from_half += (data_[i] + model[i]) / 2 * std::abs(answers[i] - 0.5);
      s.on_data += data_[i] * answers[i];
      s.on_samples += model[i] * answers[i];
    }
    return s;
  }

 private:
  static std::vector<double> doubles(const Tensor& t) {
    const Tensor flat = t.to(at::kDouble).flatten().contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
  }
  static Tensor column(const std::vector<float>& values) {  // [n, 1], a copy
    return at::tensor(at::ArrayRef<float>(values)).unsqueeze(1);
  }
  static std::vector<double> logits(const Trainer& d, const Cells& cells) {
    std::vector<float> x;
    for (int64_t i = 0; i < cells.count; ++i) x.push_back(static_cast<float>(cells.middle(i)));
    return doubles(d.discriminate(column(x)));
  }
  static std::vector<double> probabilities(std::vector<double> logits) {
    for (double& a : logits) a = 1 / (1 + std::exp(-a));
    return logits;
  }

  NoiseGrid noise_;
  Cells shown_, cells_;              // of the picture; of the numbers, which reach further
  Tensor quantiles_;                 // [25], evenly spaced in (0, 1)
  Tensor arrows_;                    // [25, 1], the same quantiles of N(0, 1)
  std::vector<double> x_, density_;  // of the picture
  std::vector<double> data_;         // the probability of each cell
};

/// A record that is being written.
struct Recorder : Record {
  void show(const Snapshot& s, const std::string& title, uint16_t milliseconds) {
    film.push_back(s.figure);
    holds.push_back(milliseconds);
    film.back().title = title;
  }
  void show_step(const Snapshot& s) { show(s, fmt::format("step {}", s.step), 160); }
  void add_stage(Snapshot s, const std::string& title) {
    s.figure.title = title;
    stages.push_back(s);
    show(s, fmt::format("step {}: {}", s.step, title), 2500);
  }
  /// z has no direction: arrows that do not cross are read more easily.
  void uncross_arrows() {
    const std::vector<double>& x = stages.back().figure.z_to_x;
    if (x.front() <= x.back()) return;
    for (Snapshot& s : stages) std::reverse(s.figure.z.begin(), s.figure.z.end());
    for (Figure1& f : film) std::reverse(f.z.begin(), f.z.end());
  }
};

using Say = std::function<void(const std::string&)>;

/// The training, which is looked at as it goes.
class Training {
 public:
  Training(std::shared_ptr<const Toy> toy, uint64_t seed, const Say& say)
      : seed_(seed), say_(say), look_(*toy), data_(std::move(toy), seed) {}

  Record run() {
    Trainer first(setup(seed_, kK));
    approach(first);
    const auto inner = handed_over(first, seed_, kInner);
    inner->step(step_++, data_);
    record_.add_stage(look_(first, *inner, step_), "(b) D trained, G fixed");
    const auto follow = handed_over(*inner, seed_, kFollow);
    update_generator(*follow);
    record_.before = record_.stages[1].on_samples;
    record_.after = look_(*follow, *inner, step_).on_samples;
    finish(*handed_over(*follow, seed_, kK));
    record_.uncross_arrows();
    return std::move(record_);
  }

 private:
  /// Up to stage (a).
  void approach(Trainer& trainer) {
    for (; step_ < kSteps / 2; ++step_) {
      const Snapshot s = look_(trainer, trainer, step_);
      if (step_ == 0) record_.at_first = s.against.jensen_shannon;
      if (s.against.jensen_shannon < kNear) break;
      if (step_ % kEvery == 0) record_.show_step(s);
      trainer.step(step_, data_);
    }
    record_.add_stage(look_(trainer, trainer, step_), "(a) near convergence");
    say_(fmt::format("figure 1: stage (a) after {} steps, the JSD is {:.3f}", step_,
                     record_.stages[0].against.jensen_shannon));
  }

  /// From stage (b) to (c).
  void update_generator(Trainer& trainer) {
    for (int64_t i = 1; i < kUpdates; ++i, ++step_) {
      record_.show_step(look_(trainer, trainer, step_));
      trainer.step(step_, data_);
    }
    record_.add_stage(look_(trainer, trainer, step_), "(c) G updated");
  }

  /// From stage (c) to (d).
  void finish(Trainer& trainer) {
    const int64_t begin = step_;
    int64_t next = begin + 4;  // step whose frame comes next
    while (step_ < kSteps) {
      trainer.step(step_++, data_);
      if (step_ < next) continue;
      record_.show_step(look_(trainer, trainer, step_));
      next += std::max<int64_t>(6, (step_ - begin) / 5);
      if (record_.film.size() % 8 == 0) say_(fmt::format("figure 1: step {} of {}", step_, kSteps));
    }
    record_.add_stage(look_(trainer, trainer, step_), "(d) p_g = p_data");
  }

  uint64_t seed_;
  const Say& say_;
  Looker look_;
  Draws data_;
  Recorder record_;
  int64_t step_ = 0;
};

}  // namespace

Record train_in_stages(std::shared_ptr<const Toy> toy, uint64_t seed, const Say& say) {
  return Training(std::move(toy), seed, say).run();
}

}  // namespace gan::paper
