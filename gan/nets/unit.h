#pragma once
/// An activation as the kernels of the fused engine take it.

#include "gan/kernels/passes.h"
#include "gan/spec/dense_layers.h"

namespace gan {

/// slope: of leaky ReLU, below zero.
inline kernels::Unit unit_of(Activation activation, double slope) {
  switch (activation) {
    case Activation::linear:
      return {.slope = 1};
    case Activation::relu:
      return {.slope = 0};
    case Activation::leaky_relu:
      return {.slope = static_cast<float>(slope)};
    case Activation::sigmoid:
      return {.kind = kernels::Unit::Kind::sigmoid};
    case Activation::hard_sigmoid:
      return {.kind = kernels::Unit::Kind::hard_sigmoid};
    case Activation::tanh:
      return {.kind = kernels::Unit::Kind::tanh};
  }
  return {};
}

}  // namespace gan
