#include "gan/game/penalties.h"

#include <ATen/ATen.h>

#include "gan/nets/draw.h"
#include "gan/optim/schedules.h"

namespace gan {
namespace {

/// On straight lines from samples to data.
Tensor between(const Surroundings& s) {
  Shape one(s.data.dim(), 1);
  one[0] = s.data.size(0);
  const Tensor share = draw_uniform(s.noise.child("between"), one[0], 1, s.step, s.first)
                           .view(one)
                           .to(s.data.device());
  return s.samples + share * (s.data - s.samples);
}

/// Data moved by noise, and then a share of the way back, as in the authors' code.
Tensor around(const Surroundings& s) {
  const int64_t rows = s.data.size(0), size = s.data.numel() / rows;
  const Stream noise = s.noise.child("around");
  const Tensor moved = draw_uniform(noise, rows, size, s.step, s.first),  // [B, D]
      share = draw_uniform(noise.child("share"), rows, 1, s.step, s.first);
  const Tensor by = (moved * share).view(s.data.sizes()).to(s.data.device());
  return s.data + 0.5 * s.deviation * by;
}

const Penalty kTable[] = {
    {.name = "r1",
     .source = "Mescheder et al. 2018, equation 9",
     .at = Penalty::At::data,
     .weight = [](const Config& c,
                  int64_t t) { return scheduled(c.optimizer, c.game.r1, c.game.final_r1, t); }},

    {.name = "r2",
     .source = "Mescheder et al. 2018; Roth et al. 2017",
     .at = Penalty::At::samples,
     .weight = [](const Config& c,
                  int64_t t) { return scheduled(c.optimizer, c.game.r2, c.game.final_r2, t); }},

    {.name = "wgan_gp",
     .source = "Gulrajani et al. 2017, equation 3",
     .at = Penalty::At::further_points,
     .weight = [](const Config& c, int64_t) { return c.game.wgan_gp; },
     .norm_of_one = true,
     .points = between},

    {.name = "dragan",
     .source = "Kodali et al. 2017",
     .at = Penalty::At::further_points,
     .weight = [](const Config& c, int64_t) { return c.game.dragan; },
     .norm_of_one = true,
     .points = around},

    {.name = "clip",
     .source = "Arjovsky et al. 2017, algorithm 1",
     .at = Penalty::At::parameters,
     .weight = [](const Config& c, int64_t) { return c.game.clip; },
     .limit = [](Network& D, double weight) { D.clip(weight); }},
};

}  // namespace

std::span<const Penalty> penalties() {
  return kTable;
}

std::vector<WeightedPenalty> penalties_of(const Config& config, int64_t t, int64_t update) {
  const int64_t every = config.game.penalty_every;
  std::vector<WeightedPenalty> out;
  for (const Penalty& row : kTable) {
    const double weight = row.weight(config, t);
    const bool lazy = row.at != Penalty::At::parameters;
    if (weight == 0 || (lazy && update % every != 0)) continue;
    out.push_back({&row, lazy ? weight * static_cast<double>(every) : weight});
  }
  return out;
}

std::vector<Tensor> further_points(const std::vector<WeightedPenalty>& active,
                                   const Surroundings& surroundings) {
  std::vector<Tensor> out;
  for (const WeightedPenalty& penalty : active)
    if (penalty.row->points) out.push_back(penalty.row->points(surroundings));
  return out;
}

Tensor whole_deviation(const Tensor& x, Workers& workers) {
  if (workers.alone()) return x.std(/*unbiased=*/false);
  const Tensor sum = at::stack({x.sum(at::kDouble), at::full({}, static_cast<double>(x.numel()),
                                                             x.options().dtype(at::kDouble))});
  workers.sum(sum);
  const double n = sum[1].item<double>(), mean = sum[0].item<double>() / n;
  const Tensor squares = (x - mean).square().sum(at::kDouble).view({1});
  workers.sum(squares);
  return (squares[0] / n).sqrt().to(at::kFloat);
}

Tensor coefficients(const WeightedPenalty& penalty, const Tensor& slopes, double share) {
  const int64_t n = slopes.size(0);
  const double of_each = penalty.weight * share / static_cast<double>(n);
  if (!penalty.row->norm_of_one)
    return at::full({n}, of_each, slopes.options().requires_grad(false));
  constexpr double kSmallestNorm = 1e-12;  // at a slope of 0 the penalty has no gradient
  const Tensor norm = slopes.flatten(1).norm(2, {1}).clamp_min(kSmallestNorm);
  return 2 * of_each * (1 - 1 / norm);
}

}  // namespace gan
