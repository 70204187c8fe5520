#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>

#include <fmt/core.h>

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
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) what = what.substr(0, what.find(':')) + ": expects one value, and only once";
  std::vector<std::string> extra = chosen[0]->remaining();
  if (!extra.empty()) {
    const auto option = std::find_if(extra.begin(), extra.end(), [](const auto& word) { return word.starts_with("-"); });
    const std::string word = option != extra.end() ? *option : extra.front();
    for (const auto* o : chosen[0]->get_options()) known.push_back(o->get_name());
    what = "'" + word + "' was not expected" + gan::did_you_mean(word, known);
  }
  return what + "; see " + gan::cli::program() + " " + chosen[0]->get_name() + " --help";
}

constexpr char kCannotPrint[] = "standard output: cannot write it: {}";
constexpr const char* kOutOfMemory = "out of memory; make training.batch_size or the layers smaller, or end other programs";

int fail(gan::Exit code, const std::string& what) {
  std::cerr << "gan: " << what << "\n";
  return static_cast<int>(code);
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

  std::signal(SIGXFSZ, SIG_IGN);  // a file above `ulimit -f` is then an error of write, like a full disk
  try {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
      exit_code = app.exit(success);
    }
    std::cout.flush();
    if (std::fflush(stdout) != 0 || !std::cout || std::ferror(stdout)) return fail(gan::Exit::data, fmt::format(kCannotPrint, std::strerror(errno)));
    return exit_code;
  } catch (const CLI::ParseError& error) {
    return fail(gan::Exit::usage, complaint(app, error, argc, argv));
  } catch (const gan::Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(gan::Exit::usage, kOutOfMemory);
  } catch (const std::exception& error) {
    const std::string what = error.what(), line = what.substr(0, what.find('\n'));
    if (what.find("can't allocate memory") != what.npos || what.find("out of memory") != what.npos) return fail(gan::Exit::usage, kOutOfMemory);  // libtorch's
    if (std::ferror(stdout)) return fail(gan::Exit::data, fmt::format(kCannotPrint, std::strerror(errno)));
    return fail(gan::Exit::bug, "internal error, please report it: " + line);
  }
}
