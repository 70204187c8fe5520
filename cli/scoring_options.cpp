#include "cli/scoring_options.h"

#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/option_checks.h"
#include "gan/core/error.h"
#include "gan/judge/feature_settings.h"

namespace gan::cli {
namespace {

std::vector<std::string> spellings(Names names) {
  return {names.begin(), names.end()};
}

/// Which scores, and how those on features are computed.
void add_scoring(CLI::App& command, ScoringOptions& o) {
  command
      .add_option("--scores", o.scores,
                  "scores to compute: parzen,two-sample,frechet,kernel,precision,... "
                  "[default: all that apply]")
      ->delimiter(',')
      ->type_name("NAMES")
      ->allow_extra_args(false)
      ->check(some_text());
  command
      .add_option(
          "--features", o.features,
          "source of the features in which images are compared: classifier, random, "
          "values, or a network in a TorchScript or ONNX file such as inception-2015-12-05.pt [default: "
          "classifier for labelled images, random for other images, values for rows]")
      ->check(some_text());
  command
      .add_option("--feature-resize", o.resize,
                  "how images are resized for a network in a file: none, tf1 (bilinear of "
                  "TensorFlow 1) or bicubic (Pillow's)")
      ->capture_default_str()
      ->check(CLI::IsMember(spellings(names_of(FeatureResize{}))));
  command.add_option("--feature-size", o.size, "height and width of the resized images, e.g. 299")
      ->check(whole(1, 4096));
  command
      .add_option(
          "--feature-range", o.range,
          "values that the network expects: 0..255, 0..1, -1..1 or inception ((byte - 128) / 128) "
          "[default: 0..255 if it takes return_features, else 0..1]")
      ->check(CLI::IsMember(spellings(names_of(FeatureRange{}))));
  command
      .add_option(
          "--reference", o.reference,
          "what features are compared with: test, valid or train (a split of the data), or an .npz file with "
          "mu and sigma, or with feats")
      ->capture_default_str()
      ->check(some_text());
}

}  // namespace

void add_evaluate(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<EvaluateOptions>();
  CLI::App* command = app.add_subcommand("evaluate", "Score a run, or samples from any program");
  command
      ->add_option(
          "WHAT", o->what,
          "folder of a run; or samples from any program: .npy, .csv or .tsv (also .gz), a folder or a ZIP file of pictures")
      ->required()
      ->check(some_text());
  command->add_option("--data", o->data, "data to compare samples with (a run knows its own data)")
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--checkpoint", o->checkpoint, "last, best or a step")->capture_default_str();
  command->add_option("--seed", o->seed, "random seed of the samples and the tests")
      ->capture_default_str()
      ->check(whole(0));
  command
      ->add_option("--chains", o->chains,
                   "number of Markov chains in a file of samples, stored one after the other")
      ->check(whole(1));
  add_pictures(*command, o->pictures);
  add_scoring(*command, o->scoring);
  command
      ->add_option(
          "--out", o->out,
          "output file for a page with the scores and pictures: .html [default: scores.html "
          "in the folder of a run]")
      ->check(some_text());
  add_force(*command, o->force);
  command->add_flag("--json", o->json, "print the scores as one JSON object");
  command->footer("Example: " + program() +
                  " evaluate runs/fashion-mnist\n"
                  "         " +
                  program() + " evaluate samples.npy --data mnist --json");
  command->callback([o, &chosen] { chosen = *o; });
}

void add_compare(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand(
      "compare", "Compare runs: their cost, scores, mixing of chains, and samples");
  command->add_option("RUN", o->runs, "folders of runs; there is one table for each data set")
      ->required()
      ->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--checkpoint", o->checkpoint, "last, best or a step")->capture_default_str();
  command->add_option("--out", o->out, "output file with samples of each run: .png")
      ->capture_default_str()
      ->check(some_text());
  add_force(*command, o->force);
  add_scoring(*command, o->scoring);
  command->add_option("--seed", o->seed, "random seed of the samples and the tests")
      ->capture_default_str()
      ->check(whole(0));
  command->add_flag("--json", o->json, "print the scores as one JSON object");
  command->footer(
      "All numbers in a column were computed by one protocol: with the same data, split and number of samples. Parzen windows\n"
      "and log-probabilities have separate columns, and so has each kind of log-probability (exact, AIS, bound).\n\n"
      "Example: " +
      program() + " compare runs/mnist runs/paper-mnist runs/mixture-mnist");
  command->callback([o, &chosen] {
    check_output(o->out, {".png"});
    chosen = *o;
  });
}

void add_doctor(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<DoctorOptions>();
  CLI::App* command = app.add_subcommand(
      "doctor", "Report what went wrong in a run, and write doctor.html into its folder");
  command->add_option("RUN", o->run, "folder of a run")->required()->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_flag("--json", o->json, "print the findings as one JSON object");
  command->footer("Example: " + program() + " doctor runs/fashion-mnist");
  command->callback([o, &chosen] { chosen = *o; });
}

void add_watch(CLI::App& app, Chosen& chosen) {
  auto o = std::make_shared<WatchOptions>();
  CLI::App* command = app.add_subcommand(
      "watch", "Show runs on a web page on this machine, also while they are trained");
  command->add_option("RUNS", o->runs, "a run, or a folder of runs")
      ->check(some_text())
      ->capture_default_str();
  command->add_option("--port", o->port, "port on 127.0.0.1; 0 = any free port")
      ->check(whole(0, 65535))
      ->capture_default_str();
  command->footer("Example: " + program() + " watch runs/fashion-mnist");
  command->callback([o, &chosen] { chosen = *o; });
}

}  // namespace gan::cli
