#pragma once
/// Section 4 of Goodfellow et al. (2014) and the argument of its section 3, as statements that have
/// numbers: propositions 1 and 2, theorem 1, and why G maximises log D(G(z)).

#include <cstdint>

#include "gan/paper/piece.h"

namespace gan::paper {

Piece theory(uint64_t seed);  ///< on the CPU, about ten seconds of one core

}  // namespace gan::paper
