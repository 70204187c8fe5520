#pragma once
/// How strongly G's loss pulls at one sample.

#include <string_view>

namespace gan {

/// - d L_G / d a, where a is D's logit of a sample and L_G its part of G's loss: what multiplies
/// the slope of D there in G's gradient. of_data: D's mean logit on data, which relativistic
/// compares with. @throws UsageError for another name than those of game.value
double pull_of(std::string_view value_function, double a, double of_data);

}  // namespace gan
