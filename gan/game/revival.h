#pragma once
/// ReLU units that fire for no example get no gradient and stay as they are. Here they get new
/// weights, while the network goes on to compute the same.

#include <functional>
#include <vector>

#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// The network's outputs for x [B, in...], label [B] or undefined; use() sees of each ReLU layer
/// which units, or channels, fired for none of these examples: [units] bool.
Tensor watch_units(const Network& network, const Tensor& x, const Tensor& label,
                   const std::function<void(size_t layer, const Tensor& silent)>& use);

/// Of the units of a layer for which the mask is true.
Tensor mean_bias(Network& network, size_t layer, const Tensor& mask);

/// Units of one dense ReLU layer that fired for no example of a batch, where a dense or a maxout
/// layer comes next (perhaps after dropout).
struct DeadUnits {
  size_t layer, next;  ///< numbers in the network's list
  Tensor mask;         ///< [units] bool
};

/// x [B, in...], label [B] or undefined. Layers without such units are left out.
std::vector<DeadUnits> dead_units(const Network& network, const Tensor& x, const Tensor& label);

/// Those of `a` that are dead in `b`, too.
std::vector<DeadUnits> both(const std::vector<DeadUnits>& a, const std::vector<DeadUnits>& b);

/// Draws the incoming weights of these units anew from `stream`, sets their biases and their
/// outgoing weights to 0, the first moments of all of these to 0 and the second ones to the mean of
/// the others' (0 would make the first steps of Adam larger than its rate). Outputs change for no
/// example for which the units did not fire. optimizer: of this network, or nullptr where it has
/// none. Returns the number of units.
int64_t revive(Network& network, Optimizer* optimizer, const std::vector<DeadUnits>& dead,
               const Stream& stream);

}  // namespace gan
