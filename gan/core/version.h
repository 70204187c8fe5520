#pragma once

namespace gan {

const char* version();  ///< of this program, e.g. "0.1.0"

}  // namespace gan
