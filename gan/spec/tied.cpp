#include "gan/spec/tied.h"

#include <algorithm>

#include "gan/spec/memory.h"

namespace gan {

TiedSize size_of_tied(const List<int64_t>& hidden, int64_t dim, bool biases_of_both_ends) {
  TiedSize sum;
  double below = static_cast<double>(dim);
  sum.parameters = sum.units = below;
  for (size_t l = 0; l < hidden.size(); ++l) {
    const double units = static_cast<double>(hidden.at(l));
    sum.parameters += units * below + units + (biases_of_both_ends && l > 0 ? below : 0);
    sum.units += units;
    sum.widest = std::max(sum.widest, std::max(units, below));
    below = units;
  }
  return sum;
}

double tied_bytes(const TiedSize& size) {
  return kBytesOfFloat * 4.5 * size.parameters;
}

}  // namespace gan
