#pragma once
/// The game on a toy as the paper's figure 1 shows it, from one checkpoint: what the page draws.

#include <string>
#include <string_view>

namespace gan {

/// JSON of the two players after the checkpoint's step. Numbers of the same index belong together.
///
/// Always: "step", "toy", "value" (function), "dim", "noise_size", "z": the first two numbers of
/// each, "x": what G makes of them, "data": as many examples, "D_data" and "D_samples": D's means.
/// In one dimension: "grid": [...], "p_data", "p_g", "D": there; "D_best" = p_data / (p_data + p_g)
/// of the value functions whose best D that is, minimax and non-saturating.
/// In two: "box": [left, right, bottom, top], "surface": rows from the bottom, D at each point of a
/// square grid over the box, "arrows": what G's gradient asks of each of the first samples.
///
/// D is the sigmoid of D's logit less the one that it gives once it cannot tell; with relativistic
/// pairing, less the mean of its logits on data and on samples. 0.5: it cannot tell.
///
/// @throws DataError, UsageError where the checkpoint is damaged, or is none of adversarial nets on
/// a toy, saying what it is
std::string game_json(std::string_view checkpoint, const std::string& who);

}  // namespace gan
