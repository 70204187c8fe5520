#include "gan/baselines/binary.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"

namespace gan {

at::Tensor doubles(const at::Tensor& x) {
  return x.to(at::kCPU, at::kDouble);
}

void expect_binary(const at::Tensor& x, const char* who) {
  if (!x.eq(0).logical_or(x.eq(1)).all().item<bool>())
    throw DataError(
        "{}: a model of binary data needs data of 0 and 1; set data.binarise = true (and scale = \"unit\")",
        who);
}

at::Tensor log_one_plus_exp(const at::Tensor& x) {
  constexpr double kExact = 40;  // from there on it is x to the last bit
  return at::softplus(x, 1, kExact);
}

at::Tensor log_bernoulli(const at::Tensor& x, const at::Tensor& logits) {
  return (x * logits - log_one_plus_exp(logits)).sum(-1);
}

at::Tensor smoothed_logit(const at::Tensor& means, double half) {
  return means.lerp(at::full_like(means, 0.5), half).logit();
}

at::Tensor binary_states(int64_t n, int64_t begin, int64_t end) {
  const at::Tensor number = at::arange(begin, end, at::kLong).unsqueeze(1),
                   bit = at::arange(n, at::kLong).unsqueeze(0);
  return number.bitwise_right_shift(bit).bitwise_and(1).to(at::kDouble);
}

}  // namespace gan
