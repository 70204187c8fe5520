#pragma once
/// Settings of mixtures of Bernoulli products.

#include "gan/spec/fields.h"

namespace gan {

struct MixtureSection {
  int64_t components = 100;
  double pseudo_count = 1;
};
template <class V>
void fields(MixtureSection& s, V& v) {
  v("components", s.components, at_least(1), "number of components, each a product of Bernoullis");
  v("pseudo_count", s.pseudo_count, at_least(0), "pseudo-count of the Beta prior on each pixel");
}

struct DataSpec;
/// @throws UsageError where there are fewer training examples than components
void check_components(const MixtureSection& mixture, const DataSpec& data);

struct FamilySpec;
extern const FamilySpec kMixtureSpec;

}  // namespace gan
