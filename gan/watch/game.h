#pragma once
/// The game on a toy as the paper's figure 1 shows it, from one checkpoint: what the page draws.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gan {

/// JSON of the two players after the checkpoint's step. Numbers of the same index belong together.
///
/// Always: "step", "toy", "value" (function), "dim", "z": [[...], ...] and "x": what G makes of
/// them, "data": as many examples.
/// In one dimension: "grid": [...], "p_data", "p_g", "D": there, "D_best" = p_data / (p_data +
/// p_g). In two: "box": [left, right, bottom, top], "surface": rows from the bottom, D at each
/// point of a square grid over the box, "arrows": what G's gradient asks of each of the first
/// samples.
///
/// D is the probability that D gives to "data", as D(x) of metrics.jsonl: the sigmoid of its logit
/// less the one that it gives once it cannot tell; with relativistic pairing, less the mean of its
/// logits on data and on samples.
///
/// @throws DataError, UsageError where the checkpoint is damaged, or is none of adversarial nets on
/// a toy, saying what it is
std::string game_json(std::string_view checkpoint, const std::string& who);

}  // namespace gan
