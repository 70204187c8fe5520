#include "gan/baselines/binary.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"

namespace gan {

void expect_binary(const at::Tensor& x, const char* who) {
  if (!x.eq(0).logical_or(x.eq(1)).all().item<bool>())
    throw DataError("{}: a model of binary data needs data of 0 and 1; set data.binarise = true (and scale = \"unit\")", who);
}

}  // namespace gan
