/// What is asked of a game between two steps: measurements, answers of D, and new units for dead
/// ones.

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/game/revival.h"
#include "gan/game/trainer.h"

namespace gan {

Scalars Trainer::watch(const Batch& batch) {
  const at::NoGradGuard no_grad;
  const Tensor real = batch.x;
  watched_ = {.x = real.clone(), .label = batch.label.defined() ? batch.label.clone() : Tensor()};
  Scalars out;
  for (const auto& [player, optimizer] :
       {std::pair{"d", &d_optimizer_}, std::pair{"g", &g_optimizer_}}) {
    if (const auto norm = optimizer->gradient_norm())
      out.emplace_back(fmt::format("{}_gradient", player), at::scalar_tensor(*norm));
    const double size = optimizer->parameter_norm();
    out.emplace_back(fmt::format("{}_weights", player), at::scalar_tensor(size));
    if (const auto moved = optimizer->step_norm(); moved && size > 0)
      out.emplace_back(fmt::format("{}_step", player), at::scalar_tensor(*moved / size));
  }

  // A unit that answers alike to all examples of a large batch may be dead for good.
  const auto note_dead = [&](const std::string& who, Network& network, const Tensor& input,
                             const Tensor& label) {
    return watch_units(network, input, label, [&](size_t layer, const Tensor& same) {
      out.emplace_back(fmt::format("{}.dead.{}", who, layer + 1), same.to(at::kFloat).mean());
      if (const Tensor bias = mean_bias(network, layer, same); bias.defined())
        out.emplace_back(fmt::format("{}.dead_bias.{}", who, layer + 1), bias);
    });
  };
  const int64_t probe = std::max<int64_t>(real.size(0), 256);
  const Tensor fake =
      note_dead("G", G_.network(), G_.noise(noise_.child("watch"), probe, 0), G_.labels(probe, 0));
  const int64_t pack = config_.game.pack, in_packs = real.size(0) / pack * pack;
  note_dead("D", D_, packs(real.narrow(0, 0, in_packs)), batch.label);
  out.emplace_back("spread",
                   (fake.var(0, false).sum() / real.var(0, false).sum().clamp_min(1e-12)).sqrt());
  return out;
}

Tensor Trainer::discriminate(const Tensor& x, const Tensor& label) const {
  const at::NoGradGuard no_grad;
  const Tensor copies = x.to(device_).flatten(1).repeat({1, config_.game.pack});
  return D_(copies, {.label = label}).flatten(1).select(1, 0).to(at::kCPU);
}

int64_t Trainer::revive(int64_t step) {
  constexpr int64_t kProbes = 1024, kEnough = 64;
  const at::NoGradGuard no_grad;
  const Stream stream = noise_.child("revive").child(step);
  const Tensor z = G_.noise(stream.child("z"), kProbes, 0), label = G_.labels(kProbes, 0);
  const Batch probes{.x = z, .label = label};
  std::vector<DeadUnits> dead = dead_units(G_.network(), z, label);
  if (averaged_) {  // a unit that still fires there is left alone until it does not
    dead = both(dead, dead_units(averaged_->network(), z, label));
    gan::revive(averaged_->network(), nullptr, dead, probes, stream.child("G"));
  }
  int64_t units = gan::revive(G_.network(), &g_optimizer_, dead, probes, stream.child("G"));
  if (!watched_.x.defined() || watched_.size() < kEnough) return units;
  const int64_t n = std::min(watched_.size(), kProbes);
  const Tensor of = label.defined() ? label.narrow(0, 0, n) : Tensor();
  const Tensor s = G_.network().infer(z.narrow(0, 0, n), of);
  const bool same = !of.defined() && watched_.label.defined();  // D alone sees labels
  dead = both(dead_units(D_, watched_.x, watched_.label),
              dead_units(D_, s, same ? watched_.label.narrow(0, 0, n) : of));
  units += gan::revive(D_, &d_optimizer_, dead, watched_, stream.child("D"));
  return units;
}

}  // namespace gan
