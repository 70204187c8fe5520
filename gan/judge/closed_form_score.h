#pragma once
/// D and p_g of an adversarial model of one-dimensional data, held against the closed forms of the
/// paper's section 4. Both nets are taken in float32, whatever precision they are trained in.

#include <vector>

#include "gan/judge/subject.h"
#include "gan/theory/closed_form.h"
#include "gan/theory/pushforward.h"

namespace gan {

/// p_g over cells of x, in the data's own units.
struct ModelDensity {
  std::vector<double> mass;  ///< the probability of each cell
  bool exact;                ///< by change of variables; false: from kernels over samples
};

/// What p_g gives to `cells`. Where z has one dimension, p_g is known: a fine grid of z is sent
/// through G. Where z has more, it is estimated from samples. The data have one dimension, and the
/// model's learner is a Trainer.
ModelDensity model_density(const ScoredModel& of, const Cells& cells);

/// D against D*, and V(G, D) against C(G), over cells that hold all of the data's range and all of
/// G's. The data are a toy of one dimension.
ClosedForm closed_form(const ScoredModel& of, const DataSet& of_data);

}  // namespace gan
