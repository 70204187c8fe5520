#include "gan/game/revival.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <map>
#include <utility>

#include "gan/nets/initial.h"

namespace gan {
namespace {

constexpr double kLittle = 0.1;           // of a range of 1 or 2
constexpr double kLeastDeviation = 0.01;  // of sums, by which weights are divided

Activation activation_of(const LayerSpec& layer) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.activation; })
          return l.activation;
        else
          return Activation::linear;
      },
      layer);
}

bool saturates(Activation a) {
  return a == Activation::sigmoid || a == Activation::hard_sigmoid || a == Activation::tanh;
}

/// The outputs of a layer, [B, units]; of layer -1, the examples.
Tensor outputs_of(const Network& network, int64_t layer, const Batch& examples) {
  if (layer < 0) return network.seen(examples.x).flatten(1);
  Tensor out;
  network(examples.x, {.label = examples.label, .watch = [&](size_t i, const Tensor& h) {
                         if (std::cmp_equal(i, layer)) out = h.flatten(1);
                       }});
  return out;
}

/// The layer that sums over the outputs of layer i, where they go through nothing but dropout.
std::optional<size_t> next_of(const NetworkSpec& spec, size_t i) {
  size_t next = i + 1;
  while (next < spec.size() && std::holds_alternative<Dropout>(spec[next])) ++next;
  if (next == spec.size()) return {};
  const bool sums =
      std::holds_alternative<Dense>(spec[next]) || std::holds_alternative<Maxout>(spec[next]);
  return sums ? std::optional(next) : std::nullopt;
}

/// The optimiser's moments of one parameter; those of some of its units can be reset.
struct Moments {
  std::vector<Tensor> first, second;

  /// mask: of the units along `dim`, true where they are reset. usual: the sum of second moments to
  /// assume where no other unit has one. With 0, Adam's next steps would be many times the rate.
  void reset(int64_t dim, const Tensor& mask, double usual) const {
    const Tensor index = mask.nonzero().squeeze(1);
    for (Tensor moment : first) moment.index_fill_(dim, index, 0);
    const Tensor others = mask.logical_not().nonzero().squeeze(1);
    for (Tensor moment : second) {
      const Tensor living = moment.index_select(dim, others);
      const double mean = living.numel() == 0 ? 0 : living.mean().item<double>();
      const double shared = usual / static_cast<double>(moment.numel());
      moment.index_fill_(dim, index, mean > 0 ? mean : shared);
    }
  }
};

/// The sum of a parameter's second moments: the mean over the parameters that have some.
double usual_sum(const std::map<std::string, Moments>& moments) {
  double sum = 0;
  int count = 0;
  for (const auto& [name, own] : moments)
    for (const Tensor& moment : own.second) {
      const double its = moment.sum().item<double>();
      sum += its;
      count += its > 0;
    }
  return count > 0 ? sum / count : 0;
}

/// Of an optimiser, by the name of the parameter.
std::map<std::string, Moments> moments_of(Network& network, Optimizer* optimizer) {
  std::vector<std::string> names;
  network.visit_state("", [&](const std::string& name, Tensor& value) {
    if (value.requires_grad()) names.push_back(name);
  });
  std::map<std::string, Tensor> moments;
  if (optimizer != nullptr)
    optimizer->visit_state(
        "", [&](const std::string& name, Tensor& value) { moments.emplace(name, value); });
  std::map<std::string, Moments> out;
  for (size_t i = 0; i < names.size(); ++i)
    for (auto& [kind, moment] : moments) {
      if (kind == fmt::format("{}.first", i)) out[names[i]].first.push_back(moment);
      if (kind == fmt::format("{}.second", i)) out[names[i]].second.push_back(moment);
    }
  return out;
}

}  // namespace

Tensor watch_units(const Network& network, const Tensor& x, const Tensor& label,
                   const std::function<void(size_t layer, const Tensor& same)>& use) {
  const bool varies = x.flatten(1).ne(x.flatten(1).narrow(0, 0, 1)).any().item<bool>();
  return network(x, {.label = label, .watch = [&](size_t layer, const Tensor& h) {
                       const Activation activation = activation_of(network.spec()[layer]);
                       const bool last = layer + 1 == network.spec().size();
                       if (activation == Activation::linear || last) return;
                       std::vector<int64_t> all = {0};  // dimensions, but for units or channels
                       for (int64_t i = 2; i < h.dim(); ++i) all.push_back(i);
                       const double little = saturates(activation) ? kLittle : 0;
                       use(layer, (h.amax(all) - h.amin(all)).le(varies ? little : -1));
                     }});
}

Tensor mean_bias(Network& network, size_t layer, const Tensor& mask) {
  const std::string name = layer_names(network.spec())[layer] + ".bias";
  Tensor bias;
  network.visit_state("", [&](const std::string& other, Tensor& value) {
    if (other == name) bias = value.detach();
  });
  if (!bias.defined() || !mask.any().item<bool>()) return {};
  return bias.flatten().masked_select(mask).mean();
}

std::vector<DeadUnits> dead_units(const Network& network, const Tensor& x, const Tensor& label) {
  const at::NoGradGuard no_grad;
  std::vector<DeadUnits> out;
  watch_units(network, x, label, [&](size_t layer, const Tensor& same) {
    if (!std::holds_alternative<Dense>(network.spec()[layer])) return;
    const auto next = next_of(network.spec(), layer);
    if (next && same.any().item<bool>()) out.push_back({layer, *next, same});
  });
  return out;
}

std::vector<DeadUnits> both(const std::vector<DeadUnits>& a, const std::vector<DeadUnits>& b) {
  std::vector<DeadUnits> out;
  for (const DeadUnits& in_a : a)
    for (const DeadUnits& in_b : b) {
      if (in_a.layer != in_b.layer) continue;
      const Tensor mask = in_a.mask.logical_and(in_b.mask);
      if (mask.any().item<bool>()) out.push_back({in_a.layer, in_a.next, mask});
    }
  return out;
}

int64_t revive(Network& network, Optimizer* optimizer, const std::vector<DeadUnits>& dead,
               const Batch& examples, const Stream& stream) {
  const at::NoGradGuard no_grad;
  std::map<std::string, Tensor> parameters;
  network.visit_state(
      "", [&](const std::string& name, Tensor& value) { parameters.emplace(name, value); });
  const std::map<std::string, Moments> moments = moments_of(network, optimizer);
  const double usual = usual_sum(moments);
  const std::vector<std::string> names = layer_names(network.spec());
  const auto reset = [&](const std::string& name, int64_t dim, const Tensor& mask) {
    if (const auto found = moments.find(name); found != moments.end())
      found->second.reset(dim, mask, usual);
  };
  int64_t units = 0;
  for (const DeadUnits& d : dead) {
    const std::string in = names[d.layer], out = names[d.next];
    Tensor weight = parameters.at(in + ".weight"), bias = parameters.at(in + ".bias"),
           outgoing = parameters.at(out + ".weight"), next_bias = parameters.at(out + ".bias");
    const Tensor index = d.mask.nonzero().squeeze(1);
    const int64_t layer = static_cast<int64_t>(d.layer);
    const Tensor answers = outputs_of(network, layer, examples).mean(0).index_select(0, index);
    next_bias.add_(outgoing.index_select(1, index).mv(answers).view_as(next_bias));
    const Dense& spec = std::get<Dense>(network.spec()[d.layer]);
    Tensor drawn =
        draw_weights(spec.init.kind == Init::Kind::zero ? Init() : spec.init, weight.size(0),
                     weight.size(1), fan_of(weight.size(1), weight.size(0)), stream.child(d.layer))
            .to(weight.device())
            .index_select(0, index);
    Tensor drawn_bias = at::zeros_like(answers);
    if (saturates(spec.activation)) {
      const Tensor sums = outputs_of(network, layer - 1, examples).mm(drawn.t());
      const Tensor deviation = sums.std(0, /*unbiased=*/false).clamp_min(kLeastDeviation);
      drawn = drawn / deviation.unsqueeze(1);
      drawn_bias = -sums.mean(0) / deviation;
    }
    weight.index_copy_(0, index, drawn);
    bias.index_copy_(0, index, drawn_bias);
    outgoing.index_fill_(1, index, 0);
    reset(in + ".weight", 0, d.mask);
    reset(in + ".bias", 0, d.mask);
    reset(out + ".weight", 1, d.mask);
    units += index.size(0);
  }
  network.visit_state("", [](const std::string&, Tensor&) {});  // its engine looks at them again
  return units;
}

}  // namespace gan
