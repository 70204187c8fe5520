#pragma once
/// The inner loops of convolutions in groups of 16 channels (grouped.h), for each kind of
/// processor.

#include <cstdint>

#include "gan/kernels/bfloat16.h"

namespace gan::kernels {

constexpr int64_t kGroupChannels = 16;  ///< of a group, in and out

/// A square kernel over a padded image whose lines have so many places of 16 channels.
struct KernelPlaces {
  int64_t kernel, line;
};

/// Positions that are summed at once: so many, or so few.
constexpr int64_t kManyPositions = 28, kFewPositions = 7;

/// out [positions, 16] = sums over the kernel at neighbouring positions, the first of which sees x;
/// w [kernel, kernel, in, out].
void sum_positions(const KernelPlaces& k, int64_t positions, const float* x, const float* w,
                   float* out);

/// sum [in, out] += x' d over positions; x, d [positions, 16].
void add_products(int64_t positions, const float* x, const float* d, float* sum);

// The same of bfloat16, in pairs of neighbours, which some processors multiply and add at once.

bool has_fast_pairs();
/// w [kernel, kernel, pairs of in, out, 2].
void sum_positions(const KernelPlaces& k, int64_t positions, const Bf16* x, const Bf16* w,
                   float* out);
/// x, d [pairs of positions, 16, 2], as pair_up makes them.
void add_products(int64_t pairs, const Bf16* x, const Bf16* d, float* sum);
/// Places [2 pairs, 16] -> [pairs, 16, 2].
void pair_up(int64_t pairs, const Bf16* places, Bf16* out);

}  // namespace gan::kernels
