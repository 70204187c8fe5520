/// The row of adversarial nets in the table of families.

#include <fmt/core.h>

#include "gan/game/trainer.h"
#include "gan/nets/fused.h"

namespace gan {

std::string unsupported_by_fused(const Config& c) {
  if (c.augmentation.mode != AugmentationMode::off)
    return "augmentation is computed by the reference engine alone";
  if (c.game.auxiliary > 0 && penalised(c.game))
    return "a penalty on one of several outputs of D needs the reference engine";
  const std::string g = FusedEngine::unsupported(c.generator.layers, false);
  if (!g.empty()) return fmt::format("[generator] {}", g);
  const std::string d = FusedEngine::unsupported(c.discriminator.layers, penalised(c.game));
  return d.empty() ? "" : fmt::format("[discriminator] {}", d);
}

int64_t adversarial_steps(const Config& c, int64_t batches_per_epoch) {
  return steps_asked_for(c, static_cast<double>(batches_per_epoch) / static_cast<double>(c.game.k));
}

std::unique_ptr<GenerativeModel> unread_generator(const Setup& setup) {
  const Config& c = setup.config;
  auto G =
      std::make_unique<Generator>(c.generator, setup.data, c.run.seed, setup.means, setup.device);
  if (c.run.engine == Engine::fused && setup.device.is_cpu()) G->network().fuse(setup.precision());
  return G;
}

}  // namespace gan
