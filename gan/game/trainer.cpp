#include "gan/game/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/game/revival.h"
#include "gan/optim/schedules.h"
#include "gan/spec/family.h"

namespace gan {

/// Algorithm 1 of Goodfellow et al. (2014), one outer iteration.
Scalars Trainer::step_alternating(int64_t t, Batches& data) {
  const GameSection& rule = config_.game;
  Batch batch;
  Tensor d_loss, on_data, on_samples;
  for (int64_t i = 0; i < rule.k; ++i) {                                        // "for k steps do"
    batch = data.next();                                                        // x ~ p_data
    DiscriminatorPass a = ask_D(batch, generate(batch, t, i)->output(), t, i);  // samples ~ p_g
    d_loss = game_.d_loss(a.real, a.fake);
    on_data = a.real;
    on_samples = a.fake;
    update_D(a, d_loss, penalty_weights(config_, t), t, t * rule.k + i);
  }
  const auto made = generate(batch, t, rule.k);  // fresh z
  if (!game_.relative) batch.x = Tensor();
  DiscriminatorPass b = ask_D(batch, made->output(), t, rule.k);  // the new D
  const Tensor g_loss = game_.g_loss(b.real, b.fake);
  update_G(*made, b.for_samples(g_loss), t);
  return report(d_loss, g_loss, on_data, on_samples);
}

/// The authors' code: one fake batch and one set of masks for both players, D's objective halved,
/// and both gradients taken at the same parameters before either moves.
Scalars Trainer::step_simultaneous(int64_t t, const Batch& data) {
  const auto made = generate(data, t, 0);
  DiscriminatorPass a = ask_D(data, made->output(), t, 0);
  const Tensor d_loss = game_.d_loss(a.real, a.fake), g_loss = game_.g_loss(a.real, a.fake);
  const Tensor slope = a.for_samples(g_loss);  // through D as it is
  update_D(a, d_loss / 2, {}, t, t);
  update_G(*made, slope, t);
  return report(d_loss, g_loss, a.real, a.fake);
}

Scalars Trainer::step(int64_t t, Batches& data) {
  Scalars scalars = config_.game.update == Update::simultaneous ? step_simultaneous(t, data.next())
                                                                : step_alternating(t, data);
  if (averaged_) averaged_->network().average(G_.network(), averaging_decay(config_, t));
  return scalars;
}

Pass Trainer::pass_of(const Batch& data, const Stream& noise, int64_t t) const {
  return {.training = true,
          .noise = noise,
          .step = static_cast<uint64_t>(t),
          .label = data.label,
          .first = data.first};
}

std::unique_ptr<Tape> Trainer::generate(const Batch& data, int64_t t, int64_t pass) {
  const Tensor z = G_.noise(noise_.child("z").child(pass), data.size(), t, data.first);
  return G_.network().record({z}, pass_of(data, noise_.child("G").child(pass), t));
}

DiscriminatorPass Trainer::ask_D(const Batch& data, const Tensor& s, int64_t t, int64_t pass) {
  const bool both = data.x.defined();
  Pass whole = pass_of(data, noise_.child("D").child(2 * pass + (both ? 0 : 1)), t);
  if (!both) return DiscriminatorPass(D_.record(s, whole), 0, s.size(0));
  whole.part = s.size(0);
  whole.whole = config_.training.batch_size;
  if (data.label.defined()) whole.label = at::cat({data.label, data.label});
  return DiscriminatorPass(D_.record({data.x, s}, whole), data.size(), s.size(0));
}

void Trainer::update_D(DiscriminatorPass& asked, const Tensor& loss, PenaltyWeights weights,
                       int64_t t, int64_t update) {
  asked.descend(loss, weights, d_optimizer_, when(t, update));
  D_.constrain();
}

void Trainer::update_G(Tape& made, const Tensor& slope_in_samples, int64_t t) {
  made.descend(slope_in_samples, {}, g_optimizer_, when(t, t));
  G_.network().constrain();
}

UpdateTime Trainer::when(int64_t t, int64_t update) const {
  return {.step = t,
          .update = update,
          .epoch = t * config_.game.k / batches_per_epoch_ + 1,
          .scale = rate_scale_};
}

Scalars Trainer::report(const Tensor& d_loss, const Tensor& g_loss, const Tensor& real,
                        const Tensor& fake) const {
  // In every game .5 means that D cannot tell: logits count from `even_logit`, or from each other.
  const at::NoGradGuard no_grad;
  const Tensor on_data = game_.relative ? real - fake : real - game_.even_logit;
  const Tensor on_fake = game_.relative ? fake - real : fake - game_.even_logit;
  return {{"d_loss", d_loss.detach()},
          {"g_loss", g_loss.detach()},
          {"D(x)", at::sigmoid(on_data).mean()},
          {"D(G(z))", at::sigmoid(on_fake).mean()}};
}

Scalars Trainer::watch(const Batch& batch) {
  const at::NoGradGuard no_grad;
  const Tensor real = batch.x;
  watched_ = {.x = real.clone(), .label = batch.label.defined() ? batch.label.clone() : Tensor()};
  Scalars out;
  for (const auto& [name, optimizer] :
       {std::pair{"d_gradient", &d_optimizer_}, std::pair{"g_gradient", &g_optimizer_}})
    if (const auto norm = optimizer->gradient_norm())
      out.emplace_back(name, at::scalar_tensor(*norm));

  // A ReLU unit that fires for no example of a large batch gets no gradient: it may be dead for
  // good.
  const auto dead_units = [&](const std::string& who, const Network& network, const Tensor& input,
                              const Tensor& label) {
    return network(input, {.label = label, .watch = [&, who](size_t layer, const Tensor& h) {
                             const auto* dense = std::get_if<Dense>(&network.spec()[layer]);
                             if (dense && dense->activation == Activation::relu)
                               out.emplace_back(fmt::format("{}.dead.{}", who, layer + 1),
                                                h.amax(0).le(0).to(at::kFloat).mean());
                           }});
  };
  const int64_t probe = std::max<int64_t>(real.size(0), 256);
  const Tensor fake =
      dead_units("G", G_.network(), G_.noise(noise_.child("watch"), probe, 0), G_.labels(probe, 0));
  dead_units("D", D_, real, batch.label);
  out.emplace_back("spread",
                   (fake.var(0, false).sum() / real.var(0, false).sum().clamp_min(1e-12)).sqrt());
  return out;
}

Tensor Trainer::discriminate(const Tensor& x, const Tensor& label) const {
  const at::NoGradGuard no_grad;
  return D_(x.to(device_), {.label = label}).flatten().to(at::kCPU);
}

int64_t Trainer::revive(int64_t step) {
  constexpr int64_t kProbes = 1024, kEnough = 64;
  const at::NoGradGuard no_grad;
  const Stream stream = noise_.child("revive").child(step);
  const Tensor z = G_.noise(stream.child("z"), kProbes, 0), label = G_.labels(kProbes, 0);
  std::vector<DeadUnits> dead = dead_units(G_.network(), z, label);
  if (averaged_) {  // a unit that still fires there is left alone until it does not
    dead = both(dead, dead_units(averaged_->network(), z, label));
    gan::revive(averaged_->network(), nullptr, dead, stream.child("G"));
  }
  int64_t units = gan::revive(G_.network(), &g_optimizer_, dead, stream.child("G"));
  if (!watched_.x.defined() || watched_.size() < kEnough) return units;
  const int64_t n = std::min(watched_.size(), kProbes);
  const Tensor of = label.defined() ? label.narrow(0, 0, n) : Tensor();
  const Tensor s = G_.network().infer(z.narrow(0, 0, n), of);
  const bool same = !of.defined() && watched_.label.defined();  // D alone sees labels
  dead = both(dead_units(D_, watched_.x, watched_.label),
              dead_units(D_, s, same ? watched_.label.narrow(0, 0, n) : of));
  units += gan::revive(D_, &d_optimizer_, dead, stream.child("D"));
  return units;
}

bool Trainer::scale_rates(double factor) {
  rate_scale_ = factor;
  return true;
}

Trainer::Trainer(const Setup& setup)
    : config_(setup.config),
      batches_per_epoch_(setup.batches_per_epoch),
      device_(setup.device),
      game_(value_function(config_.game.value)),
      noise_(config_.run.seed, "game"),
      G_(config_.generator, setup.data, config_.run.seed, setup.means, device_),
      D_(config_.discriminator.layers, setup.data.shape, "discriminator",
         Stream(config_.run.seed, "init.D"), {}, device_,
         static_cast<int64_t>(setup.data.classes.size())),
      g_optimizer_(config_.optimizer, config_.training.learning_rate, G_.network().parameters()),
      d_optimizer_(config_.optimizer, config_.training.learning_rate, D_.parameters()) {
  const GameSection& game = config_.game;
  for (const auto& [name, network] :
       {std::pair{"generator", &G_.network()}, std::pair{"discriminator", &D_}})
    if (network->parameters().empty())
      throw UsageError("[{}] has nothing to train: give at least one dense layer", name);
  kAdversarialSpec.check(config_, setup.data);
  if (game.update == Update::simultaneous && (game.k != 1 || penalised(game)))
    throw UsageError(
        "game.update = 'simultaneous' shares one batch between the players: it needs k = 1, r1 = 0 and r2 = 0, and no final values of these");
  if (averages(game))
    averaged_ = std::make_unique<Generator>(config_.generator, setup.data, config_.run.seed,
                                            setup.means, device_);
  if (config_.run.engine == Engine::fused) {
    G_.network().fuse(setup.precision());
    D_.fuse(setup.precision());
    if (averaged_) averaged_->network().fuse(setup.precision());
  }
}

int64_t Trainer::batches_per_step() const {
  return config_.game.k;
}

void Trainer::visit_state(const StateVisitor& visit) {
  model().visit_state(visit);
  if (averaged_) G_.network().visit_state("G.", visit);
  D_.visit_state("D.", visit);
  g_optimizer_.visit_state("optimizer.G.", visit);
  d_optimizer_.visit_state("optimizer.D.", visit);
}

}  // namespace gan
