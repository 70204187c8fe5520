#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/files.h"
#include "gan/data/dataset.h"
#include "gan/data/readers.h"
#include "gan/data/testing.h"
#include "gan/io/csv.h"
#include "gan/io/gzip.h"
#include "gan/io/npy.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using Floats = std::vector<float>;

class Samples : public TempFolder {
 protected:
  /// Data of two columns, from which `origin` was taken.
  static DataSet table(std::vector<double> origin = {}) {
    DataSet data;
    data.name = "table";
    data.columns = {"t", "x"};
    data.origin = std::move(origin);
    data.train = Examples({2}, Floats{0, 0});
    return data;
  }
  static DataSet images(const Shape& shape, bool channels_last) {
    DataSet data;
    data.name = "photos";
    data.image = true;
    data.channels_last = channels_last;
    data.train = Examples(shape, Floats(static_cast<size_t>(product(shape))));
    return data;
  }
  static Floats read(const Shape& shape, const Floats& values, const DataSet& data) {
    write_file("s.npy", format_npy(shape, values));
    return read_samples("s.npy", data);
  }
};

TEST_F(Samples, NamesOfFiles) {
  for (const char* name :
       {"a.npy", "A.NPY", "b/a.csv", "a.tsv", "a.CSV.gz", "a.tsv.GZ", "a.npy.gz"})
    EXPECT_TRUE(names_array(name)) << name;
  for (const char* name : {"npy", "a.gz", "a.txt", "a.npy.zip", "a.npz", ""})
    EXPECT_FALSE(names_array(name)) << name;
}

TEST_F(Samples, OfEveryKindOfFile) {
  const Floats values{1, 2, 3, 4};
  EXPECT_EQ(read({2, 2}, values, table()), values);
  write_file("s.csv", format_csv({"t", "x"}, 2, values));
  EXPECT_EQ(read_samples("s.csv", table()), values);
  write_file("s.TSV.gz", gzip("1\t2\n3\t4\n"));
  EXPECT_EQ(read_samples("s.TSV.gz", table()), values);
}

TEST_F(Samples, AreWithoutTheOriginOfTheData) {
  write_file("s.csv", "1700000001,2\n1700000003,4\n");
  EXPECT_EQ(read_samples("s.csv", table({1700000000, 0})), (Floats{1, 2, 3, 4}));
  EXPECT_EQ(read_samples("s.csv", table({1})),
            (Floats{1700000000, 1, static_cast<float>(1700000002), 3}));
}

TEST_F(Samples, MayHaveTheirChannelsLast) {
  const Floats last{0, 3, 1, 4, 2, 5};  // two channels are no picture, but easy to count
  const Floats first{0, 1, 2, 3, 4, 5};
  const DataSet as_first = images({2, 3, 1}, false), as_last = images({2, 3, 1}, true);
  EXPECT_EQ(read({1, 3, 1, 2}, last, as_first), first);
  EXPECT_EQ(read({1, 3, 1, 2}, last, as_last), first);
  EXPECT_EQ(read({1, 2, 3, 1}, first, as_last), first);
  EXPECT_EQ(read({1, 6}, last, as_last), first);  // rows are as the data are
  EXPECT_EQ(read({1, 6}, first, as_first), first);
  Floats cube(27);
  for (int i = 0; i < 27; ++i) cube[static_cast<size_t>(i)] = static_cast<float>(i);
  EXPECT_EQ(read({1, 3, 3, 3}, cube, images({3, 3, 3}, false)), cube);
  EXPECT_EQ(read({1, 3, 3, 3}, cube, images({3, 3, 3}, true))[1], 3);
}

TEST_F(Samples, OfOtherDataAreRefused) {
  expect_data_error(
      [] {
        read({2, 3}, Floats(6), table());
      },
      "has shape [2, 3], expected [N, 2] like table", "s.npy");
  expect_data_error(
      [] {
        read({2, 2}, {1, 2, NAN, 4}, table());
      },
      "row 1, column 0 (counted from 0) is nan", "s.npy");
  write_file("s.csv", "x,t\n1,2\n");
  expect_data_error(
      [] { read_samples("s.csv", table()); },
      R"(its columns are "x, t", those of table are "t, x"; put them in the same order)", "s.csv");
}

}  // namespace
}  // namespace gan
