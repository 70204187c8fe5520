#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>

#include "gan/core/files.h"
#include "gan/data/dataset.h"
#include "gan/data/testing.h"
#include "gan/io/bytes.h"
#include "gan/io/cifar.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"
#include "gan/io/testing.h"

#include "gan/data/published_testing.h"

namespace gan {
namespace {

TEST_F(Sources, FolderOfIdxFiles) {
  write_idx("digits", 12, 5);
  for (const char* spelt : {"digits", "digits/", "./digits"}) {
    const DataSet data = open_data(spelt);
    EXPECT_EQ(data.name, "digits");
    EXPECT_TRUE(data.image);
    EXPECT_EQ(data.train.shape(), (Shape{2, 2}));
    EXPECT_TRUE(data.train.bytes());
    EXPECT_EQ(firsts(data.train), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(firsts(data.valid), (std::vector<float>{10, 11}));
    EXPECT_EQ(data.test.size(), 5);
    EXPECT_EQ(data.low, 0);
    EXPECT_EQ(data.high, 255);
    EXPECT_EQ(data.hash, content_hash(data));
    EXPECT_EQ(data.toy, nullptr);
  }
  EXPECT_EQ(open_data(folder_ / "digits").name, "digits");
}

TEST_F(Sources, GzippedAndDottedSpellings) {
  write_idx("digits", 12, 5);
  const std::string hash = open_data("digits").hash;
  for (const char* name : {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    write_file(fs::path("digits") / (std::string(name) + ".gz"),
               gzip(read_file(fs::path("digits") / name)));
    fs::remove(fs::path("digits") / name);
  }
  fs::rename("digits/train-labels-idx1-ubyte", "digits/train-labels.idx1-ubyte");
  write_file("digits/t10k-images.idx3-ubyte.gz", gzip(images(5)));
  fs::remove("digits/t10k-images-idx3-ubyte");
  EXPECT_EQ(open_data("digits").hash, hash);
}

TEST_F(Sources, MnistSizesSplitAsUsual) {
  write_idx("digits", 60'000, 10'000, 1);
  const DataSet data = open_data("digits");
  EXPECT_EQ(data.train.size(), 50'000);
  EXPECT_EQ(data.valid.size(), 10'000);
  EXPECT_EQ(data.test.size(), 10'000);
  EXPECT_EQ(firsts(data.valid).front(), 50'000 % 256);
}

TEST_F(Sources, SplitOfImagesCanBeChosen) {
  write_idx("digits", 12, 5);
  DataSet data = open_data("digits", {}, {3, 4});
  EXPECT_EQ(firsts(data.train), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(firsts(data.valid), (std::vector<float>{8, 9, 10, 11}));
  data = open_data("digits", {}, {11, 0});  // what trains is not what chooses
  EXPECT_EQ(firsts(data.valid), std::vector<float>{11});
  data = open_data("digits", {}, {0, 9});
  EXPECT_EQ(firsts(data.train), (std::vector<float>{0, 1, 2}));
  data = open_data("digits", {}, {8, 4});
  EXPECT_EQ(data.train.size() + data.valid.size(), 12);
  EXPECT_NE(data.hash, open_data("digits").hash);
  for (const SplitSizes wrong :
       {SplitSizes{9, 4}, SplitSizes{12, 0}, SplitSizes{0, 12}, SplitSizes{13, 0}})
    expect_usage_error([&] { open_data("digits", {}, wrong); }, "there are 12 examples");
  expect_usage_error(
      [&] {
        open_data("digits", {}, {INT64_MAX, INT64_MAX});
      },
      "there are 12 examples");
  expect_usage_error([&] { open_data("digits", {}, {-1, 0}); }, "train = -1");
}

TEST_F(Sources, DamagedIdxFoldersSayWhatIsWrong) {
  const auto open = [] { open_data("digits"); };
  fs::create_directory("digits");
  write_file("digits/t10k-labels-idx1-ubyte", labels(5));
  expect_data_error(open, "train-images-idx3-ubyte[.gz] is missing", "digits");
  write_idx("digits", 12, 5);
  write_file("digits/train-labels-idx1-ubyte", labels(11));
  expect_data_error(open, "11 labels for the 12 images of train-images",
                    "digits/train-labels-idx1-ubyte");
  write_idx("digits", 12, 5);
  write_file("digits/t10k-images-idx3-ubyte", images(5, 3));
  expect_data_error(open, "images of 2 x 2 to train and of 3 x 3 to test on", "digits");
  write_file("digits/t10k-images-idx3-ubyte", labels(5));
  expect_data_error(open, "images [N, height, width] were expected, the array in it is [5]",
                    "digits/t10k-images-idx3-ubyte");
  write_file("digits/t10k-images-idx3-ubyte", "");
  expect_data_error(open, "is empty", "digits/t10k-images-idx3-ubyte");
  write_file("digits/t10k-images-idx3-ubyte", "text");
  expect_data_error(open, "", "digits/t10k-images-idx3-ubyte");
  write_idx("digits", 12, 0);
  expect_data_error(open, "no images", "digits/t10k-images-idx3-ubyte");
  write_idx("digits", 1, 5);
  expect_data_error(open, "at least 2 images", "digits/train-images-idx3-ubyte");
  fs::remove("digits/t10k-labels-idx1-ubyte");
  expect_data_error(open, "t10k-labels-idx1-ubyte[.gz] is missing", "digits");
}

TEST_F(Sources, Cifar10) {
  write_cifar("data/cifar-10-batches-bin", 2);  // as its archive unpacks
  const DataSet data = open_data("cifar10");
  EXPECT_EQ(data.name, "cifar10");
  EXPECT_TRUE(data.image);
  EXPECT_TRUE(data.train.bytes());
  EXPECT_EQ(data.train.shape(), (Shape{3, 32, 32}));
  EXPECT_EQ(firsts(data.train), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(firsts(data.valid), (std::vector<float>{8, 9}));
  EXPECT_EQ(firsts(data.test), (std::vector<float>{10, 11}));
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 255);
  const std::vector<float> image = data.train.rows(3, 1);
  EXPECT_EQ(image[1023], 3);
  EXPECT_EQ(image[1024], 100);
  EXPECT_EQ(image[3071], 200);
  EXPECT_EQ(firsts(open_data("cifar10", {}, {3, 1}).train), (std::vector<float>{0, 1, 2}));

  const DataSet folder = open_data("data/cifar-10-batches-bin");  // any folder that holds them
  EXPECT_EQ(folder.hash, data.hash);
  write_cifar("given/cifar10", 3);
  EXPECT_EQ(open_data("cifar10", "given").test.size(), 3);
  EXPECT_EQ(open_data("cifar10", "given/cifar10").test.size(), 3);
}

TEST_F(Sources, DamagedCifarFoldersSayWhatIsWrong) {
  const auto open = [] { open_data("cifar10"); };
  if (!fs::exists("/usr/share/datasets/cifar10"))
    expect_data_error(
        open,
        "not found in ./data/cifar10, ./data/cifar-10-batches-bin, /usr/share/datasets/cifar10",
        "cifar10");
  write_cifar("data/cifar10", 1);
  const std::string bytes = read_file("data/cifar10/data_batch_3.bin");
  write_file("data/cifar10/data_batch_3.bin", bytes.substr(0, 3000));
  expect_data_error(open, "the file has 3000 bytes; download it again",
                    "./data/cifar10/data_batch_3.bin");
  write_file("data/cifar10/data_batch_3.bin", std::string(3073, '\x7f'));
  expect_data_error(open, "begins with 127", "./data/cifar10/data_batch_3.bin");
  write_file("data/cifar10/data_batch_3.bin", "");
  expect_data_error(open, "is empty", "./data/cifar10/data_batch_3.bin");
  fs::remove("data/cifar10/data_batch_3.bin");
  expect_data_error(open, "data_batch_3.bin is missing; the binary version of CIFAR-10 holds",
                    "./data/cifar10");
}

TEST_F(Sources, NamesAreLookedForInOrder) {
  write_idx("data/mnist", 12, 1);
  EXPECT_EQ(open_data("mnist").test.size(), 1);
  write_idx("environment/mnist", 12, 2);
  setenv("GAN_DATA", "environment", 1);
  EXPECT_EQ(open_data("mnist").test.size(), 2);
  write_idx("given/mnist", 12, 3);
  const DataSet data = open_data("mnist", "given");
  EXPECT_EQ(data.test.size(), 3);
  EXPECT_EQ(data.name, "mnist");
  EXPECT_NE(data.description.find("given/mnist"), data.description.npos);
  EXPECT_EQ(open_data("mnist", "given/mnist").test.size(), 3);  // the folder itself
  EXPECT_EQ(open_data("mnist", "given/mnist/").test.size(), 3);
  EXPECT_EQ(open_data("mnist", "no such folder").test.size(), 2);
}

TEST_F(Sources, AHalfEmptyFolderIsNotPassedOver) {
  write_idx("data/mnist", 12, 1);
  write_idx("given/mnist", 12, 3);
  fs::remove("given/mnist/t10k-labels-idx1-ubyte");
  expect_data_error([] { open_data("mnist", "given"); }, "is missing", "given/mnist");
}

TEST_F(Sources, AMissingNameSaysWhereItLookedAndWhatToDo) {
  if (!fs::exists("/usr/share/datasets/mnist")) {
    setenv("GAN_DATA", "environment", 1);
    const auto open = [] { open_data("mnist", "given"); };
    expect_data_error(
        open,
        "not found in given/mnist, environment/mnist, ./data/mnist, /usr/share/datasets/mnist; "
        "put the four IDX files (train-images-idx3-ubyte.gz ...) in ./data/mnist",
        "mnist");
  }
  if (!fs::exists("/usr/share/datasets/fashion-mnist"))
    expect_data_error([] { open_data("fashion-mnist"); }, "apt install dataset-fashion-mnist",
                      "fashion-mnist");
}

TEST_F(Sources, UnknownDataIsAUsageErrorUnlessItLooksLikeAPath) {
  expect_usage_error([] { open_data("minst"); }, "data 'minst': not a file or folder here");
  expect_usage_error([] { open_data("minst"); }, "(did you mean 'mnist'?)");
  expect_usage_error([] { open_data("fashionmnist"); }, "(did you mean 'fashion-mnist'?)");
  expect_usage_error([] { open_data("toyring8"); }, "(did you mean 'toy:ring8'?)");
  expect_usage_error([] { open_data("toy:ring"); }, "(did you mean 'ring8'?)");
  expect_usage_error([] { open_data(""); }, "toy:swissroll");
  expect_data_error([] { open_data("minst.npy"); }, "no such file", "minst.npy");
  expect_data_error([] { open_data("some/where"); }, "no such file", "some/where");
  write_file("notes.txt", "x");
  expect_data_error([] { open_data("notes.txt"); },
                    "a .npy, .csv or .tsv file (or one of them with .gz), a folder", "notes.txt");
}

TEST_F(Sources, PicturesAndArchivesAreNamed) {
  const auto refused = [](const char* name, std::string_view part) {
    write_file(name, "x");
    expect_data_error([&] { open_data(name); }, part, name);
  };
  refused("a.PNG", "one picture is no data set: give the folder that it lies in");
  refused("a.jpg", "one picture is no data set");
  refused("a.tar", "ZIP files of pictures can be read: unpack it first");
  refused("a.zip", "is no whole ZIP archive");
  refused("a.npz", "save one of its arrays");
  fs::create_directory("texts");
  const auto open = [] { open_data("texts"); };
  expect_data_error(open,
                    "a folder of pictures (PNG, JPEG, WebP, GIF, BMP), of the four IDX files "
                    "(train-images-idx3-ubyte.gz ...) or of CIFAR-10's six (data_batch_1.bin ...) "
                    "was expected, and it holds none",
                    "texts");
  for (const char* name : {"texts/1.doc", "texts/2.DOC", "texts/about.txt"}) write_file(name, "x");
  expect_data_error(open, "was expected, it holds 2 .doc files", "texts");
}

TEST_F(Sources, PipesAreNotWaitedFor) {
  for (const char* name : {"pipe", "pipe.npy", "pipe.csv"}) ASSERT_EQ(mkfifo(name, 0600), 0);
  expect_data_error([] { open_data("pipe.npy"); }, "is a pipe or a device", "pipe.npy");
  expect_data_error([] { open_data("pipe.csv"); }, "is a pipe or a device", "pipe.csv");
  expect_data_error([] { open_data("./pipe"); }, "is a pipe or a device", "./pipe");
}

/// Images of `type` that hold i everywhere, i from 0 on.
std::string typed_images(char type, int64_t n, double scale) {
  std::string out = std::string("\0\0", 2) + type + '\3';
  for (const int64_t size : {n, int64_t{1}, int64_t{2}})
    out += {'\0', '\0', '\0', static_cast<char>(size)};
  for (int64_t i = 0; i < 2 * n; ++i) {
    std::string bytes;
    const double value = static_cast<double>(i / 2) * scale;
    if (type == '\x0b')
      append_little(bytes, static_cast<int16_t>(value));
    else
      append_little(bytes, value);
    out.append(bytes.rbegin(), bytes.rend());
  }
  return out;
}

TEST_F(Sources, IdxOfOtherNumbers) {
  write_idx("digits", 12, 5);
  const auto opened = [](char type, double scale) {
    write_file("digits/train-images-idx3-ubyte", typed_images(type, 12, scale));
    write_file("digits/t10k-images-idx3-ubyte", typed_images(type, 5, scale));
    return open_data("digits");
  };
  DataSet data = opened('\x0b', 20);
  EXPECT_TRUE(data.train.bytes());  // whole numbers from 0 to 255, as of bytes
  EXPECT_EQ(data.high, 255);
  EXPECT_EQ(data.train.shape(), (Shape{1, 2}));
  EXPECT_EQ(firsts(data.train), (std::vector<float>{0, 20, 40, 60, 80, 100, 120, 140, 160, 180}));
  data = opened('\x0b', 1000);
  EXPECT_FALSE(data.train.bytes());
  EXPECT_EQ(data.low, 0);
  EXPECT_EQ(data.high, 11'000);
  data = opened('\x0e', 1.0 / 16);
  EXPECT_EQ(data.high, 1);
  EXPECT_EQ(firsts(data.valid), (std::vector<float>{10 / 16.F, 11 / 16.F}));
  EXPECT_EQ(firsts(data.test)[4], 4 / 16.F);
  const auto no_numbers = [&] { opened('\x0e', NAN); };
  expect_data_error(no_numbers, "row 0, column [0, 0] (counted from 0) is",
                    "digits/train-images-idx3-ubyte");
}

TEST_F(Sources, Toys) {
  const DataSet data = open_data("toy:ring8");
  EXPECT_EQ(data.name, "toy:ring8");
  EXPECT_EQ(data.train.size(), 100'000);
  EXPECT_EQ(data.valid.size(), 10'000);
  EXPECT_EQ(data.test.size(), 10'000);
  EXPECT_EQ(data.train.shape(), Shape{2});
  EXPECT_NE(data.valid.rows(0, 10'000), data.test.rows(0, 10'000));
  EXPECT_NE(data.valid.rows(0, 10'000), data.train.rows(0, 10'000));
  EXPECT_NE(data.test.rows(0, 10'000), data.train.rows(0, 10'000));
  EXPECT_NEAR(data.low, -2.07, .04);  // four to six deviations beyond the modes
  EXPECT_NEAR(data.high, 2.07, .04);
  EXPECT_EQ(data.toy->name(), "ring8");
  EXPECT_EQ(data.judging().factor, std::vector<float>{1});
  const DataSet fewer = open_data("toy:ring8", {}, {100, 10});
  EXPECT_EQ(fewer.train.rows(0, 100), data.train.rows(0, 100));
  EXPECT_EQ(fewer.valid.size(), 10);
  expect_usage_error([] { open_data("toy:ring8", {}, {-1, 0}); }, "train = -1");
  expect_usage_error([] { open_data("toy:ring8", {}, {0, INT64_MAX}); }, "up to 100000000");
}

}  // namespace
}  // namespace gan
