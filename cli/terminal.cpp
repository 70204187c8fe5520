#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace gan::cli {
namespace {

std::string joined(const std::vector<LinePart>& parts) {
  std::string out;
  for (const LinePart& part : parts) {
    if (!out.empty()) out += "  ";
    out += part.text;
  }
  return out;
}

bool is_spared_later(const LinePart& a, const LinePart& b) {
  return a.spare < b.spare;
}

}  // namespace

void open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool is_closed = ::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF;
    if (is_closed && ::open("/dev/null", O_RDWR) < 0)
      return;  // takes the lowest number, which is this one
  }
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void note(std::string_view line) {
  write_to_stderr(std::string(line) + "\n");
}

bool on_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

size_t line_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  constexpr long kUsual = 80;
  const char* columns = std::getenv("COLUMNS");
  const long given = columns ? std::strtol(columns, nullptr, 10) : 0;
  return static_cast<size_t>(given > 0 ? given : kUsual);
}

std::string fitted_line(std::vector<LinePart> parts, size_t width) {
  std::string line = joined(parts);
  while (line.size() > width && parts.size() > 1) {
    const auto last_most = std::max_element(parts.rbegin(), parts.rend(), is_spared_later);
    parts.erase(std::next(last_most).base());
    line = joined(parts);
  }
  return line.substr(0, width);
}

}  // namespace gan::cli
