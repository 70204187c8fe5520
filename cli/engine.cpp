#include "cli/command.h"

namespace gan::cli {

int carry_out(const Command& command, char**) {
  return std::visit([](const auto& options) { return carry_out(options); }, command);
}

}  // namespace gan::cli
