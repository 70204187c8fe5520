/// Trains on eight Gaussians on a circle, the usual test of mode collapse, and counts the modes
/// that were found.
///
///   build/train_ring8 recipes/ring8.toml runs/ring8-example [STEPS]
///
/// Expect, after about 2 minutes on two cores:   8 of 8 modes, over 90% of the samples within 3
/// deviations of one (98.9% of the data's own samples are). A few hundred STEPS show that it runs;
/// they find none.

#include <fmt/core.h>

#include <cstdlib>

#include "gan/core/error.h"
#include "gan/gan.h"
#include "gan/judge/mode_coverage.h"

int main(int argc, char** argv) try {
  if (argc < 3) throw gan::UsageError("usage: {} RECIPE FOLDER [STEPS]", argv[0]);

  gan::Config config = gan::parse_config(gan::read_file(argv[1]), argv[1]);
  if (argc > 3) config.training.steps = std::atoll(argv[3]);
  gan::train(config, argv[2]);

  gan::Model model = gan::load(argv[2]);
  const at::Tensor samples = model.sample(10000, /*seed=*/1);  // [10000, 2]
  const auto toy = gan::make_toy("ring8");
  const gan::ModeCoverage found = gan::mode_coverage(samples, toy->modes(), toy->mode_deviation());
  fmt::print("{} of {} modes, {:.1f}% of the samples within 3 deviations of one\n", found.covered,
             found.modes, 100 * found.within);
  return 0;
} catch (const gan::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return static_cast<int>(error.code());
}
