#include <ATen/ATen.h>

#include <algorithm>

#include "gan/nets/layers.h"
#include "gan/nets/parts.h"

namespace gan {
namespace {

/// Karras et al. (2018), "Progressive growing of GANs", section 3; groups as in StyleGAN.
class MinibatchDeviationLayer : public Network::Layer {
 public:
  explicit MinibatchDeviationLayer(const MinibatchDeviation& s) : spec_(s) {}

  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const Tensor of_each =
        each_part(x, pass, [&](const Tensor& part) { return deviations(part); });  // [B]
    Shape shape = x.sizes().vec();
    shape[1] = 1;
    const Shape one(shape.size() - 1, 1);
    return at::cat({x, of_each.view(batch_shape(x.size(0), one)).expand(shape)}, 1);
  }

 private:
  Tensor deviations(const Tensor& x) const {
    const int64_t rows = x.size(0), group = std::min(spec_.group, rows),
                  in_groups = rows / group * group;
    const Tensor whole = of_groups(x.narrow(0, 0, in_groups), group);
    if (in_groups == rows) return whole;
    const int64_t rest = rows - in_groups;
    return at::cat({whole, of_groups(x.narrow(0, in_groups, rest), rest)});
  }

  /// [rows, in...] -> [rows]: the same for all examples of a group.
  static Tensor of_groups(const Tensor& x, int64_t group) {
    constexpr double kSmallestVariance = 1e-8;  // so that equal examples have a derivative
    const Tensor grouped = x.reshape({x.size(0) / group, group, -1});
    const Tensor centred = grouped - grouped.mean(1, /*keepdim=*/true);
    const Tensor deviation = (centred.square().mean(1) + kSmallestVariance).sqrt();
    return deviation.mean(1).repeat_interleave(group);
  }

  MinibatchDeviation spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const MinibatchDeviation& spec, const LayerPlace&) {
  return std::make_unique<MinibatchDeviationLayer>(spec);
}

}  // namespace gan
