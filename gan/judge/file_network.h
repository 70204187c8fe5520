#pragma once
/// Networks in files, which somebody else trained, as makers of features.

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

namespace gan {

using at::Tensor;

class FileNetwork {
 public:
  virtual ~FileNetwork() = default;

  /// [n, 3, H, W] float32 on the CPU -> float32, one row an image.
  /// @throws DataError naming the file where it does not take such images
  virtual Tensor forward(const Tensor& x) = 0;
  /// It is called with return_features = True, as the published Inception network is.
  virtual bool takes_return_features() const { return false; }
};

/// file: its name, for messages. @throws DataError where the bytes are no such network
std::unique_ptr<FileNetwork> torchscript_network(const std::string& file, const std::string& bytes);
/// Run by OpenCV. @throws UsageError where gan was built without it
std::unique_ptr<FileNetwork> onnx_network(const std::string& file, const std::string& bytes);

}  // namespace gan
