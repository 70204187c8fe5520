#include "gan/data/precision.h"

#include <cmath>

#include "gan/core/files.h"
#include "gan/data/dataset.h"
#include "gan/data/testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using Doubles = std::vector<double>;

/// Of rows i = 0 to n - 1 that hold `first` + i * step, and 0.1 i.
NumberArray rows(double first, double step, int64_t n = 40) {
  Doubles values;
  for (int64_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(i);
    values.insert(values.end(), {first + x * step, 0.1 * x});
  }
  return {{n, 2}, std::move(values)};
}

Origin found(const NumberArray& array) {
  return find_origin(array, 2, {"time", "x"}, std::string(kWho));
}

std::string only_note(const Origin& origin) {
  EXPECT_EQ(origin.notes.size(), 1u);
  return origin.notes.empty() ? "" : origin.notes[0];
}

TEST(Precision, WhatFloat32HoldsIsLeftAlone) {
  EXPECT_TRUE(found(rows(1000, 1)).values.empty());
  EXPECT_TRUE(found(rows(16777216 - 39, 1)).values.empty());
  EXPECT_TRUE(found(rows(1.1e6, 1e5)).values.empty());  // rounded, but by little of what it varies
  EXPECT_TRUE(found(rows(1013.25, 0.7)).notes.empty());
  EXPECT_TRUE(found({{2, 2}, std::vector<float>{1e9F, 1, 1e9F + 64, 2}}).values.empty());
}

TEST(Precision, LargeWholeNumbersHaveTheirLeastTakenOff) {
  const Origin origin = found(rows(1700000000, 1));
  EXPECT_EQ(origin.values, (Doubles{1700000000, 0}));
  EXPECT_EQ(only_note(origin),
            "some/file: column 1 (\"time\"): 1700000000 is taken off before training, since "
            "float32 does not hold "
            "these values; samples have it again");
  EXPECT_EQ(found(rows(16777216 - 20, 1)).values,
            (Doubles{16777196, 0}));  // half of them are beyond 2^24
  EXPECT_EQ(found(rows(-1700000000, 1)).values, (Doubles{-1700000000, 0}));
  EXPECT_EQ(found(rows(1e6, 1e-5)).values, (Doubles{1e6, 0}));  // no whole numbers
}

TEST(Precision, WhatIsStillRoundedIsSaid) {
  const Origin origin = found(rows(12345, 98765431));  // identifiers
  EXPECT_TRUE(origin.values.empty());
  EXPECT_NE(only_note(origin).find("column 1 (\"time\"): whole numbers from 12345 to 3851864154 "
                                   "are rounded to float32's 24 bits, by up to "),
            std::string::npos);
}

TEST(Precision, WhatCannotBeToldApartIsRefused) {
  NumberArray huge = rows(9007199254740994, 2);
  EXPECT_EQ(found(huge).values, (Doubles{9007199254740994, 0}));  // float64 holds them
  huge.first_rounded = 0;
  expect_data_error([&] { found(huge); }, "column 1 (\"time\"): whole numbers as large as");
  expect_data_error([] { found(rows(1e-50, 1e-51)); }, "multiply them by a power of ten");
}

class Precisely : public TempFolder {};

/// Whatever the file, what was taken off and what is left are together what stands in it.
TEST_F(Precisely, TablesKeepWhatTheyVaryBy) {
  std::string text = "time,x\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("{},{}\n", 1700000000 + i, i * 0.5);
  write_file("a.csv", text);
  const DataSet data = open_data("a.csv");
  EXPECT_EQ(data.origin, (Doubles{1700000000, 0}));
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 39);
  double sum = 0;
  for (const Examples* split : {&data.train, &data.valid, &data.test})
    for (int64_t i = 0; i < split->size(); ++i) {
      const std::vector<float> row = split->rows(i, 1);
      EXPECT_EQ(row[1], row[0] / 2);
      sum += row[0];
    }
  EXPECT_EQ(sum, 39 * 40 / 2);
  const Scaling scaling = data.scaling(Scale::standard);
  EXPECT_NEAR(1 / scaling.factor[0], 11.5, 1.5);
  EXPECT_NEAR(scaling.offset[0], 19.5, 3);
}

TEST_F(Precisely, ImagesHaveOneOriginForAll) {
  std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (10, 1, 2), }";
  std::string bytes =
      std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header;
  for (int64_t i = 0; i < 20; ++i) {
    const int64_t value = 1700000000 + i;
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  write_file("a.npy", bytes);
  const DataSet data = open_data("a.npy");
  EXPECT_TRUE(data.image);
  EXPECT_EQ(data.origin, Doubles{1700000000});
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 19);
  EXPECT_FALSE(data.train.bytes());
}

}  // namespace
}  // namespace gan
