#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/io/bytes.h"
#include "gan/judge/file_network.h"

#ifdef GAN_HAS_OPENCV
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

namespace gan {
namespace {

class OnnxNetwork : public FileNetwork {
 public:
  OnnxNetwork(const std::string& file, const std::string& bytes) : file_(file) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);  // errors are thrown
    cv::setNumThreads(at::get_num_threads());
    try {
      network_ = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
    } catch (const cv::Exception& error) {
      throw DataError("{}: is not an ONNX network that OpenCV {} reads: {}", file, CV_VERSION,
                      printable(error.err));
    }
    network_.enableFusion(false);  // 4.6 fuses biases of single positions wrongly
    const size_t outputs = network_.getUnconnectedOutLayers().size();
    if (outputs != 1)
      throw DataError("{}: has {} outputs; keep the one that holds the features", file, outputs);
  }

  Tensor forward(const Tensor& x) override {
    const Tensor given = x.contiguous();
    const int sides[] = {static_cast<int>(x.size(0)), static_cast<int>(x.size(1)),
                         static_cast<int>(x.size(2)), static_cast<int>(x.size(3))};
    cv::Mat said;
    try {
      network_.setInput(cv::Mat(4, sides, CV_32F, given.data_ptr<float>()));
      said = network_.forward();
    } catch (const cv::Exception& error) {
      throw DataError("{}: fails on images {}: {}", file_, shape_text(x.sizes().vec()),
                      printable(error.err));
    }
    const bool is_row_each = said.type() == CV_32F && said.dims > 0 && said.size[0] == sides[0];
    if (!is_row_each || !said.isContinuous())
      throw DataError("{}: must return float32 with one row per image, {} images gave {} rows",
                      file_, sides[0], said.dims > 0 ? said.size[0] : 0);
    return at::from_blob(said.ptr<float>(),
                         {x.size(0), static_cast<int64_t>(said.total()) / sides[0]})
        .clone();
  }

 private:
  std::string file_;
  cv::dnn::Net network_;
};

}  // namespace

std::unique_ptr<FileNetwork> onnx_network(const std::string& file, const std::string& bytes) {
  return std::make_unique<OnnxNetwork>(file, bytes);
}

}  // namespace gan

#else

namespace gan {

std::unique_ptr<FileNetwork> onnx_network(const std::string& file, const std::string&) {
  throw UsageError("{}: this gan was built without OpenCV, which runs ONNX; use TorchScript", file);
}

}  // namespace gan

#endif
