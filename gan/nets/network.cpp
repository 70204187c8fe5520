#include "gan/nets/network.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/core/error.h"
#include "gan/nets/fused.h"
#include "gan/nets/labels.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

/// The reference: autograd does it all.
class AutogradTape : public Tape {
 public:
  AutogradTape(Network& network, at::TensorList parts, const Pass& pass)
      : parameters_(network.parameters()), x_(joined(network, parts)), y_(network(x_, pass)) {}

  Tensor output() const override { return y_.detach(); }

  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override {
    Tensor objective = (y_ * slope.reshape(y_.sizes())).sum();
    if (penalty.defined()) {
      const Tensor first = y_.flatten(1).select(1, 0);  // [B]
      const Tensor slopes = torch::autograd::grad({first.sum()}, {x_}, {}, /*retain_graph=*/true,
                                                  /*create_graph=*/true)[0];  // [B, in...]
      objective = objective + (penalty * slopes.flatten(1).square().sum(1)).sum() / 2;
    }
    return torch::autograd::grad({objective}, parameters_, {}, /*retain_graph=*/true);
  }

  Tensor input(const Tensor& slope, int64_t first) override {
    const int64_t count = slope.size(0);
    const Tensor y = y_.narrow(0, first, count);
    return torch::autograd::grad({y}, {x_}, {slope.reshape(y.sizes())},
                                 /*retain_graph=*/true)[0]
        .narrow(0, first, count);
  }

 private:
  static Tensor joined(const Network& network, at::TensorList parts) {
    std::vector<Tensor> seen;
    for (const Tensor& part : parts) seen.push_back(network.seen(part));
    return at::cat(seen).detach().requires_grad_();
  }

  std::vector<Tensor> parameters_;
  Tensor x_, y_;  // [B, in...], [B, out...]
};

}  // namespace

std::unique_ptr<Tape> Network::record(at::TensorList parts, const Pass& pass) {
  if (fused_ && pass.before)
    throw std::logic_error("what comes before the first layer needs the reference engine");
  if (fused_) return fused_->record(parts, pass);
  return std::make_unique<AutogradTape>(*this, parts, pass);
}

Tensor Network::infer(const Tensor& x, const Tensor& label) {
  if (fused_ && !is_mixed(label)) return fused_->record(x, {.label = label})->output();
  const at::NoGradGuard no_grad;
  return (*this)(x, {.label = label});
}

void Network::fuse(kernels::Format precision, bool penalised) {
  std::vector<Tensor> moments;
  for (auto& layer : layers_)
    layer->visit([&](const std::string&, Tensor& t) {
      if (!t.requires_grad()) moments.push_back(t);
    });
  fused_ =
      std::make_unique<FusedEngine>(spec_, shapes_, parameters(), moments, precision, penalised);
}

std::unique_ptr<Network::Layer> build_layer(const LayerSpec& spec, const LayerPlace& place) {
  return std::visit([&](const auto& layer) { return build(layer, place); }, spec);
}

Network::Network(const NetworkSpec& spec, const Shape& input, const std::string& name,
                 const Stream& init, const Tensor& means, at::Device device, int64_t classes)
    : spec_(spec),
      input_(seen_by_networks(input)),
      shapes_(shapes(spec, input, name, classes)),
      names_(layer_names(spec)) {
  for (size_t i = 0; i < spec.size(); ++i)
    layers_.push_back(build_layer(spec[i], {.shape = shapes_[i],
                                            .who = fmt::format("[{}] layer {}", name, i + 1),
                                            .init = init.child(i),
                                            .means = means,
                                            .device = device}));
}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;

Tensor Network::seen(const Tensor& x) const {
  return x.reshape(batch_shape(x.size(0), input_));
}

Tensor Network::operator()(const Tensor& x, const Pass& pass) const {
  Tensor h = seen(x);  // [B, in...]
  if (pass.before) h = seen(pass.before(h));
  for (size_t i = 0; i < layers_.size(); ++i) {
    h = layers_[i]->forward(h, pass, pass.noise.child(i));
    if (pass.watch) pass.watch(i, h);
  }
  return h;  // [B, out...]
}

std::vector<Tensor> Network::parameters() {
  std::vector<Tensor> out;
  for (auto& layer : layers_)
    layer->visit([&](const std::string&, Tensor& t) {
      if (t.requires_grad()) out.push_back(t);
    });
  return out;
}

void Network::visit_state(const std::string& prefix, const Visitor& visit) {
  for (size_t i = 0; i < layers_.size(); ++i)
    layers_[i]->visit([&](const std::string& name, Tensor& t) {
      visit(fmt::format("{}{}.{}", prefix, names_[i], name), t);
    });
  if (fused_) fused_->parameters_changed();
}

void Network::constrain() {
  bool changed = false;
  for (auto& layer : layers_) changed = layer->constrain() || changed;
  if (changed && fused_) fused_->parameters_changed();
}

void Network::clip(double limit) {
  const at::NoGradGuard no_grad;
  for (Tensor& parameter : parameters()) parameter.clamp_(-limit, limit);
  if (fused_) fused_->parameters_changed();
}

void Network::average(Network& other, double decay) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < layers_.size(); ++i) {
    std::vector<Tensor> theirs;
    other.layers_[i]->visit([&](const std::string&, Tensor& t) { theirs.push_back(t); });
    size_t next = 0;
    layers_[i]->visit([&](const std::string&, Tensor& mine) {
      const Tensor& new_one = theirs[next++];
      if (mine.requires_grad())
        mine.lerp_(new_one, 1 - decay);
      else
        mine.copy_(new_one);
    });
  }
  if (fused_) fused_->parameters_changed();
}

}  // namespace gan
