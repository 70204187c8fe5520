#pragma once
/// Has an ONNX file checked by ONNX's own library, and runs it where there is a runtime.

#include "gan/export/exporter.h"

namespace gan {

/// By the checker and the inference of shapes of ONNX's library. @throws ErrorOf<Exit::bug>
void check_onnx(const std::string& bytes);

/// The runtime is onnxruntime or OpenCV, of python3. @throws ErrorOf<Exit::bug> where the checker
/// or onnxruntime refuses the file. OpenCV, which does not know everything, may refuse it, and the
/// proof says so
Proof prove_onnx(const ExportSource& source, const ExportSamples& samples,
                 std::span<const ExportedFile> files);

}  // namespace gan
