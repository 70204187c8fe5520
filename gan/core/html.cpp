#include "gan/core/html.h"

#include <fmt/core.h>

namespace gan {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#222}h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2rem}"
    "table{border-collapse:collapse}td,th{padding:.3rem 1.2rem .3rem 0;text-align:left;"
    "border-bottom:1px solid #ddd;vertical-align:top}img{max-width:100%;image-rendering:pixelated}"
    "figcaption,p{color:#555}";

}  // namespace

std::string page_begin(std::string_view title, std::string_view style) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{0}</title>"
      "<style>{1}{2}</style></head>\n<body><h1>{0}</h1>\n",
      html_escaped(title), kStyle, style);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

std::string filled(std::string_view text,
                   std::span<const std::pair<std::string_view, std::string>> parts) {
  std::string out;
  while (true) {
    const size_t begin = text.find("{{");
    if (begin == text.npos) return out += text;
    const size_t end = text.find("}}", begin);
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    out += text.substr(0, begin);
    for (const auto& [known, value] : parts)
      if (known == name) out += value;
    text.remove_prefix(end + 2);
  }
}

}  // namespace gan
