#pragma once
/// The games: two-player value functions on logits. Adding a loss is adding a row in the .cpp.

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>

namespace gan {

using at::Tensor;

/// A two-player game on logits a = D(.); both losses are minimised.
struct ValueFunction {
  std::string_view name, source;
  double even_logit;  ///< D's answer once p_g = p_data
  bool relative;      ///< G's loss needs D's logits on data too
  Tensor (*d_loss)(const Tensor& real, const Tensor& fake);  ///< [B], [B] -> []
  Tensor (*g_loss)(const Tensor& real, const Tensor& fake);  ///< real is undefined unless relative
};

std::span<const ValueFunction> value_functions();

/// @throws UsageError with the nearest name
const ValueFunction& value_function(std::string_view name);

}  // namespace gan
