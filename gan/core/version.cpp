#include "gan/core/version.h"

namespace gan {

const char* version() {
  return GAN_VERSION;
}

}  // namespace gan
