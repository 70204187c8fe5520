#include "gan/data/dataset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace gan {
namespace {

Examples bytes_of_three() {
  return Examples({2, 1}, std::vector<uint8_t>{0, 51, 102, 153, 204, 255});
}
Examples floats_of_three() {
  return Examples({2}, std::vector<float>{-1, .5f, 2, 7, 3, -4});
}

DataSet data_of(Examples train, float low, float high) {
  DataSet data;
  data.train = data.valid = data.test = std::move(train);
  data.low = low;
  data.high = high;
  return data;
}

std::vector<float> scaled(const Scaling& scaling, std::vector<float> values) {
  scaling.apply(values);
  return values;
}

TEST(Examples, KnowTheirSizes) {
  EXPECT_EQ(bytes_of_three().size(), 3);
  EXPECT_EQ(bytes_of_three().dim(), 2);
  EXPECT_EQ(bytes_of_three().shape(), (Shape{2, 1}));
  EXPECT_TRUE(bytes_of_three().bytes());
  EXPECT_EQ(bytes_of_three().raw(1).size(), 2u);
  EXPECT_EQ(bytes_of_three().raw(2)[1], std::byte{255});
  EXPECT_EQ(floats_of_three().size(), 3);
  EXPECT_FALSE(floats_of_three().bytes());
  EXPECT_EQ(floats_of_three().raw(2).size(), 8u);
  EXPECT_EQ(Examples().size(), 0);
  EXPECT_EQ(Examples({3}, std::vector<float>{}).size(), 0);
}

TEST(Examples, GiveTheirValues) {
  std::vector<float> row(2);
  bytes_of_three().read(2, row);
  EXPECT_EQ(row, (std::vector<float>{204, 255}));
  floats_of_three().read(0, row);
  EXPECT_EQ(row, (std::vector<float>{-1, .5f}));
  EXPECT_EQ(bytes_of_three().rows(1, 2), (std::vector<float>{102, 153, 204, 255}));
  EXPECT_TRUE(floats_of_three().rows(3, 0).empty());
}

TEST(Examples, SlicesAndPicksKeepTheirKind) {
  const Examples slice = bytes_of_three().slice(1, 2);
  EXPECT_TRUE(slice.bytes());
  EXPECT_EQ(slice.shape(), (Shape{2, 1}));
  EXPECT_EQ(slice.rows(0, 2), (std::vector<float>{102, 153, 204, 255}));
  const std::vector<int64_t> twice{2, 0, 2};
  const Examples picked = floats_of_three().pick(twice);
  EXPECT_FALSE(picked.bytes());
  EXPECT_EQ(picked.rows(0, 3), (std::vector<float>{3, -4, -1, .5f, 3, -4}));
  EXPECT_EQ(floats_of_three().pick({}).size(), 0);
}

TEST(Scaling, OfBytes) {
  const DataSet data = data_of(bytes_of_three(), 0, 255);
  const auto unit = scaled(data.scaling(Scale::unit), {0, 51, 255}),
             expected = std::vector<float>{0, .2f, 1};
  for (size_t i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(unit[i], expected[i]);
  EXPECT_EQ(unit[2], 1);
  EXPECT_EQ(scaled(data.scaling(Scale::symmetric), {0, 127.5f, 255}),
            (std::vector<float>{-1, 0, 1}));
  EXPECT_EQ(scaled(data.scaling(Scale::none), {0, 51, 255}), (std::vector<float>{0, 51, 255}));
}

TEST(Scaling, StandardIsPerDimensionOverTheTrainingSplit) {
  DataSet data = data_of(Examples({3}, std::vector<float>{1, 10, 5, 3, 30, 5}), 1, 30);
  data.test = Examples({3}, std::vector<float>{100, 100, 100});
  const Scaling scaling = data.scaling(Scale::standard);
  EXPECT_EQ(scaling.offset, (std::vector<float>{2, 20, 5}));
  EXPECT_EQ(scaling.factor, (std::vector<float>{1, .1f, 1}));  // the last does not vary
  EXPECT_EQ(scaled(scaling, {1, 10, 5, 3, 30, 6}), (std::vector<float>{-1, -1, 0, 1, 1, 1}));
}

TEST(Scaling, StandardIsExactFarFromZero) {
  std::vector<float> values(20'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 1e6f + static_cast<float>(i % 2);
  const Scaling scaling = data_of(Examples({1}, values), 0, 1).scaling(Scale::standard);
  EXPECT_FLOAT_EQ(scaling.factor[0], 2);
}

TEST(Scaling, InvertUndoesApply) {
  const DataSet data = data_of(floats_of_three(), -4, 7);
  for (const Scale to : {Scale::unit, Scale::symmetric, Scale::standard, Scale::none}) {
    const std::vector<float> own = data.train.rows(0, 3);
    std::vector<float> values = scaled(data.scaling(to), own);
    data.scaling(to).invert(values);
    for (size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(values[i], own[i], 1e-5);
  }
}

TEST(Scaling, OfConstantDataIsFinite) {
  const DataSet data = data_of(Examples({1}, std::vector<float>{3, 3, 3}), 3, 3);
  for (const Scale to : {Scale::unit, Scale::symmetric, Scale::standard}) {
    EXPECT_EQ(data.scaling(to).factor, std::vector<float>{1});
    EXPECT_EQ(scaled(data.scaling(to), {3}), std::vector<float>{0});
  }
}

TEST(Scaling, OfTheWidestRangeIsFinite) {
  const float most = std::numeric_limits<float>::max();
  const DataSet data = data_of(Examples({1}, std::vector<float>{-most, most}), -most, most);
  EXPECT_TRUE(std::isfinite(data.scaling(Scale::symmetric).factor[0]));
  EXPECT_TRUE(std::isfinite(data.scaling(Scale::standard).factor[0]));
}

TEST(DataSet, IsJudgedInItsOwnUnits) {
  DataSet data = data_of(floats_of_three(), -4, 7);
  EXPECT_EQ(data.judging().offset.size(), 2u);  // standardised
  data.toy = make_toy("ring8");
  EXPECT_EQ(data.judging().factor, std::vector<float>{1});
  EXPECT_EQ(data.judging().offset, std::vector<float>{0});
  data.toy = nullptr;
  data.image = true;
  EXPECT_EQ(data.judging().offset, std::vector<float>{-4});
  EXPECT_FLOAT_EQ(data.judging().factor[0], 1 / 11.0f);
}

TEST(ContrastNormalised, HandWorked) {
  DataSet data = data_of(Examples({2}, std::vector<float>{0, 2, 30, 10, 7, 7}), 0,
                         255);  // means 1, 20, 7; norms s, 10 s, 0 with s = sqrt 2
  data.test = Examples({2}, std::vector<float>{200, 201});
  data.name = "mine";
  data.image = true;
  data.columns = {"a", "b"};
  const DataSet normal = contrast_normalised(data);
  const float middle = 28 / 3.0f, half = 5.5f;  // the mean norm, of two, is 5.5 s
  const std::vector<float> expected{middle - half, middle + half, middle + half,
                                    middle - half, middle,        middle},
      got = normal.train.rows(0, 3);
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(got[i], expected[i], 1e-5);
  EXPECT_NEAR(normal.test.rows(0, 1)[0], middle - half,
              1e-5);  // its own contrast goes, the training split's comes
  EXPECT_EQ(normal.low, 0);
  EXPECT_EQ(normal.high, 255);
  EXPECT_EQ(normal.name, "mine");
  EXPECT_TRUE(normal.image);
  EXPECT_EQ(normal.columns, data.columns);
  EXPECT_NE(normal.hash, data.hash);
  EXPECT_EQ(normal.hash, content_hash(normal));
}

TEST(ContrastNormalised, ScaledExamplesHaveMean0AndTheNormAskedFor) {
  std::vector<float> values(50 * 30);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::floor(128 + 100 * std::sin(static_cast<float>(i * i % 97 + i / 30)));
  std::fill_n(values.begin(), 30, 255.0f);  // an image of no contrast
  const DataSet data = data_of(Examples({3, 2, 5}, values), 0, 255),
                normal = contrast_normalised(data);
  for (const double norm : {55.0, 1.0}) {
    const Scaling scaling = normal.scaling(Scale::gcn, norm);
    for (int64_t i = 0; i < 50; ++i) {
      const std::vector<float> before = data.train.rows(i, 1), own = normal.train.rows(i, 1);
      std::vector<float> x = scaled(scaling, own);
      double sum = 0, square = 0, mean = 0;
      for (size_t j = 0; j < 30; ++j) {
        sum += x[j];
        square += x[j] * x[j];
        mean += before[j] / 30;
      }
      EXPECT_NEAR(sum / norm, 0, 1e-5);
      EXPECT_NEAR(std::sqrt(square) / norm, i == 0 ? 0 : 1, 1e-5);
      for (size_t j = 0; j < 30; ++j)
        EXPECT_EQ(i > 0 && x[j] > 1e-4 * norm, before[j] > mean + 1e-2) << i;  // the same image
      scaling.invert(x);
      for (size_t j = 0; j < 30; ++j) EXPECT_NEAR(x[j], own[j], 1e-3);
    }
    std::vector<float> grey(30);
    scaling.invert(grey);  // a sample of zeros: the mean brightness
    EXPECT_NEAR(
        grey[0],
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()),
        1e-3);
  }
}

TEST(ContrastNormalised, KeepsExamplesThatAreSoAlready) {
  const DataSet data = data_of(
                    Examples({4}, std::vector<float>{0, 0, 10, 10, 10, 0, 0, 10, 5, 5, 5, 5}), 0,
                    255),
                normal = contrast_normalised(data);
  for (size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(normal.train.rows(0, 3)[i], data.train.rows(0, 3)[i], 1e-5);
  const DataSet flat =
      contrast_normalised(data_of(Examples({2}, std::vector<float>{3, 3, 5, 5}), 0, 255));
  EXPECT_EQ(flat.train.rows(0, 2), (std::vector<float>{4, 4, 4, 4}));
  EXPECT_EQ(scaled(flat.scaling(Scale::gcn), {4, 4}), (std::vector<float>{0, 0}));
}

TEST(DataSet, CanTakeAnotherOrigin) {
  DataSet data = data_of(floats_of_three(), -4, 7);
  data.hash = content_hash(data);
  data.origin = {100, -3};
  EXPECT_NE(content_hash(data), data.hash);
  const DataSet moved = with_origin(data, {99.5});
  EXPECT_EQ(moved.train.rows(0, 1), (std::vector<float>{-1 + 100 - 99.5F, 0.5F - 3 - 99.5F}));
  EXPECT_EQ(moved.origin, std::vector<double>{99.5});
  EXPECT_EQ(moved.hash, data.hash);
  EXPECT_EQ(moved.low, -4 - 3 - 99.5F);
  EXPECT_EQ(moved.high, 3.5F);
  EXPECT_EQ(with_origin(moved, {100, -3}).valid.rows(0, 3), data.valid.rows(0, 3));
  EXPECT_EQ(with_origin(data, {}).train.rows(0, 1), (std::vector<float>{99, -2.5F}));
}

TEST(ContentHash, SeesValuesShapesAndSplits) {
  const DataSet data = data_of(floats_of_three(), 0, 1);
  const std::string hash = content_hash(data);
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), hash.npos);
  EXPECT_EQ(hash, content_hash(data));

  DataSet other = data;
  other.test = Examples({2}, std::vector<float>{-1, .5f, 2, 7, 3, -5});
  EXPECT_NE(content_hash(other), hash);
  other = data;
  other.train = Examples({1, 2}, data.train.rows(0, 3));
  EXPECT_NE(content_hash(other), hash);
  other = data;
  other.train = data.train.slice(0, 2);
  EXPECT_NE(content_hash(other), hash);
}

TEST(ContentHash, SeesLabelsButNotTheNamesOfClasses) {
  DataSet data = data_of(floats_of_three(), 0, 1);
  const std::string without = content_hash(data);
  data.train = Examples(data.train).with_labels({0, 1, 1});
  const std::string hash = content_hash(data);
  EXPECT_NE(hash, without);
  data.classes = {"cat", "dog"};
  EXPECT_EQ(content_hash(data), hash);
  data.train = Examples(data.train).with_labels({0, 1, 0});
  EXPECT_NE(content_hash(data), hash);
}

TEST(ContentHash, IsFnv1a) {  // of thrice (size 0, rank 0, bytes 1), by a second implementation
  EXPECT_EQ(content_hash(DataSet{}), "0aa0da0b675d5a44");
}

TEST(Examples, LabelsFollowTheirExamples) {
  const Examples all = floats_of_three().with_labels({4, 5, 6});
  EXPECT_TRUE(all.labelled());
  EXPECT_EQ(all.label(1), 5);
  EXPECT_EQ(all.slice(1, 2).label(0), 5);
  EXPECT_EQ(all.slice(1, 2).labels().size(), 2u);
  const std::vector<int64_t> order{2, 0, 2};
  const Examples picked = all.pick(order);
  EXPECT_EQ(std::vector<int32_t>(picked.labels().begin(), picked.labels().end()),
            (std::vector<int32_t>{6, 4, 6}));
  EXPECT_FALSE(floats_of_three().labelled());
  EXPECT_FALSE(floats_of_three().slice(0, 2).labelled());
}

TEST(DataSet, KeepsLabelsThroughEveryTransformation) {
  DataSet data = data_of(floats_of_three(), -5, 7);
  data.classes = {"a", "b"};
  for (Examples* split : {&data.train, &data.valid, &data.test})
    *split = Examples(*split).with_labels({0, 1, 1});
  for (const DataSet& made :
       {binarise(data, 1), contrast_normalised(data), with_origin(data, {1.0})}) {
    EXPECT_EQ(made.classes, data.classes);
    for (const Examples* split : {&made.train, &made.valid, &made.test}) {
      ASSERT_TRUE(split->labelled());
      EXPECT_EQ(split->label(0), 0);
      EXPECT_EQ(split->label(2), 1);
    }
  }
}

TEST(Binarise, DrawsBernoulliByTheValue) {
  const int64_t n = 20'000;
  std::vector<float> values;
  for (int64_t i = 0; i < n; ++i)
    values.insert(values.end(), {-1, -.5f, 0, 1});  // unit: 0, .25, .5, 1
  const DataSet binary = binarise(data_of(Examples({4}, values), -1, 1), 7);
  EXPECT_TRUE(binary.train.bytes());
  EXPECT_EQ(binary.train.shape(), Shape{4});
  EXPECT_EQ(binary.low, 0);
  EXPECT_EQ(binary.high, 1);
  std::vector<double> ones(4);
  const std::vector<float> bits = binary.train.rows(0, n);
  for (size_t i = 0; i < bits.size(); ++i) {
    EXPECT_TRUE(bits[i] == 0 || bits[i] == 1);
    ones[i % 4] += bits[i];
  }
  EXPECT_EQ(ones[0], 0);
  EXPECT_NEAR(ones[1], n * .25, 5 * std::sqrt(n * .25 * .75));
  EXPECT_NEAR(ones[2], n * .5, 5 * std::sqrt(n * .25));
  EXPECT_EQ(ones[3], n);
}

TEST(Binarise, IsFixedBySeedSplitAndRow) {
  DataSet data = data_of(Examples({8}, std::vector<float>(8 * 100, .5f)), 0, 1);
  data.name = "mine";
  data.image = true;
  data.columns = {"a"};
  data.toy = make_toy("ring8");
  const DataSet once = binarise(data, 1), again = binarise(data, 1), other = binarise(data, 2);
  EXPECT_EQ(once.hash, again.hash);
  EXPECT_NE(once.hash, other.hash);
  EXPECT_NE(once.train.rows(0, 100), once.valid.rows(0, 100));
  EXPECT_NE(once.valid.rows(0, 100), once.test.rows(0, 100));
  EXPECT_EQ(once.name, "mine");
  EXPECT_TRUE(once.image);
  EXPECT_EQ(once.columns, data.columns);
  EXPECT_EQ(once.toy, nullptr);  // its density is another one now
  data.train = data.train.slice(0, 10);
  EXPECT_EQ(binarise(data, 1).train.rows(0, 10), once.train.rows(0, 10));
}

}  // namespace
}  // namespace gan
