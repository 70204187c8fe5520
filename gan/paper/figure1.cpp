#include "gan/paper/figure1.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>

#include "gan/data/toy.h"
#include "gan/figures/plot.h"
#include "gan/game/trainer.h"
#include "gan/theory/closed_form.h"
#include "gan/theory/divergence.h"
#include "gan/theory/pushforward.h"

namespace gan::paper {
namespace {

constexpr int64_t kBatch = 512, kPoints = 321, kArrows = 25;
constexpr double kLow = -1, kHigh = 9;  // four deviations of the data
constexpr int64_t kNoisePoints = 4001;  // of z, for p_g
constexpr int64_t kCells = 1500;        // of x, for the numbers
constexpr double kReach = 10;           // of these cells, beyond the picture's ends
constexpr double kStart = 7;  // where G's samples begin: 2.4 deviations of the data to their right
constexpr double kFaint = 0.004;  // where p_data + p_g is below, D* is not drawn
constexpr double kNear = 0.1;     // JSD at which stage (a) is reached
constexpr int64_t kK = 5, kInner = 1500,
                  kFollow = 30;  // steps of D for one of G: usually, in stage (b), up to stage (c)
constexpr int64_t kUpdates = 8;  // of G from stage (b) to (c)
constexpr int64_t kSteps = 1500;
constexpr int64_t kEvery = 8;  // steps from one frame to the next before stage (a)

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

/// A G and a D, on a grid.
struct Snapshot {
  Figure1 figure;
  int64_t step;
  ClosedForm against;          // D*, and the Jensen-Shannon divergence
  double from_half;            // mean |D - 1/2| under (p_data + p_g) / 2
  double on_data, on_samples;  // mean D under p_data and p_g
};

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
    return at::from_blob(const_cast<float*>(values.data()),
                         {static_cast<int64_t>(values.size()), 1}, at::kFloat)
        .clone();
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
  Cells shown_, cells_;  // of the picture; of the numbers, which reach further
  Tensor quantiles_,
      arrows_;  // [25] evenly spaced in (0, 1); [25, 1] the same quantiles of N(0, 1)
  std::vector<double> x_, density_;  // of the picture
  std::vector<double> data_;         // the probability of each cell
};

/// 16 levels a channel: a third of the bytes, hardly to be seen.
Image coarse(Image image) {
  for (uint8_t& level : image.pixels) level = static_cast<uint8_t>((level + 8) / 17 * 17);
  return image;
}

std::string number(double x) {
  return fmt::format("{:.4f}", x);
}

}  // namespace

Piece figure1(uint64_t seed, const std::function<void(const std::string&)>& say) {
  const auto start = std::chrono::steady_clock::now();
  const auto toy = make_toy("gaussian1d");
  const Looker look(*toy);
  Draws data(toy, seed);
  std::vector<Snapshot> stages;
  std::vector<Figure1> film;
  std::vector<uint16_t> holds;  // milliseconds
  const auto show = [&](const Snapshot& s, const std::string& title, uint16_t milliseconds) {
    film.push_back(s.figure);
    holds.push_back(milliseconds);
    film.back().title = title;
  };
  const auto stage = [&](Snapshot s, const std::string& title) {
    s.figure.title = title;
    stages.push_back(s);
    show(s, fmt::format("step {}: {}", s.step, title), 2500);
  };

  auto first = std::make_unique<Trainer>(setup(seed, kK));
  int64_t t = 0;
  double at_first = 0;  // the JSD
  for (; t < kSteps / 2; ++t) {
    const Snapshot s = look(*first, *first, t);
    if (t == 0) at_first = s.against.jensen_shannon;
    if (s.against.jensen_shannon < kNear) break;
    if (t % kEvery == 0) show(s, fmt::format("step {}", t), 160);
    first->step(t, data);
  }
  stage(look(*first, *first, t), "(a) near convergence");
  say(fmt::format("figure 1: stage (a) after {} steps, the JSD is {:.3f}", t,
                  stages[0].against.jensen_shannon));

  const auto inner = handed_over(*first, seed, kInner);
  inner->step(t++, data);
  stage(look(*first, *inner, t), "(b) D trained, G fixed");

  const auto follow = handed_over(*inner, seed, kFollow);
  for (int64_t i = 1; i < kUpdates; ++i, ++t) {
    show(look(*follow, *follow, t), fmt::format("step {}", t), 160);
    follow->step(t, data);
  }
  stage(look(*follow, *follow, t), "(c) G updated");
  const double before = stages[1].on_samples, after = look(*follow, *inner, t).on_samples;

  const auto last = handed_over(*follow, seed, kK);
  for (int64_t begin = t, next = t + 4; t < kSteps; ++t) {
    last->step(t, data);
    if (t + 1 < next) continue;
    show(look(*last, *last, t + 1), fmt::format("step {}", t + 1), 160);
    next += std::max<int64_t>(6, (t + 1 - begin) / 5);
    if (film.size() % 8 == 0) say(fmt::format("figure 1: step {} of {}", t + 1, kSteps));
  }
  stage(look(*last, *last, t), "(d) p_g = p_data");

  if (stages[3].figure.z_to_x.front() >
      stages[3].figure.z_to_x.back()) {  // z has no direction: arrows that do not cross are read
                                         // more easily
    for (Snapshot& s : stages) std::reverse(s.figure.z.begin(), s.figure.z.end());
    for (Figure1& f : film) std::reverse(f.z.begin(), f.z.end());
  }

  Piece piece{.name = "figure1", .title = "Figure 1: four stages of a training in one dimension"};
  const Snapshot &a = stages[0], &b = stages[1], &d = stages[3];
  piece.text = {
      fmt::format(
          "The paper's figure is a drawing; this one is a training, of two small networks by Algorithm 1 on {} (the data are N(4, 1.25^2)), where G starts to their right. (a) An "
          "adversarial pair near convergence: p_g is similar to p_data, D is partly accurate. (b) D takes {} steps, G none: D becomes D*. (c) {} "
          "updates of G later, {} steps of D between two: D's gradient has led G(z) to where data are more likely. (d) In the end p_g = p_data, and "
          "D = 1/2 wherever there are data.",
          toy->name(), kInner, kUpdates, kFollow),
      fmt::format(
          "Stage (a) is the first step at which the JSD is below {}; it is {:.3f} before the first step. So the JSD of (a) says that this training gets there, and no more: it is the rule "
          "by which the stage was chosen. What is found at (a) is how much D knows by then.",
          kNear, at_first),
      "D* is computed from the density of the data, which is known, and that of p_g, by change of variables: z has one dimension. z is normal; it is drawn by its quantiles, evenly "
      "spaced, so that arrows lie dense where p_g is high."};
  const auto share = [](const Snapshot& s) {
    return s.against.discriminator_error / s.against.half_error;
  };
  piece.checks = {
      {fmt::format(
           "Figure 1 (a): JSD of p_data and p_g, {:.3f} before the first step; below {} by the choice of the stage",
           at_first, kNear),
       a.against.jensen_shannon, kNear / 2, kNear / 2},
      {"Figure 1 (a): mean |D - D*| under (p_data + p_g) / 2, as a share of that of D = 1/2",
       share(a), 0.5, 0.4},
      {"Figure 1 (b): mean |D - D*| under (p_data + p_g) / 2", b.against.discriminator_error, 0,
       0.03},
      {"Figure 1 (b): the same, as a share of that of D = 1/2", share(b), 0, 0.2},
      {"Figure 1 (c): mean D(G(z)) less that of (b), by the D of (b)", after - before, 0.5, 0.49},
      {"Figure 1 (d): JSD of p_data and p_g", d.against.jensen_shannon, 0, 0.002},
      {"Figure 1 (d): mean |D - 1/2| under (p_data + p_g) / 2", d.from_half, 0, 0.03},
  };
  Table table{"Figure 1: the four stages",
              {"stage", "step", "JSD(p_data, p_g)", "mean |D - D*|", "the same of D = 1/2",
               "mean |D - 1/2|", "mean D(x)", "mean D(G(z))"},
              {}};
  std::vector<Figure1> figures;
  for (const Snapshot& s : stages) {
    table.rows.push_back({s.figure.title, std::to_string(s.step), number(s.against.jensen_shannon),
                          number(s.against.discriminator_error), number(s.against.half_error),
                          number(s.from_half), number(s.on_data), number(s.on_samples)});
    figures.push_back(s.figure);
  }
  piece.tables.push_back(std::move(table));
  piece.pictures.push_back(
      {"figure1.png",
       "Data density (dotted), model density (green) and D (dashed blue) in four stages of one training, with D* behind D; below them the mapping from z to x. The paper's figure 1 shows the same stages, drawn by hand.",
       encode_png(draw_figure1(figures, 330, 340))});
  std::vector<Frame> frames;
  for (Image& image : draw_figure1_frames(film, 480, 340))
    frames.push_back({coarse(std::move(image)), holds[frames.size()]});
  piece.pictures.push_back({"figure1-training.png",
                            "The same training as an animation, which stops at the four stages.",
                            encode_animated_png(frames)});
  piece.settings = fmt::format(
      "seed {}; G: dense 32 (tanh), 1; D: dense 32, 32 (tanh), 1; non-saturating, k = {}, Adam 1e-3 falling to 1e-5, betas 0 and 0.99, {} steps of {} examples; {} frames",
      seed, kK, kSteps, kBatch, film.size());
  piece.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return piece;
}

}  // namespace gan::paper
