#pragma once
/// Where the values of a program lie in its workspace.

#include <cstdint>
#include <vector>

#include "gan/export/runtime.h"

namespace gan {

struct Places {
  std::vector<generator::Index> begin;  ///< of each value; kNowhere where no step makes or sees it
  int64_t numbers = 0;                  ///< in all
};
constexpr generator::Index kNowhere = -1;

/// in, other and out of the steps are numbers of values; value 0 comes first in the workspace, and
/// `result` stays to the end. Values whose numbers nobody needs any more leave their place to
/// others. A step never writes where it reads.
Places places_of(const std::vector<generator::Step>& steps, const std::vector<int64_t>& sizes,
                 size_t result);

}  // namespace gan
