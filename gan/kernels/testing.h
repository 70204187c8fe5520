#pragma once
/// For tests: in what formats this processor multiplies. With AVX2 alone there is no bfloat16.

#include <vector>

#include "gan/kernels/products.h"

namespace gan::kernels {

inline std::vector<Format> formats() {
  return has_bf16() ? std::vector{Format::fp32, Format::bf16} : std::vector{Format::fp32};
}

constexpr const char* kNoBfloat16 = "this processor does not multiply bfloat16";

}  // namespace gan::kernels
