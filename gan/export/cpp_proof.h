#pragma once
/// Compiles what was exported to C++, runs it and compares it with the model.

#include "gan/export/exporter.h"

namespace gan {

/// By the compiler that the environment variable CXX names, or by c++, g++ or clang++.
/// @throws ErrorOf<Exit::bug> where it does not compile or run
Proof prove_cpp(const ExportSource& source, const ExportSamples& samples,
                std::span<const ExportedFile> files);

}  // namespace gan
