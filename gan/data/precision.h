#pragma once
/// Which numbers float32 does not hold, and what to take off so that it does.

#include <string>
#include <vector>

#include "gan/io/array.h"

namespace gan {

struct Origin {
  std::vector<double> values;      ///< empty: nothing is to be taken off; else one for each column
  std::vector<std::string> notes;  ///< about columns, a sentence each
};

/// `array` as rows of `width` columns. `names` are those of columns, or empty; `who` names the
/// array in errors. See split_array in readers.h. @throws DataError naming a column that cannot be
/// held
Origin find_origin(const NumberArray& array, int64_t width, const std::vector<std::string>& names,
                   const std::string& who);

}  // namespace gan
