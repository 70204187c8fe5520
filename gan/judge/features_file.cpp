#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/judge/features.h"
#include "gan/judge/file_network.h"
#include "gan/judge/kept.h"
#include "gan/judge/score_json.h"
#include "gan/spec/network.h"

namespace gan {
namespace {

constexpr int64_t kBlock = 64;  // images at a time
constexpr int64_t kInceptionFeatures = 2048;

template <class E>
std::string_view name_of(E value) {
  return names_of(value)[static_cast<size_t>(value)];
}

/// Weights [out, in] of TensorFlow 1's bilinear resize: between the pixels about i in / out.
Tensor tf1_weights(int64_t in, int64_t out) {
  Tensor weights = at::zeros({out, in}, at::kFloat);
  auto w = weights.accessor<float, 2>();
  for (int64_t i = 0; i < out; ++i) {
    const float source = static_cast<float>(i) * static_cast<float>(in) / static_cast<float>(out);
    const auto before = std::min(static_cast<int64_t>(source), in - 1);
    const int64_t after = std::min(before + 1, in - 1);
    const float share = source - static_cast<float>(before);
    w[i][before] += 1 - share;
    w[i][after] += share;
  }
  return weights;
}

/// Pillow's: the cubic with a = -1/2, stretched over as many pixels as one of the output holds.
Tensor bicubic_weights(int64_t in, int64_t out) {
  const auto cubic = [](double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
  };
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0), support = 2 * stretch;
  Tensor weights = at::zeros({out, in}, at::kDouble);
  auto w = weights.accessor<double, 2>();
  for (int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(centre - support + 0.5));
    const auto last = std::min<int64_t>(in, static_cast<int64_t>(centre + support + 0.5));
    for (int64_t j = first; j < last; ++j)
      w[i][j] = cubic((static_cast<double>(j) - centre + 0.5) / stretch);
  }
  return (weights / weights.sum(1, true)).to(at::kFloat);
}

/// Rows, then columns: [n, C, H, W] -> [n, C, size, size].
Tensor resized(const Tensor& x, FeatureResize how, int64_t size) {
  const auto weights = how == FeatureResize::tf1 ? tf1_weights : bicubic_weights;
  const Tensor across = x.matmul(weights(x.size(3), size).t());  // [n, C, H, size]
  return weights(x.size(2), size).matmul(across);                // [n, C, size, size]
}

std::unique_ptr<FileNetwork> network_in(const std::string& file, const std::string& bytes) {
  return Path(file).extension() == ".onnx" ? onnx_network(file, bytes)
                                           : torchscript_network(file, bytes);
}

class FileFeatures : public Features {
 public:
  FileFeatures(const Shape& image, const FeatureSettings& settings)
      : image_(image), settings_(settings), file_(Path(settings.what).filename().string()) {
    const std::string bytes = read_file(settings.what);
    hash_ = bytes_hash(bytes);
    network_ = network_in(settings.what, bytes);
    range_ = settings.range.value_or(network_->takes_return_features() ? FeatureRange::bytes
                                                                       : FeatureRange::unit);
    size_ = of(at::zeros({1, product(image)}, at::kFloat)).size(1);
  }

  Tensor of(const Tensor& units) override {
    const at::NoGradGuard no_grad;
    std::vector<Tensor> out;
    for (const Tensor& block : units.split(kBlock))
      out.push_back(network_->forward(
          network_input(block.view({-1, image_[0], image_[1], image_[2]}), settings_, range_)));
    return at::cat(out);
  }

  bool inception() const override {
    return network_->takes_return_features() && size_ == kInceptionFeatures &&
           range_ == FeatureRange::bytes && settings_.resize == FeatureResize::none;
  }

  bool slow() const override { return true; }

  std::string about() const override {
    return fmt::format("{} numbers from {}, which sees images in {}{}", size_, file_,
                       name_of(range_), resize_text());
  }

  std::string stamp() const override {
    Json out = {{"name", file_},
                {"size", size_},
                {"hash", hash_},
                {"resize", name_of(settings_.resize)},
                {"range", name_of(range_)}};
    if (settings_.resize != FeatureResize::none) out["input"] = settings_.size;
    return compact(out);
  }

 private:
  std::string resize_text() const {
    if (settings_.resize == FeatureResize::none) return "";
    return fmt::format(", resized to {0} x {0} by {1}", settings_.size, name_of(settings_.resize));
  }

  Shape image_;
  FeatureSettings settings_;
  std::string file_, hash_;
  std::unique_ptr<FileNetwork> network_;
  FeatureRange range_ = FeatureRange::unit;
  int64_t size_ = 0;
};

}  // namespace

Tensor network_input(const Tensor& images, const FeatureSettings& settings, FeatureRange range) {
  const int64_t channels = images.size(1);
  if (channels != 1 && channels != 3)
    throw UsageError("features {}: the network sees grey or RGB images, these have {} channels",
                     settings.what, channels);
  Tensor x = (images.clamp(0, 1) * 255).round();  // an image is bytes, whoever made it
  if (channels == 1) x = x.expand({-1, 3, -1, -1});
  if (settings.resize != FeatureResize::none)
    x = resized(x.contiguous(), settings.resize, settings.size);
  switch (range) {
    case FeatureRange::bytes:
      return x.contiguous();
    case FeatureRange::unit:
      return x / 255;
    case FeatureRange::symmetric:
      return x / 127.5 - 1;
    case FeatureRange::inception:
      return (x - 128) / 128;
  }
  return x;
}

std::unique_ptr<Features> file_features(const Judge& judge, const FeatureSettings& settings) {
  if ((settings.resize == FeatureResize::none) != (settings.size == 0))
    throw UsageError("features {}: a resize needs a size, and a size needs a resize",
                     settings.what);
  return std::make_unique<FileFeatures>(seen_by_networks(judge.data().train.shape()), settings);
}

}  // namespace gan
