#include "gan/core/html.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(HtmlEscaped, LeavesNoMarkup) {
  EXPECT_EQ(html_escaped("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(html_escaped("Fréchet 1.8 ± 0.2"), "Fréchet 1.8 ± 0.2");
}

TEST(Filled, EachPlaceTakesItsPart) {
  const std::pair<std::string_view, std::string> parts[] = {{"a", "1"}, {"b", "{{a}}"}};
  EXPECT_EQ(filled("<{{a}}{{b}}|{{a}}|{{c}}>", parts), "<1{{a}}|1|>");
}

}  // namespace
}  // namespace gan
