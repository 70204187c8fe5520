#include "gan/data/card.h"

#include <cmath>

#include "gan/io/testing.h"

namespace gan {
namespace {

const DataCard kCard{"table", "0123456789abcdef", {2}, false, -1, 3, {"width", "height"}, {{0.5F, 0}, {2, 4}}};

TEST(DataCard, IsReadAsItWasWritten) {
  const DataCard card = parse_card(format_card(kCard), kWho);
  EXPECT_EQ(card.name, kCard.name);
  EXPECT_EQ(card.shape, kCard.shape);
  EXPECT_EQ(card.columns, kCard.columns);
  EXPECT_EQ(card.scaling.factor, kCard.scaling.factor);
  EXPECT_EQ(format_card(card), format_card(kCard));
}

TEST(DataCard, BearsNamesThatAreNotUtf8) {
  DataCard card = kCard;
  card.columns = {"gr\xf6\xdf" "e", "b"};
  EXPECT_EQ(parse_card(format_card(card), kWho).columns.at(0), "gr\xef\xbf\xbd\xef\xbf\xbd" "e");
}

TEST(DataCard, RefusesWhatMakesNoSense) {
  const auto refuses = [](auto change) {
    DataCard card = kCard;
    change(card);
    expect_data_error([&] { parse_card(format_card(card), kWho); });
  };
  refuses([](DataCard& c) { c.shape = {}, c.scaling = {{}, {}}; });
  refuses([](DataCard& c) { c.shape = {-2}; });
  refuses([](DataCard& c) { c.shape = {0}; });
  refuses([](DataCard& c) { c.shape = {int64_t{1} << 62, 4}, c.scaling = {}; });
  refuses([](DataCard& c) { c.scaling = {{}, {}}; });
  refuses([](DataCard& c) { c.scaling.offset = {1}; });
  refuses([](DataCard& c) { c.low = NAN; });
  for (const std::string text : {"", "{}", "[]", "{\"name\":1}"})
    expect_data_error([&] { parse_card(text, kWho); }, "what data it was trained on");
}

}  // namespace
}  // namespace gan
