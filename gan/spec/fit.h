#pragma once
/// Whether the parts of a configuration fit together, and fit the data.

#include "gan/spec/config.h"

namespace gan {

/// example: the shape of one. Networks: what each layer makes of what comes in, G's outputs, D's
/// one logit. Deep models: two layers or more, and no list of settings longer than the layers are
/// many.
/// @throws UsageError naming the section
void check_fit(const Config& config, const Shape& example);

/// Of a deep model alone: what check_fit says of it, before the data are known. Nothing for any
/// other.
void check_stack(const Config& config);

}  // namespace gan
