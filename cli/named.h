#pragma once
/// Values of enumerations by their names, on the command line.

#include <algorithm>
#include <string>

#include "gan/spec/fields.h"

namespace gan::cli {

/// The value of this name, which the command line has checked.
template <class E>
E named(const std::string& name) {
  const Names names = names_of(E{});
  return static_cast<E>(std::ranges::find(names, name) - names.begin());
}

}  // namespace gan::cli
