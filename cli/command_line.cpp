#include "cli/command_line.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/export_options.h"
#include "cli/option_checks.h"
#include "cli/reference.h"
#include "cli/sampling_options.h"
#include "cli/scoring_options.h"
#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/version.h"
#include "gan/paper/parts.h"
#include "gan/spec/config.h"

namespace gan::cli {
namespace {

// --- The commands ---

void add_train(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "Train a generator; without a recipe, the settings are chosen from --data");
  command
      ->add_option(
          "RECIPE", o->recipe,
          "name of a recipe (`gan info recipes` lists them) or a .toml file; if its data.source is a relative path, the working directory is searched first, then the folder of the file")
      ->check(some_text());
  command
      ->add_option(
          "--data", o->data,
          "training data: mnist, fashion-mnist, cifar10, a folder with the files of such a data set, a folder or a ZIP file of pictures, a .npy, .csv or .tsv file (also .gz), or toy:NAME [default: the recipe's]")
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  add_pictures(*command, o->pictures);
  command->add_option("--out", o->out, "folder of the run [default: a new folder under runs/]")
      ->check(some_text());
  command->add_option("--seed", o->seed, "random seed [default: the recipe's, or 1]")
      ->check(whole(0));
  CLI::Option* steps =
      command
          ->add_option("--steps", o->steps, "number of generator updates [default: the recipe's]")
          ->check(whole(1, static_cast<int64_t>(kMostSteps)));
  CLI::Option* epochs =
      command
          ->add_option("--epochs", o->epochs, "number of passes over the data, in place of --steps")
          ->check(number(1e-6, 1e9))
          ->excludes(steps);
  command
      ->add_option(
          "--for", o->time,
          "total time to aim at, including scoring, e.g. 90s, 20min, 1h30min, in place of --steps; a few steps are timed first, to choose the number of steps and, without a recipe, the size of the networks")
      ->type_name("TIME")
      ->check(some_time())
      ->excludes(steps)
      ->excludes(epochs);
  command->add_option("--set", o->set, "override a setting, e.g. training.batch_size=64")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  add_device(*command, o->device, "auto, cpu or cuda [default: auto]");
  command
      ->add_option("--threads", o->threads,
                   "number of threads, at most one per processor [default: one per core]")
      ->check(whole(1, 1024));
  command
      ->add_option(
          "--wire", o->wire,
          "precision of the gradients that several workers exchange: fp32 or bf16 [default: fp32]")
      ->check(CLI::IsMember({"fp32", "bf16"}));
  command->add_flag("--resume", o->resume, "continue the run in --out");
  command->add_flag("--quiet", o->quiet, "print neither progress nor the closing table");
  command->footer("Examples: " + program() +
                  " train fashion-mnist\n"
                  "          " +
                  program() +
                  " train ring8 --seed 2 --out runs/ring\n"
                  "          " +
                  program() +
                  " train --data photos/ --resize 64x64 --crop centre --for 20min\n"
                  "          " +
                  program() + " train --resume --out runs/ring --steps 40000");
  command->callback([o, &chosen] {
    if (o->resume && o->out.empty())
      throw UsageError("--resume needs --out, the folder of the run to continue");
    if (o->resume && !o->time.empty())
      throw UsageError(
          "--for: a run that goes on keeps its length; leave --for out, or set a later end with --steps");
    o->seconds = parse_duration(o->time);
    if (!o->recipe.empty())
      o->recipe_file = find_recipe(o->recipe);
    else if (!o->resume && o->data.empty())
      throw UsageError(
          "nothing to train: give a recipe, e.g. `{} train fashion-mnist` (`{} info recipes` lists them), or --data",
          program(), program());
    chosen = *o;
  });
}

void add_info(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<InfoOptions>();
  CLI::App* command =
      app.add_subcommand("info", "Describe a run, a recipe, a data set or a checkpoint");
  command
      ->add_option(
          "WHAT", o->what,
          "folder, file or name; `recipes` lists the recipes, `options` every option and setting")
      ->required()
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command
      ->add_option("--out", o->out,
                   "output file: .png (a grid of examples; only for data that are images)")
      ->check(some_text());
  add_force(*command, o->force);
  add_pictures(*command, o->pictures);
  command->footer("Examples: " + program() + " info recipes\n          " + program() +
                  " info paper-mnist\n          " + program() + " info toy:ring8\n          " +
                  program() + " info photos/ --out photos.png");
  command->callback([o, &chosen] {
    if (!o->out.empty()) check_output(o->out, {".png"});
    chosen = *o;
  });
}

void add_reproduce(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<ReproduceOptions>();
  CLI::App* command = app.add_subcommand(
      "reproduce",
      "Compute the tables and figures of Goodfellow et al. 2014 and show them beside the published ones");
  const std::string parts = fmt::format("{}", fmt::join(paper::kPaperParts, ", "));
  command->add_option("WHAT", o->what, parts + " or all")
      ->capture_default_str()
      ->check(CLI::Validator(
          [parts](std::string& text) -> std::string {
            if (text == "all" ||
                std::find(std::begin(paper::kPaperParts), std::end(paper::kPaperParts), text) !=
                    std::end(paper::kPaperParts))
              return "";
            return fmt::format("expected {} or all, got '{}'", parts, text);
          },
          ""));
  add_data_dir(*command, o->data_dir);
  command
      ->add_option(
          "--out", o->out,
          "folder for the report, the runs and intermediate results; the same command continues there")
      ->capture_default_str()
      ->check(some_text());
  add_force(*command, o->force);
  command
      ->add_option(
          "--seeds", o->seeds,
          "number N of runs of each recipe in table 1, with seeds 1 to N [default: 3 for adversarial nets, 1 for the earlier methods; 1 with --quick]")
      ->check(whole(1, 1000));
  command->add_flag("--quick", o->quick,
                    "take minutes, not hours: too few steps for real results, but every part runs");
  command->footer("Examples: " + program() + " reproduce table1 --data-dir DIR\n          " +
                  program() + " reproduce all --quick --out quick");
  command->callback([o, &chosen] { chosen = *o; });
}

/// Says what is wrong with the command line, names the nearest known word and the --help to read.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> known;
  const auto given = app.get_subcommands();
  if (given.empty()) {
    for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
    const std::string word = argc > 1 ? argv[1] : "";
    const std::string what = word.empty()
                                 ? "a command is needed"
                                 : "unknown command '" + word + "'" + did_you_mean(word, known);
    return what + "; see " + program() + " --help";
  }
  std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
    what = what.substr(0, what.find(':')) + ": expected one value, given once";
  std::vector<std::string> extra = given[0]->remaining();
  if (!extra.empty()) {
    const auto option = std::find_if(extra.begin(), extra.end(),
                                     [](const auto& word) { return word.starts_with("-"); });
    const std::string word = option != extra.end() ? *option : extra.front();
    for (const auto* o : given[0]->get_options()) known.push_back(o->get_name());
    what = "'" + word + "' is not an option or argument here" + did_you_mean(word, known);
  }
  return what + "; see " + program() + " " + given[0]->get_name() + " --help";
}

}  // namespace

std::optional<Command> parse(int argc, char** argv) {
  CLI::App app{"Generative adversarial nets: train, sample and judge generators.", "gan"};
  app.set_version_flag("--version", std::string("gan ") + version());
  app.require_subcommand(1);
  app.get_formatter()->column_width(38);
  Chosen chosen;
  add_train(app, chosen);
  add_sample(app, chosen);
  add_interpolate(app, chosen);
  add_evaluate(app, chosen);
  add_compare(app, chosen);
  add_export(app, chosen);
  add_doctor(app, chosen);
  add_watch(app, chosen);
  add_info(app, chosen);
  add_reproduce(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& answer) {  // --help, --version
    app.exit(answer);
    return {};
  } catch (const CLI::ParseError& error) {
    throw UsageError("{}", complaint(app, error, argc, argv));
  }
  const auto* info = chosen ? std::get_if<InfoOptions>(&*chosen) : nullptr;
  if (info && info->what == "options") {
    fmt::print("{}", options_reference(app));
    return {};
  }
  return chosen;
}

}  // namespace gan::cli
