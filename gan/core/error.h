#pragma once
/// Errors that a user can mend, each with the exit code that `gan` ends with.
/// A message says who complains, what was expected, what came and what to do: on one line, so
/// control characters (of foreign text in it) are escaped.

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

enum class Exit : int { ok = 0, bug = 1, usage = 2, data = 3, diverged = 4, interrupted = 130 };

class Error : public std::runtime_error {
 public:
  Error(Exit code, std::string_view message);
  Exit code() const { return code_; }

 private:
  Exit code_;
};

/// One class per exit code, so that a `throw` names what went wrong.
template <Exit kCode>
struct ErrorOf : Error {
  template <class... Args>
  explicit ErrorOf(fmt::format_string<Args...> text, Args&&... args)
      : Error(kCode, fmt::format(text, std::forward<Args>(args)...)) {}
};

using UsageError = ErrorOf<Exit::usage>;        ///< a wrong option, key or value
using DataError = ErrorOf<Exit::data>;          ///< unreadable or wrong data, run or checkpoint
using DivergedError = ErrorOf<Exit::diverged>;  ///< training left the finite numbers

/// The disk would not take a file: what was going on can go on when that is mended.
struct WriteError : DataError {
  using DataError::DataError;
};

/// " (did you mean 'x'?)" for the nearest of `known` to `given`, or "" when none is near.
std::string did_you_mean(std::string_view given, const std::vector<std::string>& known);

}  // namespace gan
