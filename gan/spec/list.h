#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace gan {

/// One value for each of several parts, such as layers; the last stands for all further ones.
template <class T>
struct List {
  std::vector<T> values;
  T at(size_t i) const { return values[std::min(i, values.size() - 1)]; }
  size_t size() const { return values.size(); }
};

}  // namespace gan
