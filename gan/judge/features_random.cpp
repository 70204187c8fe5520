#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "gan/judge/features.h"
#include "gan/judge/score_json.h"
#include "gan/nets/draw.h"
#include "gan/spec/network.h"

namespace gan {
namespace {

constexpr uint64_t kSeed = 0;
constexpr int64_t kBlockPixels = 500'000;                     // of images at a time
constexpr std::array<int64_t, 3> kChannels = {64, 128, 256};  // 4 x 4 convolutions, stride 2
constexpr double kSlope = 0.2;                                // of the leaky ReLU

/// The mean over the image of each channel after each of three random convolutions.
class RandomFeatures : public Features {
 public:
  explicit RandomFeatures(const Shape& image) : image_(image) {
    int64_t in = image[0];
    for (size_t i = 0; i < kChannels.size(); ++i) {
      const Stream stream = Stream(kSeed, "random features").child(static_cast<uint64_t>(i));
      const double deviation =
          std::sqrt(2 / ((1 + kSlope * kSlope) * static_cast<double>(in * 16)));
      weights_.push_back(draw_normal(stream, kChannels[i], in * 16, 0)
                             .mul_(deviation)
                             .view({kChannels[i], in, 4, 4}));
      in = kChannels[i];
    }
  }

  Tensor of(const Tensor& units) override {
    const at::NoGradGuard no_grad;
    std::vector<Tensor> out;
    const int64_t images = std::max<int64_t>(1, kBlockPixels / (image_[1] * image_[2]));
    for (const Tensor& block : units.split(images)) {
      Tensor x = (block.view({-1, image_[0], image_[1], image_[2]}) * 2 - 1)
                     .contiguous(at::MemoryFormat::ChannelsLast);
      std::vector<Tensor> means;
      for (const Tensor& weight : weights_) {
        if (std::min(x.size(2), x.size(3)) < 2) break;
        x = at::leaky_relu(at::conv2d(x, weight, {}, 2, 1), kSlope);
        means.push_back(x.mean({2, 3}));
      }
      out.push_back(at::cat(means, 1));
    }
    return at::cat(out);
  }

  std::string about() const override { return "channel means of untrained random convolutions"; }

  std::string stamp() const override {
    return compact({{"name", "random"}, {"seed", kSeed}, {"version", 1}});
  }

 private:
  Shape image_;
  std::vector<Tensor> weights_;
};

}  // namespace

std::unique_ptr<Features> random_features(const Judge& judge) {
  return std::make_unique<RandomFeatures>(seen_by_networks(judge.data().train.shape()));
}

}  // namespace gan
