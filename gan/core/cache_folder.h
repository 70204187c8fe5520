#pragma once

#include "gan/core/files.h"

namespace gan {

Path cache_folder();  ///< $XDG_CACHE_HOME/gan, or ~/.cache/gan; "" where there is none

}  // namespace gan
