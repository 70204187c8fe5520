#include "gan/data/picture_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "gan/data/picture_pixels.h"

namespace gan {
namespace {

using Digests = std::vector<uint64_t>;

Digests digests_of(int first, int count) {
  Digests out;
  for (int i = first; i < first + count; ++i) {
    const std::vector<uint8_t> bytes{static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
    out.push_back(digest_of(bytes));
  }
  return out;
}

/// For each digest, to what its pictures belong: some of "r" (train), "v", "t".
std::map<uint64_t, std::set<char>> roles(const Digests& digests) {
  std::map<uint64_t, std::set<char>> out;
  const PictureSplit split = split_by_content(digests);
  for (const auto& [role, numbers] :
       {std::pair{'r', split.train}, {'v', split.valid}, {'t', split.test}})
    for (const int64_t i : numbers) out[digests[static_cast<size_t>(i)]].insert(role);
  return out;
}

TEST(PictureSplit, IsEightyTenTen) {
  const PictureSplit split = split_by_content(digests_of(0, 5000));
  EXPECT_TRUE(split.by_content_alone);
  EXPECT_NEAR(static_cast<double>(split.test.size()), 500, 65);
  EXPECT_NEAR(static_cast<double>(split.valid.size()), 500, 65);
  std::set<int64_t> all(split.train.begin(), split.train.end());
  all.insert(split.valid.begin(), split.valid.end());
  all.insert(split.test.begin(), split.test.end());
  EXPECT_EQ(all.size(), 5000u);
  EXPECT_EQ(split.train.size() + split.valid.size() + split.test.size(), 5000u);
}

TEST(PictureSplit, MorePicturesMoveNone) {
  const auto before = roles(digests_of(100, 1000));
  Digests more = digests_of(0, 3000);
  std::ranges::reverse(more);
  const auto after = roles(more);
  for (const auto& [digest, role] : before) EXPECT_EQ(after.at(digest), role);
}

TEST(PictureSplit, CopiesStayTogether) {
  Digests digests = digests_of(0, 300);
  const Digests again = digests_of(0, 300);
  digests.insert(digests.end(), again.begin(), again.end());
  for (const auto& [digest, role] : roles(digests)) EXPECT_EQ(role.size(), 1u);
  const PictureSplit split = split_by_content(digests);
  EXPECT_EQ(split.duplicates, 300);
  EXPECT_EQ(split.train.size() + split.valid.size() + split.test.size(), 600u);
}

TEST(PictureSplit, SmallFoldersHaveSomeOfEach) {
  for (int count = 3; count < 40; ++count) {
    for (int first = 0; first < 200; first += 40) {
      const PictureSplit split = split_by_content(digests_of(first, count));
      EXPECT_FALSE(split.train.empty() || split.valid.empty() || split.test.empty());
      EXPECT_EQ(std::ssize(split.train) + std::ssize(split.valid) + std::ssize(split.test), count);
      EXPECT_FALSE(split.repeated);
    }
  }
  EXPECT_FALSE(split_by_content(digests_of(0, 3)).by_content_alone);
  Digests low{1, 2, 3, 4};  // all of them for tests, by their digests
  const PictureSplit split = split_by_content(low);
  EXPECT_EQ(split.test, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(split.valid, (std::vector<int64_t>{2}));
  EXPECT_EQ(split.train, (std::vector<int64_t>{3}));
}

TEST(PictureSplit, TwoDistinctPicturesDoEverything) {
  const PictureSplit split = split_by_content(Digests{5, 9, 5, 5});
  EXPECT_TRUE(split.repeated);
  EXPECT_EQ(split.train, (std::vector<int64_t>{0, 2, 3, 1}));
  EXPECT_EQ(split.train, split.valid);
  EXPECT_EQ(split.train, split.test);
  EXPECT_EQ(split.duplicates, 2);
}

}  // namespace
}  // namespace gan
