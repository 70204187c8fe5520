/// Describes a run, and the average of what its generator makes: consumer runs/fashion-mnist

#include <ATen/ATen.h>
#include <gan/core/error.h>
#include <gan/gan.h>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 2) throw gan::UsageError("usage: {} RUN", argv[0]);
  gan::Model model = gan::load(argv[1]);
  const at::Tensor samples = model.sample(1000, /*seed=*/1);
  std::cout << model.data().name << ", step " << model.step() << ": " << samples.sizes()
            << ", mean " << samples.mean().item<float>() << "\n";
  return 0;
} catch (const gan::Error& error) {
  std::cerr << error.what() << "\n";
  return static_cast<int>(error.code());
}
