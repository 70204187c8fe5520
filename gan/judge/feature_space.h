#pragma once
/// Features of samples beside those of data, and what several scores compute from them, once.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gan/judge/features.h"
#include "gan/judge/frechet.h"
#include "gan/judge/overlap.h"
#include "gan/judge/subject.h"

namespace gan {

/// Examples as features.
struct FeatureSet {
  Tensor x;              ///< [n, F]; undefined where only moments are known
  Tensor probabilities;  ///< [n, classes]; undefined where the features have no classes
  Tensor labels;         ///< [n] int64; undefined where there are none
  int64_t states_per_chain = 1;
};

/// Of one set of samples with the reference. What is computed is kept.
class FeatureComparison {
 public:
  FeatureComparison(FeatureSet samples, std::shared_ptr<const FeatureSet> reference,
                    std::shared_ptr<const Moments> of_reference);

  const FeatureSet& samples() const { return samples_; }
  const FeatureSet& reference() const { return *reference_; }
  const Moments& sample_moments() const;
  const Moments& reference_moments() const { return *of_reference_; }
  const Overlap& overlap() const;  ///< of 10,000 of each at most
  int64_t count() const { return samples_.x.size(0); }
  int64_t chains() const {  ///< that the samples are states of; 0 where they are independent
    const int64_t states = samples_.states_per_chain;
    return states > 1 ? count() / states : 0;
  }

 private:
  FeatureSet samples_;
  std::shared_ptr<const FeatureSet> reference_;
  std::shared_ptr<const Moments> of_reference_;
  mutable std::optional<Moments> of_samples_;
  mutable std::optional<Overlap> overlap_;
};

/// With what samples are compared.
inline constexpr std::string_view kTestReference = "test", kTrainReference = "train",
                                  kValidReference = "valid";

/// Features, reference, samples and control of one subject, each made when first asked for.
class FeatureSpace {
 public:
  /// reference: "test", "train" or "valid", a split of the judge's data; or the path of an .npz
  /// file with `mu` and `sigma`, with `feats`, or all three. @throws as make_features; DataError
  /// for a file that holds neither
  FeatureSpace(const Judge& judge, const FeatureSettings& settings, std::string reference,
               const Path& cache, const Say& say);

  Features& features() { return *features_; }
  const FeatureComparison& samples(const Subject& s);
  /// Real against real: examples of the other split in place of samples, as many as there are.
  const FeatureComparison& control(const Subject& s);
  /// Test examples in place of samples, whatever the reference is.
  const FeatureComparison& unseen_control(const Subject& s);
  std::string control_name(const Subject& s) const;
  void forget_samples();  ///< the next ones are others; the reference stays

  const std::string& reference_name() const { return reference_name_; }  ///< without a folder
  const std::string& reference_hash() const { return reference_hash_; }
  std::string reference_text() const;  ///< for people: "10,000 test examples"
  bool reference_has_features();       ///< else only its moments are known

  /// Of training examples, [N, F], by which memorisation is judged: 50,000 at most, fewer of large
  /// images.
  const Tensor& training();

 private:
  void open_reference();
  const Examples* split_of_reference() const;  ///< none: it is a file
  FeatureSet of_split(const Examples& examples, int64_t most, uint64_t seed, const char* name);
  FeatureSet in_blocks(int64_t n, const std::function<Tensor(int64_t, int64_t)>& units);
  FeatureSet of_samples(const Subject& s);

  const Judge& judge_;
  std::unique_ptr<Features> features_;
  std::string reference_name_, reference_hash_, reference_file_;
  Path cache_;
  Say say_;
  std::shared_ptr<const FeatureSet> reference_;
  std::shared_ptr<const Moments> of_reference_;
  std::optional<FeatureComparison> samples_, control_, unseen_control_;
  Tensor training_;
};

}  // namespace gan
