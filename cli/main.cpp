#include <exception>
#include <iostream>
#include <new>

#include "cli/command.h"
#include "gan/core/error.h"
#include "gan/core/version.h"

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
    std::vector<std::string> words, known;
    for (const auto* sub : app.get_subcommands({})) known.push_back(sub->get_name());
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) {
      known.clear();
      for (const auto* option : chosen[0]->get_options()) known.push_back(option->get_name());
      for (const auto& word : chosen[0]->remaining()) words.push_back(word);
    } else if (argc > 1) {
      words.push_back(argv[1]);
    }
    const std::string hint = words.empty() ? "" : gan::did_you_mean(words[0], known);
    std::cerr << "gan: " << error.what() << hint << "; see " << program()
              << (chosen.empty() ? "" : " " + chosen[0]->get_name()) << " --help\n";
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
