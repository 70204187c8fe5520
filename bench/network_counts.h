#pragma once
#include <string>

namespace gan {

/// Of the recipe's G and D, as JSON:
///   {"G": {"parameters": N, "products": N, "first": N}, "D": {the same},
///    "relativistic": true, "penalised": true, "why_not_fused": "", "shape": [C, H, W]}
/// products: multiplications of one example on its way through all dense layers and convolutions;
/// first: those of the first such layer. why_not_fused: empty where the fused engine can train it.
std::string networks_json(const std::string& recipe);

}  // namespace gan
