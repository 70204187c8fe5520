#include "gan/paper/report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/testing.h"

namespace gan::paper {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

Report hostile() {
  const std::string bad = "<script>&\"'|*_`\n[x](y)";
  Piece piece{.name = bad, .title = bad, .text = {bad}, .settings = bad};
  piece.checks.push_back({bad, 1, 1, 0});
  piece.tables.push_back({bad, {bad, bad}, {{bad, bad}}});
  piece.pictures.push_back({"a.png", bad, "PNG"});
  return {.title = bad, .text = {bad}, .made_by = {{bad, bad}}, .pieces = {piece}};
}

TEST(Report, HtmlEscapesEverything) {
  const std::string page = html(hostile());
  EXPECT_FALSE(holds(page, "<script"));
  EXPECT_EQ(count_of(page, "&lt;script&gt;&amp;&quot;&#39;|"),
            16u);  // also as the piece's id and the page's title
}

TEST(Report, MarkdownEscapesEverything) {
  const std::string page = markdown(hostile());
  EXPECT_EQ(count_of(page, "<script"), count_of(page, "\\<script"));
  EXPECT_EQ(count_of(page, "[x]"), 0u);
  for (size_t at = 0; (at = page.find("script", at)) != page.npos; ++at)
    EXPECT_FALSE(
        holds(page.substr(at, page.find('\n', at) - at), "'|"));  // a cell does not end there
}

TEST(Report, HtmlNeedsNoOtherFile) {
  const std::string page = html(hostile());
  EXPECT_EQ(count_of(page, "src="), count_of(page, "src=\"data:image/png;base64,"));
  EXPECT_TRUE(holds(page, "base64,UE5H\""));
  for (const char* outside : {"http", "href", "url(", "@import", "<link"})
    EXPECT_FALSE(holds(page, outside)) << outside;
}

TEST(Report, MarkdownNamesItsPictures) {
  EXPECT_TRUE(holds(markdown(hostile()), "](<a.png>)"));
}

TEST(Report, SaysWhatHoldsAndWhatDoesNot) {
  Piece piece{.name = "theory", .title = "Theory"};
  piece.checks = {{"one", 1.05, 1, 0.1},           {"two", 1.2, 1, 0.1},
                  {"three", std::nan(""), 1, 0.1}, {"four", 0, 0, 0},
                  {"five", 0.3, 0.5, 0.49},        {"six", 9, 1, 0.1, true},
                  {"seven", 0.8, 1, 0.1, true}};
  const Report report{.title = "t", .pieces = {piece}};
  EXPECT_EQ(count_of(html(report), ">holds<"), 4u);
  EXPECT_EQ(count_of(html(report), "class=\"no\">DOES NOT HOLD<"), 3u);
  EXPECT_TRUE(holds(markdown(report), "| one | 1.05 | 1 ± 0.1 | holds |"));
  EXPECT_TRUE(holds(markdown(report), "| two | 1.2 | 1 ± 0.1 | DOES NOT HOLD |"));
  EXPECT_TRUE(holds(markdown(report), "| three | nan | 1 ± 0.1 | DOES NOT HOLD |"));
  EXPECT_TRUE(holds(markdown(report), "| four | 0 | 0 | holds |"));
  EXPECT_TRUE(holds(markdown(report), "| five | 0.3 | 0.01 to 0.99 | holds |"));
  EXPECT_TRUE(holds(markdown(report), "| six | 9 | at least 0.9 | holds |"));
  EXPECT_TRUE(holds(markdown(report), "| seven | 0.8 | at least 0.9 | DOES NOT HOLD |"));
}

TEST(Report, TablesAreTables) {
  Piece piece{.name = "table1", .title = "Table 1", .settings = "Seeds 1 to 3.", .seconds = 190};
  piece.tables.push_back(
      {"Parzen", {"Model", "nats"}, {{"DBN", "138 ± 2"}, {"ours", "216.6 ± 2.2"}}});
  const Report report{.title = "t", .made_by = {{"version", "0.1.0"}}, .pieces = {piece}};
  EXPECT_TRUE(holds(
      markdown(report),
      "**Parzen**\n\n| Model | nats |\n|---|---|\n| DBN | 138 ± 2 |\n| ours | 216.6 ± 2.2 |\n"));
  EXPECT_TRUE(holds(
      html(report),
      "<caption>Parzen</caption>\n<thead>\n<tr><th>Model</th><th>nats</th></tr>\n</thead>\n<tbody>\n<tr><td>DBN</td><td>138 ± 2</td></tr>"));
  EXPECT_TRUE(holds(markdown(report), "Seeds 1 to 3. Time: 3 min 10 s."));
  EXPECT_TRUE(holds(html(report), "Seeds 1 to 3. Time: 3 min 10 s."));
  EXPECT_TRUE(holds(html(report), "<td>version</td><td>0.1.0</td>"));
}

}  // namespace
}  // namespace gan::paper
