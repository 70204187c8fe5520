#pragma once
/// What the peers in libtorch's C++ frontend share.

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <vector>

/// Mixed precision within its life.
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) { at::autocast::set_cpu_enabled(on_); }
  ~Autocast() {
    at::autocast::set_cpu_enabled(false);
    if (on_) at::autocast::clear_cache();
  }

 private:
  bool on_;
};

/// d of the scalar in parameters, where an optimiser looks for it.
inline void back(const torch::Tensor& loss, const std::vector<torch::Tensor>& parameters,
                 bool keep = false) {
  const auto gradients = torch::autograd::grad({loss}, parameters, {}, keep);
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].mutable_grad() = gradients[i];
}
