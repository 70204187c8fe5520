#include "gan/data/variety.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

DataSet of(const std::vector<float>& rows) {  // of two numbers each
  DataSet data;
  data.name = "mine";
  data.train = Examples({2}, rows);
  return data;
}

TEST(Variety, CountsDistinctExamples) {
  const DataSet data = of({1, 2, 1, 2, 2, 1, 1, 3});
  EXPECT_EQ(distinct_examples(data.train, 10), 3);
  EXPECT_EQ(distinct_examples(data.train, 2), 2);
  EXPECT_EQ(distinct_examples(Examples({2}, std::vector<uint8_t>{7, 7, 7, 7, 7, 8}), 10), 2);
  EXPECT_EQ(distinct_examples(Examples(), 10), 0);
}

TEST(Variety, IsSaidPlainlyWhereItIsMissing) {
  const std::string none = without_variety(of({1, 2, 1, 2, 1, 2}));
  EXPECT_NE(none.find("mine: the data have no variety: all 3 training examples are the same"),
            none.npos)
      << none;
  EXPECT_TRUE(variety_of(of({1, 2, 1, 2})).none());
  const std::string few = without_variety(of({1, 2, 1, 2, 1, 3}));
  EXPECT_NE(few.find("3 training examples hold only 2 distinct ones"), few.npos) << few;
  std::vector<float> many;
  for (int i = 0; i < 20; ++i) many.push_back(static_cast<float>(i));
  EXPECT_EQ(without_variety(of(many)), "");
  EXPECT_FALSE(variety_of(of(many)).few());
}

}  // namespace
}  // namespace gan
