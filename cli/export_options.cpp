#include "cli/export_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/named.h"
#include "gan/core/error.h"
#include "gan/export/targets.h"

namespace gan::cli {
namespace {

CLI::Validator one_of(Names names) {
  const auto check = [=](const std::string& text) -> std::string {
    if (std::ranges::find(names, text) != names.end()) return "";
    return fmt::format("expected one of {}, got '{}'", fmt::join(names, ", "), text);
  };
  return CLI::Validator(check, "");
}

constexpr std::string_view kOutputs[] = {"own", "uint8"};

}  // namespace

void add_export(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<ExportOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Write a trained network as files for other programs");
  command->add_option("RUN", o->run, "folder of a run, or a checkpoint file")
      ->required()
      ->check(some_text());
  std::string targets;
  for (const ExportTarget& row : export_targets())
    targets += fmt::format("{}{} ({})", targets.empty() ? "" : "; ", row.name, row.about);
  command->add_option("--to", o->to, targets)->type_name("WHAT")->required()->check(some_text());
  command->add_option("--out", o->out, "output file, or folder of the files")
      ->required()
      ->check(some_text());
  command->add_option("--checkpoint", o->checkpoint, "last, best or a step")->capture_default_str();
  command
      ->add_option("--licence", o->licence,
                   "licence of the weights for the model card, an SPDX name such as mit")
      ->check(some_text());
  command
      ->add_option_function<std::string>(
          "--output", [o](const std::string& kind) { o->bytes = kind == "uint8"; },
          "values of x: own (float32, in the units of the data) or uint8 (8-bit RGB images, as "
          "torch-fidelity expects them; only for onnx) [default: own]")
      ->type_name("KIND")
      ->check(one_of(kOutputs));
  command
      ->add_option_function<std::string>(
          "--network", [o](const std::string& name) { o->network = named<ExportedNetwork>(name); },
          "network to export: generator, discriminator, or classifier (of the classes of the run's data); "
          "the last two only to onnx and torchscript [default: generator]")
      ->type_name("NAME")
      ->check(one_of(names_of(ExportedNetwork{})));
  add_data_dir(*command, o->data_dir);
  add_force(*command, o->force);
  command->footer("Example: " + program() + " export runs/fashion-mnist --to cpp --out garments");
  command->callback([o, &chosen] {
    const ExportTarget& target = export_target(o->to);
    if (o->bytes && !target.makes_bytes)
      throw UsageError("--output uint8: {} gives the units of the data; leave the option out",
                       target.name);
    const bool judges = o->network != ExportedNetwork::generator;
    if (judges && !target.knows_judges)
      throw UsageError(
          "--network discriminator and classifier: --to {} exports only generators; choose --to onnx "
          "or --to torchscript",
          target.name);
    if (judges && o->bytes)
      throw UsageError(
          "--output uint8: is for generators, which make images; leave the option out");
    if (!o->data_dir.empty() && o->network != ExportedNetwork::classifier)
      throw UsageError("--data-dir: is for --network classifier; leave the option out");
    chosen = *o;
  });
}

}  // namespace gan::cli
