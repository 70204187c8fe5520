#pragma once
/// The seeds of picture_targets.h.

#include "fuzz/seeds.h"

namespace gan::fuzz {

void valid_pictures(Seeds seeds);
void valid_zip(Seeds seeds);
void valid_labels(Seeds seeds);
void hostile_pictures(Seeds seeds);
void hostile_zip(Seeds seeds);
void hostile_labels(Seeds seeds);

}  // namespace gan::fuzz
