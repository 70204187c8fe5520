#pragma once
/// What the program is doing, which the error message names when memory runs out. It is recorded in
/// advance, because code that runs out of memory may have none left to describe itself.

#include <string>

namespace gan {

enum class Activity {
  starting,
  reading_data,
  reading_a_checkpoint,
  training,
  drawing_samples,
  scoring
};

/// Of the whole process, until the next call. Costs nothing and allocates nothing.
void now_doing(Activity activity);

/// "out of memory while ...; " and what to do about it.
std::string out_of_memory();

}  // namespace gan
