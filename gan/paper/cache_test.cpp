#include "gan/paper/cache.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan::paper {
namespace {

Piece full() {
  Piece p{.name = "table1",
          .title = "Table 1 \"±\"",
          .text = {"one", "two\nlines"},
          .settings = "seeds 1 to 3",
          .seconds = 12.5};
  p.checks = {{"c", 0.1, 1e-300, 3, true}, {"d", std::nan(""), 0, 0}};
  p.tables = {{"caption", {"a", "b"}, {{"1", "2"}, {"3", ""}}}, {"empty", {}, {}}};
  p.pictures = {{"x.png", "a picture", std::string("\x89PNG\0\xff", 6)}};
  return p;
}

void expect_same(const Piece& a, const Piece& b) {
  EXPECT_EQ(std::tie(a.name, a.title, a.text, a.settings, a.seconds),
            std::tie(b.name, b.title, b.text, b.settings, b.seconds));
  ASSERT_EQ(a.checks.size(), b.checks.size());
  for (size_t i = 0; i < a.checks.size(); ++i) {
    EXPECT_EQ(a.checks[i].what, b.checks[i].what);
    EXPECT_TRUE(a.checks[i].ours == b.checks[i].ours ||
                (std::isnan(a.checks[i].ours) && std::isnan(b.checks[i].ours)));
    EXPECT_EQ(std::tie(a.checks[i].expected, a.checks[i].tolerance, a.checks[i].more_is_good),
              std::tie(b.checks[i].expected, b.checks[i].tolerance, b.checks[i].more_is_good));
  }
  ASSERT_EQ(a.tables.size(), b.tables.size());
  for (size_t i = 0; i < a.tables.size(); ++i)
    EXPECT_EQ(std::tie(a.tables[i].caption, a.tables[i].columns, a.tables[i].rows),
              std::tie(b.tables[i].caption, b.tables[i].columns, b.tables[i].rows));
  ASSERT_EQ(a.pictures.size(), b.pictures.size());
  for (size_t i = 0; i < a.pictures.size(); ++i)
    EXPECT_EQ(std::tie(a.pictures[i].file, a.pictures[i].caption, a.pictures[i].bytes),
              std::tie(b.pictures[i].file, b.pictures[i].caption, b.pictures[i].bytes));
}

TEST(PieceAsJson, ComesBackAsItWas) {
  expect_same(parse_piece(to_json(full()), "x"), full());
  expect_same(parse_piece(to_json({}), "x"), {});
}

TEST(PieceAsJson, IsRefusedInOneLineWhenDamaged) {
  const std::string whole = to_json(full());
  for (size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_THROW(parse_piece(whole.substr(0, length), "x"), DataError) << length;
  for (const char* json : {"[]", "1", "{}", R"({"name": 1})"})
    EXPECT_THROW(parse_piece(json, "x"), DataError) << json;
  Piece uneven = full();
  uneven.tables[0].rows[0].pop_back();
  EXPECT_THROW(parse_piece(to_json(uneven), "x"), DataError);
}

TEST(Cache, FindsWhatHasTheSameConfiguration) {
  const ScratchFolder scratch;
  const Cache cache(scratch.path() / "new" / "cache");
  EXPECT_FALSE(cache.find("table1", "seed 1"));
  cache.keep(full(), "seed 1");
  ASSERT_TRUE(cache.find("table1", "seed 1"));
  expect_same(*cache.find("table1", "seed 1"), full());
  EXPECT_FALSE(cache.find("table1", "seed 2"));
  EXPECT_FALSE(cache.find("table2", "seed 1"));
}

TEST(Cache, KeepsSeveralConfigurationsOfOnePiece) {
  const ScratchFolder scratch;
  const Cache cache(scratch.path());
  Piece other = full();
  other.title = "other";
  cache.keep(full(), "seed 1");
  cache.keep(other, "seed 2");
  EXPECT_EQ(cache.find("table1", "seed 1")->title, full().title);
  EXPECT_EQ(cache.find("table1", "seed 2")->title, "other");
}

TEST(Cache, DamagedFilesAreComputedAgain) {
  const ScratchFolder scratch;
  const Cache cache(scratch.path());
  cache.keep(full(), "seed 1");
  const Path file = std::filesystem::directory_iterator(scratch.path())->path();
  const std::string whole = read_file(file);
  for (const size_t length : {size_t{0}, size_t{1}, whole.size() / 2, whole.size() - 4}) {
    write_file(file, whole.substr(0, length));
    EXPECT_FALSE(cache.find("table1", "seed 1")) << length;
  }
  std::string other = whole;
  other.replace(other.find("seed 1"), 6, "seed 9");  // as if two configurations had one fingerprint
  write_file(file, other);
  EXPECT_FALSE(cache.find("table1", "seed 1"));
}

}  // namespace
}  // namespace gan::paper
