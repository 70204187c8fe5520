#include "cli/sampling_options.h"

#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/option_checks.h"
#include "gan/core/error.h"

namespace gan::cli {
namespace {

void add_model(CLI::App& command, ModelOptions& o) {
  command.add_option("RUN", o.run, "folder of a run, or a checkpoint file")
      ->required()
      ->check(some_text());
  command.add_option("--seed", o.seed, "random seed; the same seed gives the same bytes")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--checkpoint", o.checkpoint, "last, best or a step")->capture_default_str();
  add_device(command, o.device, "auto, cpu or cuda [default: cpu]");
  add_force(command, o.force);
}

void add_class(CLI::App& command, std::string& name) {
  command
      .add_option("--class", name,
                  "class of all samples, by its name or number; for models trained with labels")
      ->check(some_text());
}

/// Which samples of adversarial nets are drawn.
void add_selection(CLI::App& command, SampleOptions& o) {
  add_class(command, o.class_name);
  command
      .add_option_function<std::string>(
          "--seeds", [&o](const std::string& text) { o.seeds = seeds_of(text); },
          "one sample for each of these seeds, in place of -n and --seed, e.g. 0-63,100")
      ->type_name("LIST")
      ->excludes("-n")
      ->excludes("--seed");
  command
      .add_option(
          "--truncation", o.truncation,
          "keep each number of z within this many standard deviations of its mean: samples become more "
          "typical and less varied")
      ->check(number(0.01, 10));
}

}  // namespace

void add_sample(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<SampleOptions>();
  CLI::App* command = app.add_subcommand("sample", "Draw samples from a trained generator");
  add_model(*command, *o);
  command->add_option("-n", o->n, "number of samples")
      ->default_str(std::to_string(kUsualSamples))
      ->check(whole(1, 100'000'000));
  command
      ->add_option(
          "--out", o->out,
          "output file: .png (a grid of images), .npy (float32, [N, ...], in the data's own units) or .csv")
      ->required()
      ->check(some_text());
  add_selection(*command, *o);
  const char* group =
      "For models that sample by a Markov chain (with any of these options, samples are consecutive states)";
  command
      ->add_option("--chains", o->chains,
                   "number of parallel chains; a grid shows each chain in its own row [default: 1]")
      ->check(whole(1, 100'000'000))
      ->group(group);
  command->add_option("--burn-in", o->burn_in, "steps before the first sample [default: 1000]")
      ->check(whole(0, 1'000'000'000))
      ->group(group);
  command->add_option("--thin", o->thin, "steps from one sample to the next [default: 1]")
      ->check(whole(1, 1'000'000'000))
      ->group(group);
  command->add_option("--start", o->start, "noise, or data (training examples) [default: noise]")
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            return text == "noise" || text == "data"
                       ? ""
                       : fmt::format("expected noise or data, got '{}'", text);
          },
          ""))
      ->group(group);
  command->add_option("--data-dir", o->data_dir, "folder with data sets, for --start data")
      ->type_name("DIR")
      ->check(some_text())
      ->group(group);
  command->footer("Examples: " + program() +
                  " sample runs/fashion-mnist -n 100 --seed 7 --out samples.png\n"
                  "          " +
                  program() +
                  " sample runs/rbm-mnist -n 200 --chains 10 --thin 50 --out chains.png");
  command->callback([o, &chosen] {
    check_output(o->out, {".png", ".npy", ".csv"});
    const int64_t chains = o->chains.value_or(1);
    if (o->n && *o->n % chains != 0)
      throw UsageError("-n {}: this number is not a multiple of the {} chains; use -n {}", *o->n,
                       chains, (*o->n + chains - 1) / chains * chains);
    if (!o->data_dir.empty() && o->start != "data")
      throw UsageError("--data-dir is only used with --start data");
    chosen = *o;
  });
}

void add_interpolate(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<InterpolateOptions>();
  CLI::App* command = app.add_subcommand(
      "interpolate", "Draw samples along straight lines through z (figure 3 of the paper)");
  add_model(*command, *o);
  add_class(*command, o->class_name);
  command
      ->add_option("--to-class", o->to_class,
                   "class at the end of each line; z stays the same along a line")
      ->check(some_text());
  command->add_option("--out", o->out, "output file: .png")->required()->check(some_text());
  command->footer("Example: " + program() + " interpolate runs/fashion-mnist --out lines.png");
  command->callback([o, &chosen] {
    check_output(o->out, {".png"});
    chosen = *o;
  });
}

}  // namespace gan::cli
