#include "cli/scoring.h"

#include <cstdlib>

namespace gan::cli {

Path cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return Path(xdg) / "gan";
  if (const char* home = std::getenv("HOME"); home && *home) return Path(home) / ".cache" / "gan";
  return {};
}

EvaluateSettings with_cache(uint64_t seed, const Say& say) {
  return {.seed = seed, .say = say, .cache = cache_folder()};
}

}  // namespace gan::cli
