#include "gan/core/step_name.h"

#include <fmt/core.h>

#include <charconv>

namespace gan {

std::string step_name(int64_t step, std::string_view ending) {
  return fmt::format("step-{:07}{}", step, ending);
}

std::optional<int64_t> step_named(const Path& file, std::string_view ending) {
  constexpr std::string_view kBegin = "step-";
  const std::string name = file.filename().string();
  if (!name.starts_with(kBegin)) return {};
  int64_t step = 0;
  const auto [end, error] =
      std::from_chars(name.data() + kBegin.size(), name.data() + name.size(), step);
  if (error != std::errc() || step < 0 || name != step_name(step, ending)) return {};
  return step;
}

}  // namespace gan
