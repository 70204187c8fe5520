#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/terminal.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/printable.h"

namespace {

constexpr char kCannotPrint[] = "standard output: cannot write it: {}";

int fail(gan::Exit code, const std::string& what) {
  std::cerr << "gan: " << what << "\n";
  return static_cast<int>(code);
}

}  // namespace

int gan::cli::run_program(int argc, char** argv, CarryOut carry_out) {
  open_standard_descriptors();
  std::signal(SIGXFSZ,
              SIG_IGN);  // a file above `ulimit -f` is then an error of write, like a full disk
  try {
    const auto command = parse(argc, argv);
    const int exit_code = command ? carry_out(*command, argv) : 0;
    std::cout.flush();
    if (std::fflush(stdout) != 0 || !std::cout || std::ferror(stdout))
      return fail(gan::Exit::data, fmt::format(kCannotPrint, std::strerror(errno)));
    return exit_code;
  } catch (const gan::Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(gan::Exit::usage, gan::out_of_memory());
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(gan::Exit::data, fmt::format("{}: {}", gan::printable(error.path1().string()),
                                             error.code().message()));
  } catch (const std::exception& error) {
    const std::string what = error.what(), line = what.substr(0, what.find('\n'));
    if (what.find("can't allocate memory") != what.npos || what.find("out of memory") != what.npos)
      return fail(gan::Exit::usage, gan::out_of_memory());  // libtorch's
    if (std::ferror(stdout))
      return fail(gan::Exit::data, fmt::format(kCannotPrint, std::strerror(errno)));
    return fail(gan::Exit::bug, "internal error, please report it: " + gan::printable(line));
  }
}
