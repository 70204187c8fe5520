#pragma once
/// What the program is doing, for a complaint that memory has run out: whoever runs out of it has
/// none to say more with.

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
