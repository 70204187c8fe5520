#include "gan/theory/pull.h"

#include "gan/core/error.h"
#include "gan/theory/sigmoid.h"

namespace gan {

double pull_of(std::string_view value_function, double a, double of_data) {
  if (value_function == "minimax") return sigmoid(a);
  if (value_function == "non-saturating") return 1 - sigmoid(a);
  if (value_function == "least-squares") return 1 - a;
  if (value_function == "wasserstein" || value_function == "hinge") return 1;
  if (value_function == "relativistic") return sigmoid(of_data - a);
  throw UsageError("game.value = '{}' is not a known value function", value_function);
}

double even_logit(std::string_view value_function) {
  return value_function == "least-squares" ? 0.5 : 0;
}

}  // namespace gan
