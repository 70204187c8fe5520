#pragma once

#include <string>

namespace gan {

std::string duration(double seconds);  ///< "42 s", "3 min 10 s", "2 h 5 min"

}  // namespace gan
