#pragma once
/// For tests: the golden numbers that tools/make_golden.py stored.

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "gan/core/files.h"

namespace gan {

inline nlohmann::json golden(const std::string& file) {
  return nlohmann::json::parse(read_file(Path(GAN_GOLDEN) / file));
}

/// A number, a list of them, a list of lists ..., in float64.
inline at::Tensor golden_tensor(const nlohmann::json& values) {
  if (values.is_number()) return at::scalar_tensor(values.get<double>(), at::kDouble);
  std::vector<at::Tensor> parts;
  for (const nlohmann::json& value : values) parts.push_back(golden_tensor(value));
  return at::stack(parts);
}

}  // namespace gan
