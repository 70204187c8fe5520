#include "gan/nets/normalised.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace gan {
namespace {

using torch::autograd::AutogradContext;

/// The sum over all workers. Its gradient is the sum of their gradients; all workers run backward
/// in the same order.
struct SumOverWorkers : torch::autograd::Function<SumOverWorkers> {
  static Tensor forward(AutogradContext* context, const Tensor& x, int64_t workers) {
    context->saved_data["workers"] = workers;
    const Tensor sum = x.contiguous().clone();
    reinterpret_cast<Workers*>(workers)->sum(sum);
    return sum;
  }
  static std::vector<Tensor> backward(AutogradContext* context, std::vector<Tensor> slopes) {
    return {apply(slopes[0], context->saved_data["workers"].toInt()), Tensor()};
  }
};

Tensor normalised_among(Workers& workers, const Tensor& x, const RunningMoments& running) {
  const auto sum = [&](const Tensor& t) {
    return SumOverWorkers::apply(t, reinterpret_cast<int64_t>(&workers));
  };
  const auto per_channel = [](const Tensor& t) { return t.unsqueeze(0).unsqueeze(2); };
  const Tensor h = x.reshape({x.size(0), x.size(1), -1}),
               mine = at::full({1}, static_cast<double>(h.size(0) * h.size(2)),
                               h.options().requires_grad(false)),
               n = sum(mine), mean = sum(h.sum(at::IntArrayRef({0, 2}))) / n,
               centred = h - per_channel(mean),
               variance = sum(centred.square().sum(at::IntArrayRef({0, 2}))) / n;
  {
    const at::NoGradGuard no_grad;
    running.mean.mul_(1 - running.momentum).add_(mean, running.momentum);
    running.variance.mul_(1 - running.momentum).add_(variance * n / (n - 1), running.momentum);
  }
  return (centred * per_channel((variance + running.epsilon).rsqrt())).view(x.sizes());
}

}  // namespace

Tensor normalised(const Tensor& h, const Tensor& gain, const Tensor& bias,
                  const RunningMoments& running, const Pass& pass) {
  if (!pass.training || pass.workers->alone())
    return at::batch_norm(h, gain, bias, running.mean, running.variance, pass.training,
                          running.momentum, running.epsilon, false);
  const Tensor normal = normalised_among(*pass.workers, h, running);
  if (!gain.defined()) return normal;
  Shape shape(static_cast<size_t>(h.dim()), 1);
  shape[1] = h.size(1);
  return normal * gain.view(shape) + bias.view(shape);
}

}  // namespace gan
