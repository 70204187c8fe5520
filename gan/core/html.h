#pragma once

#include <string>
#include <string_view>

namespace gan {

/// Any text as HTML shows it, also inside an attribute.
std::string html_escaped(std::string_view text);

}  // namespace gan
