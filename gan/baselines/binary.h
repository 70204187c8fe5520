#pragma once

#include <ATen/core/Tensor.h>

namespace gan {

/// x on the CPU, in float64.
at::Tensor doubles(const at::Tensor& x);

/// @throws DataError naming `who` where x holds anything but 0 and 1
void expect_binary(const at::Tensor& x, const char* who);

/// log(1 + e^x) to the last bit of a float64: at::softplus alone is x from 20 on, which is off by
/// 2e-9. Can be differentiated.
at::Tensor log_one_plus_exp(const at::Tensor& x);

/// log p of x [.., D], 0 or 1, where each is 1 with probability sigmoid(logits): [..]
at::Tensor log_bernoulli(const at::Tensor& x, const at::Tensor& logits);

/// Logits of units that are on as often as `means` say, mixed with so much of 1/2.
at::Tensor smoothed_logit(const at::Tensor& means, double half);

/// States [begin, end) of n binary units, the lowest bit first: [end - begin, n] float64.
at::Tensor binary_states(int64_t n, int64_t begin, int64_t end);

}  // namespace gan
