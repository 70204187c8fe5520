#pragma once
/// Section 3 of Goodfellow et al. (2014): log(1 - D(G(z))) saturates, and -log D(G(z)) does not.

#include "gan/figures/plot.h"
#include "gan/paper/piece.h"

namespace gan::paper {

/// Slopes of both of G's objectives, in D's logit and in a shift of p_g. `panel`: the former.
void saturation(Piece& piece, Panel& panel);

}  // namespace gan::paper
