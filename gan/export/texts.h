#pragma once
/// Files of this folder that exports contain, as the build put them into the program.

#include <string_view>

namespace gan {

/// runtime_products.h, runtime.h and runtime_noise.h, without their includes of each other.
extern const std::string_view kRuntimeText;
extern const std::string_view kLoaderText;       ///< loader.py
extern const std::string_view kPageText;         ///< page/page.html
extern const std::string_view kGeneratorScript;  ///< page/generator.js
extern const std::string_view kPageScript;       ///< page/page.js
/// page/products.wat in WebAssembly, as base64; empty where the build had no wat2wasm.
extern const std::string_view kProductsText;

}  // namespace gan
