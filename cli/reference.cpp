#include "cli/reference.h"

#include <fmt/core.h>

#include "gan/spec/reference.h"

namespace gan::cli {
namespace {

/// "--seed N", "RUN ...": as a person writes it.
std::string written(const CLI::Option& option) {
  const std::string name = option.get_positional() ? option.get_name(true) : option.get_name();
  const bool takes_value = !option.get_positional() && option.get_items_expected_max() > 0;
  return takes_value ? name + " " + option.get_type_name() : name;
}

std::string table_of(const CLI::App& command) {
  std::string out = "| option | default | meaning |\n|---|---|---|\n";
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_name() == "--help") continue;
    std::string usual = option->get_default_str();
    if (!usual.empty()) usual = fmt::format("`{}`", usual);
    if (option->get_required()) usual = "required";
    out += markdown_row({fmt::format("`{}`", written(*option)), usual, option->get_description()});
  }
  return out;
}

}  // namespace

std::string options_reference(const CLI::App& app) {
  std::string out =
      "# Options\n\n"
      "`gan info options` prints this page. It is generated from the program, and `./test` checks "
      "that it is current.\n\n"
      "## Commands\n";
  for (const CLI::App* command : app.get_subcommands({}))
    out += fmt::format("\n### gan {}\n\n{}.\n\n{}", command->get_name(), command->get_description(),
                       table_of(*command));
  return out + "\n" + settings_reference();
}

}  // namespace gan::cli
