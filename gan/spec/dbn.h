#pragma once
/// Settings of deep belief networks.

#include "gan/spec/stack.h"

namespace gan {

struct DbnSection : StackSection {
  List<int64_t> up_down_k = {{3, 6, 10}};
  DbnSection() { hidden = {{500, 2000}}; }
};
template <class V>
void fields(DbnSection& s, V& v) {
  fields_of_stack(s, v);
  v("up_down_epochs", s.joint_epochs, between(0, 1e9),
    "epochs of fine-tuning all layers by the up-down algorithm at training.learning_rate, after the layers were trained alone; 0 = none");
  if (s.joint_epochs > 0)
    v("up_down_k", s.up_down_k, between(1, 1000000),
      "Gibbs sweeps of the top layers in the up-down algorithm; each value holds for an equal part of its steps");
}

struct FamilySpec;
extern const FamilySpec kDbnSpec;

}  // namespace gan
