#pragma once
/// What layers that see labels share.

#include <ATen/core/Tensor.h>

#include <string>

#include "gan/nets/network.h"

namespace gan {

/// Labels are classes [B] int64, or shares of all classes [B, classes] float32, which the reference
/// engine alone takes: they lie between classes.
bool is_mixed(const Tensor& label);

/// `who` needs the labels. @throws std::logic_error where the pass has no label for each of so many
/// examples
void check_labels(const Pass& pass, int64_t examples, const std::string& who);

/// The row of each example's label, or the mean of rows by its shares: embedding [classes, n] ->
/// [B, n]. `who` is the layer that needs them. @throws as check_labels
Tensor rows_of_labels(const Tensor& embedding, const Pass& pass, int64_t examples,
                      const std::string& who);

}  // namespace gan
