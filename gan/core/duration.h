#pragma once
/// Times and numbers as people read them.

#include <cstdint>
#include <string>

namespace gan {

std::string duration(double seconds);  ///< "42 s", "3 min 10 s", "2 h 5 min"
std::string count(int64_t n);          ///< "1,234,567"

}  // namespace gan
