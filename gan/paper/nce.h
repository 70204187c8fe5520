#pragma once
/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010, 2012), to which the paper compares
/// itself: what it promises, held to its theory, and where the fixed noise leaves it with nothing
/// to learn from, beside adversarial nets, whose noise moves.

#include <cstdint>
#include <functional>
#include <string>

#include "gan/gan.h"
#include "gan/paper/piece.h"

namespace gan::paper {

/// Binarised images of this source, as the piece takes them; to be prepared.
Config nce_images(const std::string& source);

/// images: nce_images, prepared. Minutes of one core; quick: well under one.
Piece noise_contrastive(uint64_t seed, bool quick, const Problem& images,
                        const std::function<void(const std::string&)>& say);

/// Its second part: two layers of energy on patches of the images. Returns the largest part of the
/// gradient that is left.
double add_patches(Piece& piece, uint64_t seed, bool quick, const Problem& images,
                   const std::function<void(const std::string&)>& say);

/// Its third part, on the images.
void add_weakness(Piece& piece, uint64_t seed, bool quick, const Problem& images,
                  const std::function<void(const std::string&)>& say);

}  // namespace gan::paper
