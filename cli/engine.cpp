#include "cli/command.h"

namespace gan::cli {
namespace {

int perform(const Command& command, char**) {
  return std::visit([](const auto& options) { return carry_out(options); }, command);
}

}  // namespace
}  // namespace gan::cli

int main(int argc, char** argv) {
  return gan::cli::run_program(argc, argv, gan::cli::perform);
}
