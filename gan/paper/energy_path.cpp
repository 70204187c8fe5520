#include "gan/paper/energy_path.h"

#include <ATen/ATen.h>

#include "gan/core/random.h"
#include "gan/nets/draw.h"

namespace gan::paper {

void EnergyPath::anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas,
                        uint64_t seed, int64_t t, int64_t first) {
  constexpr double kSteps[] = {
      0.6, 0.2};  // of a proposal: times the deviation 1 of whitened data, for 20 of them
  const at::NoGradGuard no_grad;
  const Stream stream(seed, "energy path");
  const int64_t n = states.size(0);
  const double narrow = std::sqrt(20 / static_cast<double>(D_));
  Tensor x = states.to(at::kDouble);        // [n, D]
  Tensor of_model = model_.log_density(x);  // [n]
  Tensor of_noise = noise_.log_probability(x);
  for (size_t i = 0; i + 1 < betas.size(); ++i) {
    const double to = betas[i + 1];
    const uint64_t step = static_cast<uint64_t>(t) + i;
    log_weights += (to - betas[i]) * (of_model - of_noise);
    for (uint64_t k = 0; k < 2; ++k) {
      const Tensor proposed =
          x + draw_normal(stream.child("proposal").child(k), n, D_, step, first).to(at::kDouble) *
                  (kSteps[k] * narrow);
      const Tensor model_there = model_.log_density(proposed);
      const Tensor noise_there = noise_.log_probability(proposed);
      const Tensor rise = to * (model_there - of_model) + (1 - to) * (noise_there - of_noise);
      const Tensor u = draw_uniform(stream.child("accepted").child(k), n, 1, step, first)
                           .squeeze(1)
                           .to(at::kDouble);
      const Tensor accepted = u.lt(rise.exp());
      x = at::where(accepted.unsqueeze(1), proposed, x);
      of_model = at::where(accepted, model_there, of_model);
      of_noise = at::where(accepted, noise_there, of_noise);
    }
  }
  states.copy_(x);
}

}  // namespace gan::paper
