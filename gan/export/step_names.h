#pragma once
/// The names that runtime.h gives to kinds of steps and to activations.

#include <string_view>

#include "gan/export/runtime.h"

namespace gan {

std::string_view name_of(generator::Kind kind);
std::string_view name_of(generator::Activation activation);

}  // namespace gan
