#pragma once
/// Foreign text (of files, paths, the environment) made fit for a terminal and for a shell.

#include <cstddef>
#include <string>
#include <string_view>

namespace gan {

/// Bytes of the UTF-8 character that begins at `at`; 0 where none does.
size_t utf8_length(std::string_view text, size_t at);

/// The text on one line, without anything that a terminal would obey: control characters (C0, DEL,
/// C1) and bytes that are not UTF-8 become \x1b and the like. Other UTF-8 stays as it is.
std::string printable(std::string_view text);

/// A path as one word of a command that a person may copy into a shell: quoted where it must be,
/// and never taken for an option.
std::string shell_word(std::string_view path);

}  // namespace gan
