#pragma once
/// Files of this folder that exports contain, as the build put them into the program.

#include <string_view>

namespace gan {

/// runtime_products.h, runtime.h and runtime_noise.h, without their includes of each other.
extern const std::string_view kRuntimeText;
extern const std::string_view kLoaderText;  ///< loader.py

}  // namespace gan
