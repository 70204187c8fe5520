#pragma once
/// How many samples a generator makes at once, and what that takes.

#include "gan/data/data_spec.h"
#include "gan/spec/config.h"

namespace gan {

/// As many as keep the values of all layers within 256 MB: at most 1,000, at least 16.
int64_t sampled_at_once(const NetworkSpec& generator, int64_t noise_size, int64_t classes);

/// Bytes of those values, in float32. 0 for models that are no adversarial nets.
double sampling_need(const Config& config, const DataSpec& data);

}  // namespace gan
