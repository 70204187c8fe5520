#include "gan/paper/summary.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gan::paper {

Summary summary(std::vector<double> values) {
  assert(!values.empty());
  Summary out;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) out.mean += v / n;
  for (const double v : values) out.spread += (v - out.mean) * (v - out.mean);
  out.spread = values.size() > 1 ? std::sqrt(out.spread / (n - 1)) : 0;
  std::sort(values.begin(), values.end());
  out.median = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
  return out;
}

}  // namespace gan::paper
