#pragma once
/// What the user says of the network that makes features. It needs no tensor library, so that the
/// command line can check it at once.

#include <cstdint>
#include <optional>
#include <string>

#include "gan/spec/fields.h"

namespace gan {

/// How images are brought to the size that a network wants.
enum class FeatureResize {
  none,  ///< they come as they are: the network resizes, or takes any size
  tf1,   ///< TensorFlow 1's bilinear: source = i in / out, no half-pixel centres, not anti-aliased
  bicubic,  ///< Pillow's bicubic, anti-aliased, in floating point and without rounding (clean-fid)
};
inline Names names_of(FeatureResize) {
  static constexpr std::string_view names[] = {"none", "tf1", "bicubic"};
  return names;
}

/// What the network's numbers mean, where an image's bytes are 0 to 255.
enum class FeatureRange {
  bytes,      ///< 0 to 255
  unit,       ///< byte / 255
  symmetric,  ///< byte / 127.5 - 1
  inception,  ///< (byte - 128) / 128
};
inline Names names_of(FeatureRange) {
  static constexpr std::string_view names[] = {"0..255", "0..1", "-1..1", "inception"};
  return names;
}

struct FeatureSettings {
  /// "classifier", "random", "values", or the path of a network in TorchScript or ONNX; "" chooses:
  /// a classifier of labelled images, random convolutions of other images, values of rows.
  std::string what = {};
  FeatureResize resize = FeatureResize::none;  ///< of a network in a file
  int64_t size = 0;                            ///< height and width to which it resizes
  /// Of a network in a file; absent: bytes where it takes `return_features`, unit else.
  std::optional<FeatureRange> range = {};
};

}  // namespace gan
