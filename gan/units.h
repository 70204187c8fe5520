#pragma once
/// Examples of a problem, in its data's own units and as its model sees them.

#include "gan/gan.h"

namespace gan {

/// [n, D] scaled -> [n, shape...] own units, on the CPU.
Tensor own_units(const Problem& problem, const Tensor& scaled);

/// What a recipe does to its data before they are encoded: they are binarised, unless they are
/// already, or their contrast is normalised.
DataSet transformed(const DataSection& section, DataSet data);

/// Where n chains may start: training examples, chosen by `seed`, [n, D] scaled. @throws UsageError
/// when there are fewer
Tensor starting_points(const Problem& problem, int64_t n, uint64_t seed);

}  // namespace gan
