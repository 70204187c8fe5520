#pragma once
/// Vectors of features, in which the scores of images are computed, and what makes them.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "gan/core/files.h"
#include "gan/judge/feature_settings.h"
#include "gan/judge/judge.h"

namespace gan {

/// What makes features of examples.
class Features {
 public:
  virtual ~Features() = default;

  /// [n, D] judging units -> [n, F] float32 on the CPU.
  virtual Tensor of(const Tensor& units) = 0;
  /// [n, D] judging units -> [n, classes], each row sums to 1; undefined where there are no
  /// classes.
  virtual Tensor probabilities(const Tensor& units);

  virtual std::string about() const = 0;  ///< a line for people
  /// A JSON object of everything that decides the numbers: two scores can be compared where it is
  /// the same.
  virtual std::string stamp() const = 0;
  /// They are those of the Inception network, by which the field knows the Fréchet distance as FID.
  virtual bool inception() const { return false; }
  virtual bool slow() const { return false; }  ///< features are worth keeping
};

/// Whether features are known for these data without being asked for: images have them, and rows of
/// up to 4,096 numbers.
bool has_usual_features(const Judge& judge);

/// For the data of `judge`. cache: the folder that keeps trained classifiers; empty: none is kept.
/// say: hears what takes long. @throws UsageError for features that these data cannot have,
/// DataError for a file that cannot be read, or is no network
std::unique_ptr<Features> make_features(const Judge& judge, const FeatureSettings& settings,
                                        const Path& cache,
                                        const std::function<void(const std::string&)>& say);

// features_classifier.cpp, features_random.cpp, features_file.cpp
std::unique_ptr<Features> classifier_features(const Judge& judge, const Path& cache,
                                              const std::function<void(const std::string&)>& say);
std::unique_ptr<Features> random_features(const Judge& judge);
std::unique_ptr<Features> file_features(const Judge& judge, const FeatureSettings& settings);

/// What a network in a file sees of images [n, C, H, W] in [0, 1]: bytes, three channels, its
/// size and range. [n, 3, size, size] float32.
Tensor network_input(const Tensor& images, const FeatureSettings& settings, FeatureRange range);

}  // namespace gan
