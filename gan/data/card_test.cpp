#include "gan/data/card.h"

#include <cmath>

#include "gan/io/testing.h"

namespace gan {
namespace {

const DataCard kCard{"table",
                     "0123456789abcdef",
                     {2},
                     false,
                     -1,
                     3,
                     {"width", "height"},
                     Scaling{{0.5F, 0}, {2, 4}}};

TEST(DataCard, IsReadAsItWasWritten) {
  const DataCard card = parse_card(format_card(kCard), kWho);
  EXPECT_EQ(card.name, kCard.name);
  EXPECT_EQ(card.shape, kCard.shape);
  EXPECT_EQ(card.columns, kCard.columns);
  EXPECT_EQ(card.encoding.scaling().factor, kCard.encoding.scaling().factor);
  EXPECT_EQ(format_card(card), format_card(kCard));
}

TEST(DataCard, HoldsLayoutAndOriginWhereThereAreAny) {
  EXPECT_EQ(format_card(kCard).find("origin"),
            std::string::npos);  // so that older checkpoints stay as they are
  EXPECT_EQ(format_card(kCard).find("channels_last"), std::string::npos);
  EXPECT_FALSE(parse_card(format_card(kCard), kWho).channels_last);
  DataCard card = kCard;
  card.origin = {1700000000, 0.1};
  EXPECT_EQ(parse_card(format_card(card), kWho).origin, card.origin);
  card = {"photos", "0123456789abcdef", {4, 2, 2}, true, 0, 255, {}, {}, true, {1e9}};
  EXPECT_TRUE(parse_card(format_card(card), kWho).channels_last);
  EXPECT_EQ(parse_card(format_card(card), kWho).origin, card.origin);
}

TEST(DataCard, HoldsTheNamesOfClasses) {
  DataCard card = kCard;
  card.classes = {"cat", "dog"};
  EXPECT_EQ(parse_card(format_card(card), kWho).classes, card.classes);
  EXPECT_TRUE(parse_card(format_card(kCard), kWho).classes.empty());
  card.classes[1] = std::string(5000, 'n');
  expect_data_error([&] { parse_card(format_card(card), kWho); }, "data.classes");
}

TEST(DataCard, BearsNamesThatAreNotUtf8) {
  DataCard card = kCard;
  card.columns = {
      "gr\xf6\xdf"
      "e",
      "b"};
  EXPECT_EQ(parse_card(format_card(card), kWho).columns.at(0),
            "gr\xef\xbf\xbd\xef\xbf\xbd"
            "e");
}

TEST(DataCard, RefusesWhatMakesNoSense) {
  const auto refuses = [](std::string_view what, auto change) {
    DataCard card = kCard;
    change(card);
    expect_data_error([&] { parse_card(format_card(card), kWho); }, what);
  };
  refuses("data.shape", [](DataCard& c) { c.shape = {-2}; });
  refuses("data.shape", [](DataCard& c) { c.shape = {0}; });
  refuses("data.shape", [](DataCard& c) {
    c.shape = {int64_t{1} << 62, 4};
    c.encoding = {};
  });
  refuses("data.name", [](DataCard& c) { c.name = std::string(5000, 'n'); });
  refuses("data.hash", [](DataCard& c) { c.hash = "0123"; });
  refuses("data.hash", [](DataCard& c) { c.hash = "0123456789abcdeX"; });
  refuses("data.image", [](DataCard& c) {
    c.image = true;
    c.columns = {};
  });
  refuses("data.image", [](DataCard& c) {
    c.image = true;
    c.columns = {};
    c.shape = {2, 1, 1};
  });
  refuses("data.columns in its header holds 1 names for 2 numbers",
          [](DataCard& c) { c.columns = {"width"}; });
  refuses("data.columns", [](DataCard& c) {
    c.image = true;
    c.shape = {1, 2};
  });
  refuses("data.columns", [](DataCard& c) { c.columns[0] = std::string(5000, 'n'); });
  for (const std::string name : {std::string("1"), std::string(" width"), std::string("a\0b", 3)})
    refuses("data.columns in its header holds", [&](DataCard& c) { c.columns[0] = name; });
  refuses("data.offset", [](DataCard& c) { c.encoding = Scaling{{}, {}}; });
  refuses("data.offset", [](DataCard& c) { c.encoding.scaling().offset = {1}; });
  refuses("data.factor", [](DataCard& c) { c.encoding = Scaling{{0, 0}, {1, 2, 3}}; });
  refuses("data.factor", [](DataCard& c) { c.encoding.scaling().factor = {0, 1}; });
  refuses("data.factor", [](DataCard& c) { c.encoding.scaling().factor = {-1, 1}; });
  refuses("data.low", [](DataCard& c) { c.low = NAN; });
  refuses("data.low in its header is 4, above high = 3", [](DataCard& c) { c.low = 4; });
  refuses("data.origin", [](DataCard& c) { c.origin = {1, 2, 3}; });
  refuses("data.origin", [](DataCard& c) { c.origin = {INFINITY, 0}; });
  refuses("data.channels_last", [](DataCard& c) { c.channels_last = true; });
  const std::string deep(100'000, '[');
  for (const std::string text : {"", "{}", "[]", "{\"name\":1}", deep.c_str()})
    expect_data_error([&] { parse_card(text, kWho); }, "what data it was trained on");
  const std::string nested =
      "{\"name\":\"x\",\"hash\":\"\",\"shape\":" + deep + std::string(deep.size(), ']') + "}";
  expect_data_error([&] { parse_card(nested, kWho); }, "data.image is missing");
}

TEST(DataCard, ConstantDataHaveOne) {
  DataCard card = kCard;
  card.low = card.high = 7;
  EXPECT_EQ(parse_card(format_card(card), kWho).high, 7);
}

}  // namespace
}  // namespace gan
