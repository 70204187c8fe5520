#pragma once
/// A graph as the steps of runtime.h, with its weights in the order in which products read them and
/// a place in the workspace for each value.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gan/export/graph.h"
#include "gan/export/runtime.h"

namespace gan {

struct Program {
  std::vector<generator::Step> steps;
  std::vector<std::string> layers;  ///< of each step: the name of its layer
  std::vector<float> weights;
  int64_t inputs = 0, outputs = 0, classes = 0;
  int64_t numbers = 0;  ///< in the workspace, for one example
  int64_t scratch = 0;  ///< beside them
  int64_t last = 0;     ///< where the examples are at the end
};

Program program_of(const Graph& graph);

/// z [n, inputs], label [n] or empty -> examples [n, outputs] in the data's own units.
std::vector<float> run(const Program& program, std::span<const float> z,
                       std::span<const int64_t> label);

}  // namespace gan
