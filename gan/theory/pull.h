#pragma once
/// What the value functions say of one logit, without tensors.

#include <string_view>

namespace gan {

/// - d L_G / d a, where a is D's logit of a sample and L_G its part of G's loss: what multiplies
/// the slope of D there in G's gradient. of_data: D's mean logit on data, which relativistic
/// compares with. @throws UsageError for another name than those of game.value
double pull_of(std::string_view value_function, double a, double of_data);

/// D's logit once it cannot tell. Of relativistic, which compares logits, 0: that of a difference.
double even_logit(std::string_view value_function);

}  // namespace gan
