#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gan/baselines/nce/nce_trainer.h"
#include "gan/baselines/rbm/rbm_trainer.h"
#include "gan/data/batches.h"
#include "gan/figures/plot.h"
#include "gan/paper/nce.h"

namespace gan::paper {
namespace {

constexpr int64_t kHidden = 10;  // few enough for log Z to be summed up
constexpr int64_t kBatch = 100;
constexpr int64_t kProbe = 500;  // held-out examples that are looked at
constexpr double kLater = 1.25;  // each look is so much later than the one before

/// Minibatches of the training split, as every run sees them.
class Minibatches : public Batches {
 public:
  Minibatches(const DataSet& data, const Encoding& encoding, uint64_t seed)
      : order_(data.train, encoding, std::min(kBatch, data.train.size()), seed),
        x_(at::empty({order_.batch_size(), product(order_.shape())})) {}
  int64_t each_epoch() const { return order_.batches_per_epoch(); }
  Batch next() override {
    order_.read(number_++, {x_.data_ptr<float>(), static_cast<size_t>(x_.numel())});
    return {.x = x_};
  }

 private:
  BatchOrder order_;
  Tensor x_;  // [B, D]
  int64_t number_ = 0;
};

Tensor held_out(const DataSet& data, const Encoding& encoding) {
  const int64_t n = std::min(kProbe, data.test.size());
  std::vector<float> rows = encoding.encode(data.test.rows(0, n));
  return at::from_blob(rows.data(), {n, data.test.dim()}, at::kFloat).clone();
}

/// What is seen of a learner on its way.
struct Track {
  std::string name;
  std::string both_sides;  ///< what is told apart: binary data from binary noise, or grey data from
                           ///< grey samples
  std::vector<double> step, accuracy, pull, gradient, log_probability;
};

double named(const Scalars& scalars, std::string_view name) {
  for (const auto& [key, value] : scalars)
    if (key == name) return value.item<double>();
  return std::nan("");
}

double log_probability(Rbm& model, const Tensor& x) {
  return -model.free_energy(x).mean().item<double>() - *model.exact_log_z();
}

/// Steps, with a note now and then. The noise's own stage, where there is one, comes before and is
/// not counted.
template <class Note>
void follow(Learner& learner, Batches& data, int64_t steps, const Note& note) {
  const std::vector<Stage> stages = learner.stages();
  const int64_t before = stages.size() > 1 ? stages[0].steps : 0;
  for (int64_t t = 0; t < before; ++t) learner.step(t, data);
  for (int64_t t = 0, next = 1; t < steps; ++t) {
    learner.step(before + t, data);
    if (t + 1 < next && t + 1 < steps) continue;
    note(t + 1);
    next = std::max(t + 2, static_cast<int64_t>(kLater * static_cast<double>(t + 1)));
  }
}

Config of_rbm(const Problem& images, uint64_t seed, int64_t steps) {
  Config c = images.config;
  c.run.seed = static_cast<int64_t>(seed);
  c.training.steps = steps;
  c.training.learning_rate = 1e-3;
  c.optimizer.beta1 = 0.9;
  c.nce.hidden = c.rbm.hidden = kHidden;
  c.rbm.k = 5;
  c.rbm.persistent = true;
  c.rbm.chains = kBatch;
  c.rbm.weight_decay = 0;
  c.mixture.components = std::min<int64_t>(50, images.data.train.size());
  c.nce.noise_epochs = 2;
  return c;
}

Track contrasted(const Problem& images, uint64_t seed, int64_t steps, NceNoise noise, int64_t nu,
                 double& noise_log_probability) {
  Config c = of_rbm(images, seed, steps);
  c.nce.noise = noise;
  c.nce.nu = nu;
  Minibatches data(images.data, images.encoding, seed);
  const Tensor x = held_out(images.data, images.encoding);
  Tensor start;
  if (noise == NceNoise::mixture) {
    std::vector<float> rows = images.data.train.rows(0, c.mixture.components);
    start = at::from_blob(rows.data(), {c.mixture.components, images.data.train.dim()}, at::kFloat)
                .clone();
  }
  NceTrainer learner({.config = c, .batches_per_epoch = data.each_epoch(), .means = images.means},
                     start);
  Track out{
      .name = fmt::format("{}, nu = {}",
                          noise == NceNoise::mixture ? "mixture noise" : "marginals as noise", nu),
      .both_sides = "binary"};
  follow(learner, data, steps, [&](int64_t t) {
    const Scalars seen = learner.watch({.x = x});
    out.step.push_back(static_cast<double>(t));
    out.accuracy.push_back(named(seen, "noise_accuracy"));
    out.pull.push_back(named(seen, "pull") * static_cast<double>(nu + 1) /
                       static_cast<double>(2 * nu));  // 1/2 where p_m = p_n, as with nu = 1
    out.gradient.push_back(named(seen, "gradient"));
    out.log_probability.push_back(log_probability(learner.model(), x));
  });
  noise_log_probability = learner.noise().log_density(x).mean().item<double>();
  return out;
}

Track by_chains(const Problem& images, uint64_t seed, int64_t steps) {
  Minibatches data(images.data, images.encoding, seed);
  const Tensor x = held_out(images.data, images.encoding);
  RbmTrainer learner({.config = of_rbm(images, seed, steps),
                      .batches_per_epoch = data.each_epoch(),
                      .means = images.means});
  Track out{.name = "the same RBM by PCD-5"};
  follow(learner, data, steps, [&](int64_t t) {
    out.step.push_back(static_cast<double>(t));
    out.log_probability.push_back(log_probability(learner.model(), x));
  });
  return out;
}

/// The published game on the images before they were binarised: G's samples are grey.
Track adversarial(const Problem& images, uint64_t seed, int64_t steps) {
  const DataSet& grey = *images.data.grey;
  const Encoding encoding = grey.scaling(Scale::unit);
  Minibatches data(grey, encoding, seed);
  const Tensor x = held_out(grey, encoding);
  Config c;
  c.run.seed = static_cast<int64_t>(seed);
  c.training = {.steps = steps, .batch_size = kBatch, .learning_rate = 2e-4};
  c.generator = {.noise_size = 100,
                 .layers = {Dense{.units = 256}, Dense{.units = images.data.train.dim(),
                                                       .activation = Activation::sigmoid}}};
  c.discriminator.layers = {Dense{.units = 256, .activation = Activation::leaky_relu},
                            Dense{.units = 1}};
  Trainer learner({.config = c,
                   .data = {.shape = {images.data.train.dim()}},
                   .batches_per_epoch = data.each_epoch()});
  Track out{.name = "adversarial nets", .both_sides = "grey"};
  follow(learner, data, steps, [&](int64_t t) {
    const Tensor real = learner.discriminate(x),
                 fake = learner.discriminate(learner.model().sample(x.size(0), seed + 1));
    const NceState state = nce_state(real, fake);  // the same classifier of both halves
    out.step.push_back(static_cast<double>(t));
    out.accuracy.push_back(state.accuracy);
    out.pull.push_back((1 - at::sigmoid(fake)).mean().item<double>());
    out.gradient.push_back(named(learner.watch({.x = x.slice(0, 0, kBatch)}), "g_gradient"));
  });
  return out;
}

std::vector<double> logs(std::vector<double> values) {
  for (double& value : values) value = std::log10(std::max(value, 1e-12));
  return values;
}

/// Against its largest in the first tenth.
std::vector<double> relative(std::vector<double> values) {
  const double largest = *std::max_element(
      values.begin(), values.begin() + static_cast<int64_t>(values.size() / 10 + 1));
  for (double& value : values) value /= largest;
  return values;
}

}  // namespace

void add_weakness(Piece& piece, uint64_t seed, bool quick, const Problem& images,
                  const std::function<void(const std::string&)>& say) {
  const int64_t steps = quick ? 100 : 2000;
  std::vector<Track> tracks;
  double of_marginals = 0, of_mixture = 0;
  for (const auto& [noise, own] :
       {std::pair{NceNoise::marginals, &of_marginals}, std::pair{NceNoise::mixture, &of_mixture}})
    for (const int64_t nu : {1, 10}) {
      say(fmt::format("an RBM against noise, {} ...",
                      noise == NceNoise::mixture ? "a mixture" : "the marginals"));
      tracks.push_back(contrasted(images, seed, steps, noise, nu, *own));
    }
  say("adversarial nets, and the RBM by PCD ...");
  const Track game = adversarial(images, seed, steps), chains = by_chains(images, seed, steps);

  std::vector<Panel> panels = {
      {.title = "Telling data from what they are held against",
       .x_label = "log10 of steps",
       .y_label = "accuracy",
       .horizontals = {{0.5, "no better than chance"}, {1, "nothing left"}}},
      {.title = "What still pulls at the parameters, at most",
       .x_label = "log10 of steps",
       .y_label = "log10"},
      {.title = "Norm of the gradient, against its first",
       .x_label = "log10 of steps",
       .y_label = "log10"},
      {.title = "Log-probability of held-out images, exact",
       .x_label = "log10 of steps",
       .y_label = "nats",
       .horizontals = {{of_marginals, "the marginals"}, {of_mixture, "the mixture"}}}};
  Table table{fmt::format("After {} steps", steps),
              {"held against", "both sides", "accuracy", "pull, at most",
               "gradient against its first", "log p of held-out images, nats"},
              {}};
  std::vector<Track> all = tracks;
  all.push_back(game);
  for (const Track& track : all) {
    const std::vector<double> x = logs(track.step), gradient = relative(track.gradient);
    panels[0].series.push_back({track.name, x, track.accuracy});
    panels[1].series.push_back({track.name, x, logs(track.pull)});
    panels[2].series.push_back({track.name, x, logs(gradient)});
    if (!track.log_probability.empty())
      panels[3].series.push_back({track.name, x, track.log_probability});
    table.rows.push_back(
        {track.name, track.both_sides, fmt::format("{:.1f}%", 100 * track.accuracy.back()),
         fmt::format("{:.2g}", track.pull.back()), fmt::format("{:.2g}", gradient.back()),
         track.log_probability.empty() ? "has none"
                                       : fmt::format("{:.1f}", track.log_probability.back())});
  }
  panels[3].series.push_back({chains.name, logs(chains.step), chains.log_probability, true});
  table.rows.push_back(
      {chains.name, "", "", "", "", fmt::format("{:.1f}", chains.log_probability.back())});
  table.rows.push_back(
      {"the marginals themselves", "", "", "", "", fmt::format("{:.1f}", of_marginals)});
  table.rows.push_back({"the mixture itself", "", "", "", "", fmt::format("{:.1f}", of_mixture)});
  piece.tables.push_back(std::move(table));
  piece.text.push_back(fmt::format(
      "Weakness. \"Because NCE uses a fixed noise distribution, learning slows dramatically after the model has learned even an approximately correct distribution over a small subset of the observed "
      "variables\" (Goodfellow et al. 2014, related work): the noise stays where it is, and soon everything can be told from it. An RBM with {} hidden units, few enough for its log Z to be summed up, learns binarised images "
      "against two kinds of fixed noise; adversarial nets learn the same images, grey, against a generator that moves. The pull is max(E_data[1 - h], nu E_noise[h]) scaled to 1/2 where p_m = p_n: no weight "
      "of the RBM has a larger slope than the unscaled one. For adversarial nets it is the mean of 1 - D(G(z)), which bounds the mean slope of -log D in D's logit. "
      "The RBM's accuracies are of binary data against binary noise, those of adversarial nets of grey data against grey samples: a row of one kind is not to be compared with one of the other.",
      kHidden));
  piece.pictures.push_back(
      {"nce-weakness.png",
       "Fixed noise against noise that moves, on the same images (binarised for the RBM, grey for the nets; models, rates and numbers of parameters differ, so only the course of each line means "
       "something, not which lies higher). The last picture alone compares like with like: one RBM, trained in several ways. The paper states the weakness and draws no such picture.",
       encode_png(draw_curves(panels, 620, 330))});
}

}  // namespace gan::paper
