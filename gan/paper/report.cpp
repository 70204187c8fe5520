#include "gan/paper/report.h"

#include <fmt/core.h>

#include <cmath>
#include <string_view>

#include "gan/core/duration.h"
#include "gan/core/html.h"
#include "gan/io/base64.h"

namespace gan::paper {
namespace {

constexpr std::string_view kStyle = R"(
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5em; border-top: 1px solid #ccc; padding-top: 1em; }
table { border-collapse: collapse; margin: 1em 0; font-size: .9em; }
caption { text-align: left; font-weight: 600; padding-bottom: .4em; }
th, td { border-bottom: 1px solid #ddd; padding: .3em .8em .3em 0; text-align: left; vertical-align: top; }
figure { margin: 1.5em 0; } img { max-width: 100%; height: auto; } figcaption, .settings { color: #555; font-size: .9em; }
.yes { color: #0a6b3d; } .no { color: #a33; font-weight: 600; }
)";

std::string number(double x) {
  return fmt::format("{:.6g}", x);
}

std::string verdict(const Check& c) {
  return c.holds() ? "holds" : "DOES NOT HOLD";
}

std::string settings_of(const Piece& piece) {
  const std::string& text = piece.settings;
  const std::string time = fmt::format("Time: {}.", duration(piece.seconds));
  if (text.empty()) return time;
  return text + (text.ends_with('.') ? " " : ". ") + time;
}

/// Text of one line in which no character means anything to Markdown.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|&#~$").find(c) != std::string_view::npos ||
        (out.empty() && (c == '-' || c == '+')))
      out += '\\';
    out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const auto& cell : cells) out += " " + plain(cell) + " |";
  return out + "\n";
}

std::string markdown_table(const std::vector<std::string>& columns,
                           const std::vector<std::vector<std::string>>& rows) {
  std::string out = markdown_row(columns) + "|";
  for (size_t i = 0; i < columns.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : rows) out += markdown_row(row);
  return out + "\n";
}

std::string html_row(const char* tag, const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (const auto& cell : cells) out += fmt::format("<{0}>{1}</{0}>", tag, html_escaped(cell));
  return out + "</tr>\n";
}

std::string html_table(const std::string& caption, const std::vector<std::string>& columns,
                       const std::string& rows) {
  return fmt::format("<table>\n{}<thead>\n{}</thead>\n<tbody>\n{}</tbody>\n</table>\n",
                     caption.empty() ? "" : "<caption>" + html_escaped(caption) + "</caption>\n",
                     html_row("th", columns), rows);
}

const std::vector<std::string> kChecks = {"What", "Ours", "Expected", "Verdict"};

std::string markdown(const Piece& piece) {
  std::string out = fmt::format("## {}\n\n", plain(piece.title));
  for (const auto& paragraph : piece.text) out += plain(paragraph) + "\n\n";
  std::vector<std::vector<std::string>> checks;
  for (const Check& c : piece.checks)
    checks.push_back({c.what, number(c.ours), expectation(c), verdict(c)});
  if (!checks.empty()) out += markdown_table(kChecks, checks);
  for (const Table& t : piece.tables)
    out += fmt::format("**{}**\n\n{}", plain(t.caption), markdown_table(t.columns, t.rows));
  for (const Picture& p : piece.pictures)
    out += fmt::format("![{}](<{}>)\n\n{}\n\n", plain(p.file), p.file, plain(p.caption));
  return out + plain(settings_of(piece)) + "\n\n";
}

std::string html(const Piece& piece) {
  std::string out = fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n", html_escaped(piece.name),
                                html_escaped(piece.title));
  for (const auto& paragraph : piece.text)
    out += fmt::format("<p>{}</p>\n", html_escaped(paragraph));
  std::string checks;
  for (const Check& c : piece.checks)
    checks += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td></tr>\n",
                          html_escaped(c.what), number(c.ours), expectation(c),
                          c.holds() ? "yes" : "no", verdict(c));
  if (!checks.empty()) out += html_table("", kChecks, checks);
  for (const Table& t : piece.tables) {
    std::string rows;
    for (const auto& row : t.rows) rows += html_row("td", row);
    out += html_table(t.caption, t.columns, rows);
  }
  for (const Picture& p : piece.pictures)
    out += fmt::format(
        "<figure><img alt=\"{}\" src=\"data:image/png;base64,{}\"><figcaption>{}</figcaption></figure>\n",
        html_escaped(p.file), encode_base64(p.bytes), html_escaped(p.caption));
  return out + fmt::format("<p class=\"settings\">{}</p>\n</section>\n",
                           html_escaped(settings_of(piece)));
}

}  // namespace

std::string expectation(const Check& c) {
  if (c.more_is_good) return "at least " + number(c.expected - c.tolerance);
  if (c.tolerance == 0) return number(c.expected);
  if (c.tolerance > std::abs(c.expected) / 2 && c.expected != 0)
    return number(c.expected - c.tolerance) + " to " + number(c.expected + c.tolerance);
  return number(c.expected) + " ± " + number(c.tolerance);
}

std::string markdown(const Report& report) {
  std::string out = fmt::format("# {}\n\n", plain(report.title));
  for (const auto& paragraph : report.text) out += plain(paragraph) + "\n\n";
  std::vector<std::vector<std::string>> made_by;
  for (const auto& [name, value] : report.made_by) made_by.push_back({name, value});
  if (!made_by.empty()) out += markdown_table({"Made by", ""}, made_by);
  for (const Piece& piece : report.pieces) out += markdown(piece);
  return out;
}

std::string html(const Report& report) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
      html_escaped(report.title), kStyle, html_escaped(report.title));
  for (const auto& paragraph : report.text)
    out += fmt::format("<p>{}</p>\n", html_escaped(paragraph));
  std::string made_by;
  for (const auto& [name, value] : report.made_by) made_by += html_row("td", {name, value});
  if (!made_by.empty()) out += html_table("", {"Made by", ""}, made_by);
  for (const Piece& piece : report.pieces) out += html(piece);
  return out + "</body>\n</html>\n";
}

}  // namespace gan::paper
