#include "cli/command_line.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#include "cli/command.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/version.h"
#include "gan/paper/parts.h"
#include "gan/spec/config.h"

namespace gan::cli {
namespace {

using Chosen = std::optional<Command>;

// --- What values may be; they say so in plain words otherwise ---

template <class T>
CLI::Validator within(const char* what, T low, T high) {
  return CLI::Validator(
      [=](std::string& text) -> std::string {
        T value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && value >= low &&
            value <= high)
          return "";
        return fmt::format("expected {} from {} to {}, got '{}'", what, low, high, text);
      },
      "");
}

CLI::Validator whole(int64_t low, int64_t high = std::numeric_limits<int64_t>::max()) {
  return within("a whole number", low, high);
}
CLI::Validator number(double low, double high) {
  return within("a number", low, high);
}

CLI::Validator some_text() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        return text.empty() ? "is empty; leave it out or give it a value" : "";
      },
      "");
}

void check_output(const Path& out, std::initializer_list<std::string> extensions) {
  if (is_folder(out))
    throw UsageError("--out {}: is a folder, a file name was expected", out.string());
  const std::string extension = out.extension();
  std::string known;
  for (const auto& e : extensions) known += (known.empty() ? "" : ", ") + e;
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
    throw UsageError("--out {}: the extension decides what is written; expected one of {}",
                     out.string(), known);
}

// --- What commands share ---

void add_data_dir(CLI::App& command, std::string& data_dir) {
  command
      .add_option(
          "--data-dir", data_dir,
          "folder to look for data sets in, before $GAN_DATA, ./data and /usr/share/datasets")
      ->type_name("DIR")
      ->check(some_text());
}

void add_device(CLI::App& command, std::string& device, const std::string& help) {
  command.add_option("--device", device, help)
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            if (text == "auto" || text == "cpu" || text == "cuda") return "";
            return fmt::format("expected auto, cpu or cuda, got '{}'", text);
          },
          ""));
}

void add_force(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "replace what is at --out, also where gan did not make it");
}

void add_model(CLI::App& command, ModelOptions& o) {
  command.add_option("RUN", o.run, "a run's folder, or a checkpoint file")
      ->required()
      ->check(some_text());
  command.add_option("--seed", o.seed, "the same seed gives the same bytes")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--checkpoint", o.checkpoint, "last, best or a step")->capture_default_str();
  add_device(command, o.device, "auto, cpu or cuda [cpu]");
  add_force(command, o.force);
}

// --- The commands ---

void add_train(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "train a generator; without a recipe, settings follow from --data");
  command
      ->add_option(
          "RECIPE", o->recipe,
          "a name (`gan info recipes`) or a .toml file; a relative data.source in it is looked for here, then beside the file")
      ->check(some_text());
  command
      ->add_option(
          "--data", o->data,
          "mnist, fashion-mnist, cifar10, a folder of their files, a .npy, .csv or .tsv (also with .gz), toy:NAME [the recipe's]")
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--out", o->out, "the run's folder [a fresh one under runs/]")
      ->check(some_text());
  command->add_option("--seed", o->seed, "of every random stream [the recipe's; 1]")
      ->check(whole(0));
  CLI::Option* steps = command->add_option("--steps", o->steps, "generator updates [the recipe's]")
                           ->check(whole(1, static_cast<int64_t>(kMostSteps)));
  command->add_option("--epochs", o->epochs, "instead: passes over the data")
      ->check(number(1e-6, 1e9))
      ->excludes(steps);
  command->add_option("--set", o->set, "override one setting, e.g. training.batch_size=64")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  add_device(*command, o->device, "auto, cpu, cuda [auto]");
  command->add_option("--threads", o->threads, "[one per core], at most one per processor")
      ->check(whole(1, 1024));
  command->add_flag("--resume", o->resume, "go on with the run in --out");
  command->add_flag("--quiet", o->quiet, "no progress, no closing table");
  command->footer("Examples: " + program() +
                  " train fashion-mnist\n"
                  "          " +
                  program() +
                  " train ring8 --seed 2 --out runs/ring\n"
                  "          " +
                  program() +
                  " train --data photos.npy --steps 20000\n"
                  "          " +
                  program() + " train --resume --out runs/ring --steps 40000");
  command->callback([o, &chosen] {
    if (o->resume && o->out.empty())
      throw UsageError("--resume needs --out: the folder of the run to go on with");
    if (!o->recipe.empty())
      o->recipe_file = find_recipe(o->recipe);
    else if (!o->resume && o->data.empty())
      throw UsageError(
          "what shall be trained? Give a recipe, e.g. `{} train fashion-mnist` (`{} info recipes` lists them), or --data",
          program(), program());
    chosen = *o;
  });
}

void add_sample(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<SampleOptions>();
  CLI::App* command = app.add_subcommand("sample", "draw new examples from a trained generator");
  add_model(*command, *o);
  CLI::Option* n = command->add_option("-n", o->n, "how many")
                       ->capture_default_str()
                       ->check(whole(1, 100'000'000));
  command
      ->add_option("--out", o->out,
                   ".png (a grid), .npy (float32, [N, ...], the data's own units) or .csv")
      ->required()
      ->check(some_text());
  const char* group =
      "Where samples come from a Markov chain (with any of these: consecutive states of it)";
  command
      ->add_option("--chains", o->chains, "how many, side by side; a grid has a row for each [1]")
      ->check(whole(1, 100'000'000))
      ->group(group);
  command->add_option("--burn-in", o->burn_in, "steps before any is taken [1000]")
      ->check(whole(0, 1'000'000'000))
      ->group(group);
  command->add_option("--thin", o->thin, "steps from one that is taken to the next [1]")
      ->check(whole(1, 1'000'000'000))
      ->group(group);
  command->add_option("--start", o->start, "noise, or data: at training examples [noise]")
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            return text == "noise" || text == "data"
                       ? ""
                       : fmt::format("expected noise or data, got '{}'", text);
          },
          ""))
      ->group(group);
  command->add_option("--data-dir", o->data_dir, "folder to look for the data of --start data in")
      ->type_name("DIR")
      ->check(some_text())
      ->group(group);
  command->footer("Examples: " + program() +
                  " sample runs/fashion-mnist -n 100 --seed 7 --out samples.png\n"
                  "          " +
                  program() +
                  " sample runs/rbm-mnist -n 200 --chains 10 --thin 50 --out chains.png");
  command->callback([o, n, &chosen] {
    check_output(o->out, {".png", ".npy", ".csv"});
    const int64_t chains = o->chains.value_or(1),
                  whole_parts = (o->n + chains - 1) / chains * chains;
    if (n->count() == 0) o->n = whole_parts;
    if (o->n != whole_parts)
      throw UsageError("-n {}: {} chains cannot give that many in equal parts; -n {} would do",
                       o->n, chains, whole_parts);
    if (!o->data_dir.empty() && o->start != "data")
      throw UsageError("--data-dir is for --start data alone");
    chosen = *o;
  });
}

void add_interpolate(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<InterpolateOptions>();
  CLI::App* command = app.add_subcommand(
      "interpolate", "walk along straight lines through z (figure 3 of the paper)");
  add_model(*command, *o);
  command->add_option("--out", o->out, "a .png file")->required()->check(some_text());
  command->footer("Example: " + program() + " interpolate runs/fashion-mnist --out lines.png");
  command->callback([o, &chosen] {
    check_output(o->out, {".png"});
    chosen = *o;
  });
}

void add_evaluate(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<EvaluateOptions>();
  CLI::App* command = app.add_subcommand("evaluate", "score a run, or anybody's samples in a file");
  command
      ->add_option("WHAT", o->what,
                   "a run's folder, or samples: .npy, .csv, .tsv, each also with .gz")
      ->required()
      ->check(some_text());
  command->add_option("--data", o->data, "the data to be held against (a run knows its own)")
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--checkpoint", o->checkpoint, "last, best or a step")->capture_default_str();
  command->add_option("--seed", o->seed, "of the samples and the test")
      ->capture_default_str()
      ->check(whole(0));
  command
      ->add_option("--chains", o->chains,
                   "SAMPLES.npy holds so many Markov chains, one after the other")
      ->check(whole(1));
  command->add_flag("--json", o->json, "print one JSON object");
  command->footer("Example: " + program() +
                  " evaluate runs/fashion-mnist\n"
                  "         " +
                  program() + " evaluate samples.npy --data mnist --json");
  command->callback([o, &chosen] { chosen = *o; });
}

void add_compare(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand(
      "compare", "hold runs side by side: cost, scores, how chains mix, and samples");
  command
      ->add_option("RUN", o->runs, "folders of runs; those on other data get a table of their own")
      ->required()
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--checkpoint", o->checkpoint, "last, best or a step")->capture_default_str();
  command->add_option("--out", o->out, "a .png file: samples of each run")
      ->capture_default_str()
      ->check(some_text());
  add_force(*command, o->force);
  command->add_option("--seed", o->seed, "of the samples and the test")
      ->capture_default_str()
      ->check(whole(0));
  command->add_flag("--json", o->json, "print one JSON object");
  command->footer(
      "A table holds numbers of one kind and one protocol: the same data, split and number of samples in a column, Parzen\n"
      "windows apart from log-probabilities, and those apart by their kind (exact, AIS, bound).\n\n"
      "Example: " +
      program() + " compare runs/mnist runs/paper-mnist runs/mixture-mnist");
  command->callback([o, &chosen] {
    check_output(o->out, {".png"});
    chosen = *o;
  });
}

void add_info(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<InfoOptions>();
  CLI::App* command =
      app.add_subcommand("info", "describe a run, a recipe, a data set or a checkpoint");
  command->add_option("WHAT", o->what, "a folder, a file, a name; `recipes` lists the recipes")
      ->required()
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->footer("Examples: " + program() + " info recipes\n          " + program() +
                  " info paper-mnist\n          " + program() + " info toy:ring8");
  command->callback([o, &chosen] { chosen = *o; });
}

void add_reproduce(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<ReproduceOptions>();
  CLI::App* command = app.add_subcommand(
      "reproduce",
      "compute the tables and figures of Goodfellow et al. 2014, ours beside the published");
  const std::string parts = fmt::format("{}", fmt::join(paper::kPaperParts, ", "));
  command->add_option("WHAT", o->what, parts + ", all")
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
      ->add_option("--out", o->out,
                   "folder of the report, the runs and what is kept; the same call goes on there")
      ->capture_default_str()
      ->check(some_text());
  add_force(*command, o->force);
  command
      ->add_option(
          "--seeds", o->seeds,
          "runs of each recipe in table 1, of seeds 1 to N [3 of adversarial nets, 1 of the earlier methods; 1 with --quick]")
      ->check(whole(1, 1000));
  command->add_flag("--quick", o->quick,
                    "minutes in place of hours: far too few steps, to see that all of it works");
  command->footer("Examples: " + program() + " reproduce table1 --data-dir DIR\n          " +
                  program() + " reproduce all --quick --out quick");
  command->callback([o, &chosen] { chosen = *o; });
}

/// What is wrong with the command line, the nearest known word, and where to read on.
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
    what = what.substr(0, what.find(':')) + ": expects one value, and only once";
  std::vector<std::string> extra = given[0]->remaining();
  if (!extra.empty()) {
    const auto option = std::find_if(extra.begin(), extra.end(),
                                     [](const auto& word) { return word.starts_with("-"); });
    const std::string word = option != extra.end() ? *option : extra.front();
    for (const auto* o : given[0]->get_options()) known.push_back(o->get_name());
    what = "'" + word + "' was not expected" + did_you_mean(word, known);
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
  return chosen;
}

}  // namespace gan::cli
