#pragma once
/// The training that figure 1 is drawn from, and what was seen on the way.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gan/data/toy.h"
#include "gan/figures/plot.h"
#include "gan/theory/closed_form.h"

namespace gan::paper {

inline constexpr int64_t kBatch = 512;
inline constexpr int64_t kSteps = 1500;
inline constexpr int64_t kK = 5;         ///< steps of D for one of G, usually
inline constexpr int64_t kInner = 1500;  ///< in stage (b)
inline constexpr int64_t kFollow = 30;   ///< up to stage (c)
inline constexpr int64_t kUpdates = 8;   ///< of G from stage (b) to (c)
inline constexpr double kNear = 0.1;     ///< JSD at which stage (a) is reached

/// A G and a D, on a grid.
struct Snapshot {
  Figure1 figure;
  int64_t step;
  ClosedForm against;          ///< D*, and the Jensen-Shannon divergence
  double from_half;            ///< mean |D - 1/2| under (p_data + p_g) / 2
  double on_data, on_samples;  ///< mean D under p_data and p_g
};

/// What the figure and its numbers are made of.
struct Record {
  std::vector<Snapshot> stages;  ///< (a) to (d), with their titles
  std::vector<Figure1> film;
  std::vector<uint16_t> holds;   ///< milliseconds of each frame
  double at_first = 0;           ///< the JSD before the first step
  double before = 0, after = 0;  ///< mean D(G(z)) of (b) and (c), by the D of (b)
};

/// Two small networks learn by Algorithm 1 from data with one dimension. `say` hears how far it is.
Record train_in_stages(std::shared_ptr<const Toy> toy, uint64_t seed,
                       const std::function<void(const std::string&)>& say);

}  // namespace gan::paper
