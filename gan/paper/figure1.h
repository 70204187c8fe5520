#pragma once
/// Figure 1 of Goodfellow et al. (2014), drawn from a training.

#include <cstdint>
#include <functional>
#include <string>

#include "gan/paper/piece.h"

namespace gan::paper {

/// About half a minute of one core. `say` hears how far it is.
Piece figure1(uint64_t seed, const std::function<void(const std::string&)>& say);

}  // namespace gan::paper
