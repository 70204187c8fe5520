#pragma once

#include <ATen/core/Tensor.h>

namespace gan {

/// @throws DataError naming `who` where x holds anything but 0 and 1
void expect_binary(const at::Tensor& x, const char* who);

}  // namespace gan
