#include "gan/game/trainer.h"

#include <ATen/ATen.h>

#include <numeric>

#include "gan/core/error.h"
#include "gan/game/instance_noise.h"
#include "gan/optim/schedules.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

/// Of an auxiliary classifier (Odena et al. 2017, AC-GAN, equation 3).
Tensor class_loss(const Tensor& logits, const Tensor& label) {  // [B, classes], [B] -> []
  return at::cross_entropy_loss(logits, label.to(logits.device()));
}

}  // namespace

/// Algorithm 1 of Goodfellow et al. (2014), one outer iteration.
Scalars Trainer::step_alternating(int64_t t, Batches& data) {
  Batch batch;
  Answers of_D;
  for (int64_t i = 0; i < config_.game.k; ++i) {  // "for k steps do"
    batch = data.next();                          // x ~ p_data
    of_D = update_D(batch, {t, i});
  }
  const Answers of_G = update_G(batch, {t, config_.game.k});
  return report(of_D, of_G, t);
}

Trainer::Answers Trainer::update_D(const Batch& batch, Place at) {
  const int64_t update = at.t * config_.game.k + at.pass;
  const std::vector<WeightedPenalty> penalties = penalties_of(config_, at.t, update);
  const Tensor deviation = config_.game.dragan > 0 ? whole_deviation(batch.x, workers_) : Tensor();
  Descent descent(d_optimizer_, when_D(at.t, update), config_.game.accumulate);
  Answers answers;
  for (const Batch& data : parts_of(batch)) {
    const auto made = generate(data, at);  // samples ~ p_g
    DiscriminatorPass a = ask_D(data, made->output(), at, penalties, deviation);
    const Tensor loss = d_loss(a, data);
    a.descend(loss * data.share, penalties, descent);
    answers.add(loss, a);
  }
  limit_D(penalties);
  if (adaptive_)
    adaptive_->saw(for_data(at::cat(answers.real), at::cat(answers.fake)), batch.size(), workers_);
  return answers;
}

Trainer::Answers Trainer::update_G(const Batch& batch, Place at) {
  Descent descent(g_optimizer_, when(at.t, at.t), config_.game.accumulate);
  Answers answers;
  for (Batch& data : parts_of(batch)) {
    const auto made = generate(data, at);  // fresh z
    const int64_t samples = data.size();
    if (!game_.relative) data.x = Tensor();
    DiscriminatorPass a = ask_D(data, made->output(), at);  // the new D
    const Tensor loss = g_loss(a, data);
    descent.add(*made, a.for_samples(loss * data.share).reshape({samples, -1}));
    answers.add(loss, a);
  }
  G_.network().constrain();
  return answers;
}

/// The authors' code: one fake batch and one set of masks for both players, D's objective halved,
/// and both gradients taken at the same parameters before either moves.
Scalars Trainer::step_simultaneous(int64_t t, const Batch& data) {
  const std::vector<WeightedPenalty> penalties = penalties_of(config_, t, t);
  const auto made = generate(data, {t, 0});
  DiscriminatorPass a = ask_D(data, made->output(), {t, 0});
  const Tensor for_D = d_loss(a, data), for_G = g_loss(a, data);
  const Tensor slope =
      a.for_samples(for_G * data.share).reshape({data.size(), -1});  // through D as it is
  Descent of_D(d_optimizer_, when_D(t, t), 1), of_G(g_optimizer_, when(t, t), 1);
  a.descend(for_D * (data.share / 2), penalties, of_D);
  limit_D(penalties);
  of_G.add(*made, slope);
  G_.network().constrain();
  if (adaptive_) adaptive_->saw(for_data(a.real, a.fake), data.size(), workers_);
  Answers d, g;
  d.add(for_D, a);
  g.add(for_G, a);
  return report(d, g, t);
}

Scalars Trainer::step(int64_t t, Batches& data) {
  Scalars scalars = config_.game.update == Update::simultaneous ? step_simultaneous(t, data.next())
                                                                : step_alternating(t, data);
  if (averaged_) averaged_->network().average(G_.network(), averaging_decay(config_, t));
  return scalars;
}

std::vector<Batch> Trainer::parts_of(const Batch& batch) const {
  const int64_t parts = config_.game.accumulate, size = batch.size() / parts;
  if (parts == 1) return {batch};
  std::vector<Batch> out;
  for (int64_t i = 0; i < parts; ++i)
    out.push_back(
        {.x = batch.x.narrow(0, i * size, size),
         .label = batch.label.defined() ? batch.label.narrow(0, i * size, size) : Tensor(),
         .first = i * (config_.training.batch_size / parts) + batch.first,
         .share = batch.share});
  return out;
}

Pass Trainer::pass_of(const Batch& data, const Stream& noise, int64_t t) const {
  return {.training = true,
          .noise = noise,
          .step = static_cast<uint64_t>(t),
          .label = data.label,
          .first = data.first,
          .workers = &workers_};
}

std::unique_ptr<Tape> Trainer::generate(const Batch& data, Place at) {
  const Tensor z = G_.noise(noise_.child("z").child(at.pass), data.size(), at.t, data.first);
  return G_.network().record({z}, pass_of(data, noise_.child("G").child(at.pass), at.t));
}

DiscriminatorPass Trainer::ask_D(const Batch& data, const Tensor& s, Place at,
                                 const std::vector<WeightedPenalty>& penalties,
                                 const Tensor& data_deviation) {
  const bool both = data.x.defined();
  const int64_t pack = config_.game.pack, pass_number = 2 * at.pass + (both ? 0 : 1);
  Pass pass = pass_of(data, noise_.child("D").child(pass_number), at.t);
  const double deviation = instance_noise(config_.game, at.t);
  const auto seen = [&](const Tensor& x, const char* whose) {
    if (deviation == 0) return packs(x);
    const Stream noise = noise_.child("instance noise").child(pass_number).child(whose);
    return packs(with_noise(x, deviation, noise, pass.step, data.first));
  };
  std::vector<Tensor> parts{seen(s, "samples")};
  if (both) {
    parts.insert(parts.begin(), seen(data.x, "data"));
    const std::vector<Tensor> further =
        further_points(penalties, {.data = parts[0],
                                   .samples = parts[1].reshape(parts[0].sizes()),
                                   .deviation = data_deviation,
                                   .noise = noise_.child("penalty").child(at.pass),
                                   .step = pass.step,
                                   .first = data.first / pack});
    parts.insert(parts.end(), further.begin(), further.end());
    pass.part = parts[0].size(0);
    pass.whole = config_.training.batch_size / pack;
    if (data.label.defined()) pass.label = data.label.repeat({static_cast<int64_t>(parts.size())});
  }
  pass.first = data.first / pack;
  const double p = augmentation_at(at.t);
  if (augmenter_.on() && p > 0)
    pass.before = [&, p](const Tensor& x) {
      const Stream noise = noise_.child("augmentation").child(pass_number);
      std::vector<Tensor> transformed;
      for (const Tensor& part : x.chunk(static_cast<int64_t>(parts.size())))
        transformed.push_back(
            augmenter_.apply(part, p, noise.child(transformed.size()), pass.step, data.first));
      return at::cat(transformed);
    };
  const int64_t rows = parts[0].size(0), further = static_cast<int64_t>(parts.size()) - 2;
  return DiscriminatorPass(D_.record(parts, pass), {.data = both ? rows : 0,
                                                    .samples = rows,
                                                    .further = both ? further * rows : 0,
                                                    .share = data.share});
}

Tensor Trainer::packs(const Tensor& x) const {
  const int64_t pack = config_.game.pack;
  return pack == 1 ? x : x.reshape({x.size(0) / pack, -1});
}

double Trainer::augmentation_at(int64_t t) const {
  const AugmentationSection& section = config_.augmentation;
  return adaptive_ ? adaptive_->p() : scheduled(config_.optimizer, section.p, section.final_p, t);
}

Tensor Trainer::d_loss(const DiscriminatorPass& a, const Batch& data) const {
  const Tensor loss = game_.d_loss(a.real, a.fake);
  if (config_.game.auxiliary == 0) return loss;
  return loss + config_.game.auxiliary * (class_loss(a.real_classes, data.label) +
                                          class_loss(a.fake_classes, data.label));
}

Tensor Trainer::g_loss(const DiscriminatorPass& a, const Batch& data) const {
  const Tensor loss = game_.g_loss(a.real, a.fake);
  if (config_.game.auxiliary == 0) return loss;
  return loss + config_.game.auxiliary * class_loss(a.fake_classes, data.label);
}

void Trainer::limit_D(const std::vector<WeightedPenalty>& penalties) {
  D_.constrain();
  for (const WeightedPenalty& penalty : penalties)
    if (penalty.row->limit) penalty.row->limit(D_, penalty.weight);
}

UpdateTime Trainer::when(int64_t t, int64_t update) const {
  return {.step = t,
          .update = update,
          .epoch = t * config_.game.k / batches_per_epoch_ + 1,
          .scale = treatment_.rates};
}

UpdateTime Trainer::when_D(int64_t t, int64_t update) const {
  UpdateTime out = when(t, update);
  const double rate = config_.training.learning_rate;
  out.scale *= treatment_.d_rate * config_.discriminator.learning_rate.value_or(rate) / rate;
  return out;
}

void Trainer::Answers::add(const Tensor& loss_of_part, const DiscriminatorPass& a) {
  loss.push_back(loss_of_part.detach());
  if (a.real.defined()) real.push_back(a.real.detach());
  fake.push_back(a.fake.detach());
}

Tensor Trainer::for_data(const Tensor& real, const Tensor& fake) const {
  return game_.relative ? real - fake : real - game_.even_logit;
}

Scalars Trainer::report(const Answers& d, const Answers& g, int64_t t) const {
  // In every game .5 means that D cannot tell: logits count from `even_logit`, or from each other.
  const at::NoGradGuard no_grad;
  const Tensor real = at::cat(d.real), fake = at::cat(d.fake);
  const Tensor on_data = for_data(real, fake),
               on_fake = game_.relative ? -on_data : fake - game_.even_logit;
  Scalars out{{"d_loss", at::stack(d.loss).mean()},
              {"g_loss", at::stack(g.loss).mean()},
              {"D(x)", at::sigmoid(on_data).mean()},
              {"D(G(z))", at::sigmoid(on_fake).mean()}};
  if (augmenter_.on())
    out.emplace_back("augment_p", at::scalar_tensor(augmentation_at(t), at::kDouble));
  return out;
}

Treatment Trainer::treat(const Treatment& treatment) {
  treatment_ = treatment;
  config_ = treated(settings_, treatment_);
  const bool fused = config_.run.engine == Engine::fused;
  if (fused && !unsupported_by_fused(config_).empty()) {
    treatment_.penalty = 0;
    config_ = treated(settings_, treatment_);
  }
  // The passes of D follow from the treatment alone, so a resumed training has the same.
  if (fused && knows_penalties_ != penalised(config_.game)) {
    knows_penalties_ = penalised(config_.game);
    D_.fuse(precision_, knows_penalties_);
  }
  for (Optimizer* optimizer : {&g_optimizer_, &d_optimizer_}) optimizer->set(config_.optimizer);
  return treatment_;
}

Trainer::Trainer(const Setup& setup)
    : settings_(setup.config),
      config_(settings_),
      workers_(*setup.workers),
      batches_per_epoch_(setup.batches_per_epoch),
      device_(setup.device),
      game_(value_function(config_.game.value)),
      noise_(config_.run.seed, "game"),
      augmenter_(config_.augmentation, setup.data.shape, config_.data.scale),
      G_(config_.generator, setup.data, config_.run.seed, setup.means, device_),
      D_(config_.discriminator.layers, packed(setup.data.shape, config_.game.pack), "discriminator",
         Stream(config_.run.seed, "init.D"), {}, device_,
         static_cast<int64_t>(setup.data.classes.size())),
      g_optimizer_(config_.optimizer, config_.training.learning_rate, G_.network().parameters(),
                   workers_),
      d_optimizer_(config_.optimizer, config_.training.learning_rate, D_.parameters(), workers_),
      precision_(setup.precision()) {
  for (const auto& [name, network] :
       {std::pair{"generator", &G_.network()}, std::pair{"discriminator", &D_}})
    if (network->parameters().empty())
      throw UsageError("[{}] has nothing to train: give at least one dense layer", name);
  kAdversarialSpec.check(config_, setup.data);
  if (config_.augmentation.mode == AugmentationMode::adaptive)
    adaptive_.emplace(config_.augmentation.images);
  if (averages(config_.game))
    averaged_ = std::make_unique<Generator>(config_.generator, setup.data, config_.run.seed,
                                            setup.means, device_);
  if (config_.run.engine == Engine::fused) {
    knows_penalties_ = penalised(config_.game);
    G_.network().fuse(precision_);
    D_.fuse(precision_, knows_penalties_);
    if (averaged_) averaged_->network().fuse(precision_);
  }
}

int64_t Trainer::batches_per_step() const {
  return config_.game.k;
}

/// D sees packs of examples, and may look at groups of packs.
std::optional<Division> Trainer::division() const {
  int64_t block = config_.game.pack;
  each_layer(config_.discriminator.layers, [&](const LayerSpec& layer) {
    if (const auto* groups = std::get_if<MinibatchDeviation>(&layer))
      block = std::lcm(block, config_.game.pack * groups->group);
  });
  return Division{.parts = config_.game.accumulate, .block = block};
}

void Trainer::visit_state(const StateVisitor& visit) {
  model().visit_state(visit);
  if (averaged_) G_.network().visit_state("G.", visit);
  D_.visit_state("D.", visit);
  g_optimizer_.visit_state("optimizer.G.", visit);
  d_optimizer_.visit_state("optimizer.D.", visit);
  if (adaptive_) adaptive_->visit_state(visit);
}

}  // namespace gan
