#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gan {

/// Any text as HTML shows it, also inside an attribute.
std::string html_escaped(std::string_view text);

/// The beginning of a page, up to its heading. Rules of `style` are added to those that all pages
/// have; the title is any text.
std::string page_begin(std::string_view title, std::string_view style);

/// `text` with each {{name}} replaced by what `parts` say, as it is; by nothing where they do not.
std::string filled(std::string_view text,
                   std::span<const std::pair<std::string_view, std::string>> parts);

}  // namespace gan
