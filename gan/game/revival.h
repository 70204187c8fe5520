#pragma once
/// Units that answer alike to every example pass nothing on, and hardly learn: ReLU units that
/// never fire, units that are saturated, units whose weights began at zero. Here they get new
/// weights, while the network goes on to compute the same.

#include <functional>
#include <vector>

#include "gan/model/learner.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// The network's outputs for x [B, in...], label [B] or undefined; use() sees of each layer with an
/// activation, but for the last layer, which units, or channels, answered alike to all of these
/// examples: [units] bool. None did where the examples are all the same.
Tensor watch_units(const Network& network, const Tensor& x, const Tensor& label,
                   const std::function<void(size_t layer, const Tensor& same)>& use);

/// Of the units of a layer for which the mask is true; undefined where there are none, or they have
/// no biases.
Tensor mean_bias(Network& network, size_t layer, const Tensor& mask);

/// Units of one dense layer that answered alike to all examples of a batch, where a dense or a
/// maxout layer comes next (perhaps after dropout).
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
/// the others' (0 would make the first steps of Adam larger than its rate). What the units answered
/// goes into the biases of the next layer, so outputs change for no example to which they gave that
/// answer. Where the activation saturates, weights and biases are such that its arguments for
/// `examples` have mean 0 and deviation 1 (Krahenbuhl et al. 2016): else what the layers below pass
/// on may be too little for it, or too much. optimizer: of this network, or nullptr where it has
/// none. Returns the number of units.
int64_t revive(Network& network, Optimizer* optimizer, const std::vector<DeadUnits>& dead,
               const Batch& examples, const Stream& stream);

}  // namespace gan
