#pragma once
/// Proposition 2 of Goodfellow et al. (2014): updates of p_g itself, against its own D*, reach
/// p_data. On a few points.

#include <cstdint>

#include "gan/figures/plot.h"
#include "gan/paper/piece.h"

namespace gan::paper {

/// From random starts with mass at every point. `panel`: total variation along the way.
void proposition_2(Piece& piece, Panel& panel, uint64_t seed);

/// Where the supports of p_data and p_g differ: D* is 0 or 1 there, C(G) has a value that can be
/// worked out by hand, and updates need mass to multiply.
void differing_supports(Piece& piece);

}  // namespace gan::paper
