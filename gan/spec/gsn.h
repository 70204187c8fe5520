#pragma once
/// Settings of generative stochastic networks.

#include "gan/spec/tied.h"

namespace gan {

enum class HiddenActivation { tanh, sigmoid };
inline Names names_of(HiddenActivation) {
  static constexpr std::string_view names[] = {"tanh", "sigmoid"};
  return names;
}

struct GsnSection : TiedSection {  // as published by Bengio et al. 2014
  List<int64_t> hidden{{1500, 1500}};
  HiddenActivation activation = HiddenActivation::tanh;
  int64_t walkback = 4;
  double corruption = 0.4, noise = 2;
  GsnSection() { rate_decay = 0.995; }
};
template <class V>
void fields(GsnSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of units in each hidden layer; with one layer, the model is a denoising autoencoder");
  v("activation", s.activation, any(), "activation of hidden units: tanh or sigmoid");
  v("walkback", s.walkback, between(1, 1000),
    "number of steps of the chain that each update differentiates through");
  v("corruption", s.corruption, between(0, 1),
    "share of visible units that are replaced by salt-and-pepper noise");
  v("noise", s.noise, at_least(0),
    "standard deviation of the noise before and after the activation, in hidden layers above the first");
  fields_of_tied(s, v);
}

struct FamilySpec;
extern const FamilySpec kGsnSpec;

}  // namespace gan
