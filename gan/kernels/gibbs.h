#pragma once
/// Passes of Gibbs sampling between two layers of units, by the calling thread alone, beside the
/// products that give what units receive from the other layer. gibbs_test.cpp holds each against
/// plain ATen.

#include <cstdint>

namespace gan::kernels {

/// p = sigmoid(scale * a + bias), on = u < p: 0 or 1. p and on may be nullptr. a, u, p, on: [rows,
/// n]; bias [n].
void sample_binary(int64_t rows, int64_t n, const float* a, float scale, const float* bias,
                   const float* u, float* p, float* on);

/// mean = scale * a + bias, x = mean + noise. mean and x may be nullptr. [rows, n]; bias [n].
void sample_normal(int64_t rows, int64_t n, const float* a, float scale, const float* bias,
                   const float* noise, float* mean, float* x);

/// sum over i of softplus(a + bias), softplus(x) = log(1 + e^x); terms in float32, their sum in
/// float64.
double sum_softplus(int64_t n, const float* a, const float* bias);

/// sum over i of softplus(to (a + bias)) - softplus(from (a + bias)), each in float64.
double softplus_change(int64_t n, const float* a, const float* bias, double from, double to);

/// The same where the argument goes from `base` to a + bias: sum over i of softplus(base + to (a +
/// bias - base)) - ...(from ...).
double softplus_change(int64_t n, const float* a, const float* bias, const float* base, double from,
                       double to);

/// x = fresh, [n]. @return the sum of |fresh - x|
double replace(int64_t n, const float* fresh, float* x);

/// sum over i of x y, and of (x - y)^2, each in float64.
double dot(int64_t n, const float* x, const float* y);
double squared_distance(int64_t n, const float* x, const float* y);

/// x = factor * (x - shift), [n]; shift may be nullptr.
void shift_and_scale(int64_t n, const float* shift, float factor, float* x);

/// out = x, [n]. @return false where a number is neither 0 nor 1
bool copy_binary(int64_t n, const float* x, float* out);

/// y += factor * x, [n].
void add_scaled(int64_t n, const float* x, float factor, float* y);

}  // namespace gan::kernels
