#pragma once
/// Settings of annealed importance sampling.

#include "gan/spec/fields.h"

namespace gan {

struct AisSection {
  int64_t runs = 100;
  int64_t temperatures = 14500;
  int64_t quick_temperatures = 1000;
};
template <class V>
void fields(AisSection& s, V& v) {
  v("runs", s.runs, between(2, 1000000),
    "runs of annealed importance sampling, for the estimate of log Z");
  v("temperatures", s.temperatures, between(1, 100000000),
    "number of temperatures between the base distribution and the model; 14,500 is the schedule of Salakhutdinov & Murray");
  v("quick_temperatures", s.quick_temperatures, between(1, 100000000),
    "number of temperatures for each score during training");
}

}  // namespace gan
