#pragma once
/// What goes to stderr, and the descriptors that a program is started with. Nothing that is said
/// there is worth ending a training for: where stderr is full, closed or a broken pipe, it is not
/// said.

#include <string>
#include <string_view>
#include <vector>

namespace gan::cli {

/// Opens /dev/null for those of the descriptors 0 to 2 that are closed: otherwise the next file
/// that is opened gets such a number, and what is meant for the user is written into it. To be
/// called first of all.
void open_standard_descriptors();

/// Where nobody reads what is printed any more, writing fails, and does not end the process.
void ignore_broken_pipes();

void write_to_stderr(std::string_view text);  ///< as it is
void note(std::string_view line);             ///< and a line end

bool on_terminal();   ///< stderr is one: progress may redraw its line
size_t line_width();  ///< of that terminal, in columns: its own answer, else $COLUMNS, else 80

/// A part of a line. The larger its number, the sooner it is left out.
struct LinePart {
  std::string text;
  int spare = 0;
};

/// The parts in their order, two blanks between them, without those that there is no room for: at
/// most `width` characters.
std::string fitted_line(std::vector<LinePart> parts, size_t width);

}  // namespace gan::cli
