/// Loads a run and writes new examples to a NumPy file.
///
///   build/sample_run runs/fashion-mnist 64 samples.npy
///
/// Expect:   samples.npy: [64, 28, 28]   in the data's own units (0 to 255), the same bytes for the
/// same run and seed.

#include <fmt/ranges.h>

#include <cstdlib>

#include "gan/core/error.h"
#include "gan/gan.h"
#include "gan/io/npy.h"

int main(int argc, char** argv) try {
  if (argc != 4) throw gan::UsageError("usage: {} RUN COUNT FILE.npy", argv[0]);

  gan::Model model = gan::load(argv[1]);
  const at::Tensor samples =
      model.sample(std::atoll(argv[2]), /*seed=*/1).contiguous();  // [N, ...]

  const gan::Shape shape = samples.sizes().vec();
  gan::write_file(argv[3], gan::format_npy(shape, {samples.data_ptr<float>(),
                                                   static_cast<size_t>(samples.numel())}));
  fmt::print("{}: [{}]\n", argv[3], fmt::join(shape, ", "));
  return 0;
} catch (const gan::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return static_cast<int>(error.code());
}
