#pragma once
/// Settings of stacked contractive autoencoders.

#include "gan/spec/tied.h"

namespace gan {

struct CaeSection : TiedSection {
  List<int64_t> hidden{{1000, 1000}};
  double contraction = 0.1;
  double layer_epochs = 50;
  double sigma = 1;
};
template <class V>
void fields(CaeSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of units in each layer; layers are trained one after another");
  v("contraction", s.contraction, at_least(0), "weight of the squared norm of a layer's Jacobian");
  v("layer_epochs", s.layer_epochs, above(0),
    "epochs of each layer except the last, which is trained until the end");
  v("sigma", s.sigma, at_least(0),
    "sampling: standard deviation of the noise that the Jacobian maps to a step");
  fields_of_tied(s, v);
}

struct FamilySpec;
extern const FamilySpec kCaeSpec;

}  // namespace gan
