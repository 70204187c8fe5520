#include <algorithm>
#include <exception>
#include <iostream>
#include <new>

#include "cli/command.h"
#include "gan/core/error.h"
#include "gan/core/version.h"

namespace {

/// What is wrong with the command line, the nearest known word, and where to read on.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> known;
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
    const std::string word = argc > 1 ? argv[1] : "";
    const std::string what = word.empty() ? "a command is needed" : "unknown command '" + word + "'" + gan::did_you_mean(word, known);
    return what + "; see " + gan::cli::program() + " --help";
  }
  std::string what = error.what();
  std::vector<std::string> extra = chosen[0]->remaining();
  if (!extra.empty()) {
    const auto option = std::find_if(extra.begin(), extra.end(), [](const auto& word) { return word.starts_with("-"); });
    const std::string word = option != extra.end() ? *option : extra.front();
    for (const auto* o : chosen[0]->get_options()) known.push_back(o->get_name());
    what = "'" + word + "' was not expected" + gan::did_you_mean(word, known);
  }
  return what + "; see " + gan::cli::program() + " " + chosen[0]->get_name() + " --help";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace gan::cli;
  CLI::App app{"Generative adversarial nets: train, sample and judge generators.", "gan"};
  app.set_version_flag("--version", std::string("gan ") + gan::version());
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  app.get_formatter()->column_width(38);

  int exit_code = 0;
  add_train(app, exit_code);
  add_sample(app);
  add_interpolate(app);
  add_evaluate(app);
  add_info(app);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "gan: " << complaint(app, error, argc, argv) << "\n";
    return static_cast<int>(gan::Exit::usage);
  } catch (const gan::Error& error) {
    std::cerr << "gan: " << error.what() << "\n";
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    std::cerr << "gan: out of memory; try a smaller training.batch_size or network\n";
    return static_cast<int>(gan::Exit::bug);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    std::cerr << "gan: internal error, please report it: " << what.substr(0, what.find('\n')) << "\n";
    return static_cast<int>(gan::Exit::bug);
  }
  return exit_code;
}
