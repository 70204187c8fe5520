#include "gan/core/cache_folder.h"

#include <cstdlib>

namespace gan {

Path cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return Path(xdg) / "gan";
  if (const char* home = std::getenv("HOME"); home && *home) return Path(home) / ".cache" / "gan";
  return {};
}

}  // namespace gan
