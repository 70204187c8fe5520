#pragma once
/// A discriminator held against the closed forms of the paper's section 4. [paper] = Goodfellow et
/// al. 2014.

#include <span>

namespace gan {

/// How a D in one dimension stands to D* and to C(G).
struct ClosedForm {
  double discriminator_error;  ///< E |D - D*| over (p_data + p_g) / 2
  double value;                ///< V(G, D) = E log D + E log(1 - D), nats
  double optimal_value;        ///< C(G) = -log 4 + 2 JSD(p_data, p_g): no D reaches more, nats
  double jensen_shannon;       ///< nats
  double half_error;  ///< E |1/2 - D*|: the error of a D that knows nothing. A smaller one is worth
                      ///< something
  bool exact_density = true;  ///< p_g by change of variables; else from kernels over samples, which
                              ///< have noise of their own
};

/// `data`, `model`: the probability of each of the same cells of x under p_data and p_g; `logits`:
/// D's there, before its sigmoid. All of one length.
ClosedForm closed_form(std::span<const double> data, std::span<const double> model,
                       std::span<const double> logits);

}  // namespace gan
