#include "gan/io/cifar.h"

#include <numeric>

#include "gan/io/testing.h"

namespace gan {
namespace {

CifarBatch two() {
  CifarBatch batch{{3, 9}, std::vector<uint8_t>(2 * 3072)};
  std::iota(batch.pixels.begin(), batch.pixels.end(), uint8_t{0});
  return batch;
}

TEST(Cifar, IsALabelAndThreePlanesARecord) {
  const std::string bytes = format_cifar(two());
  ASSERT_EQ(bytes.size(), 2 * 3073u);
  EXPECT_EQ(bytes[0], 3);
  EXPECT_EQ(bytes[1 + 1024 + 5], 5);  // green, row 0, column 5: 1,024 is 0 modulo 256
  EXPECT_EQ(bytes[3073], 9);
  const CifarBatch batch = parse_cifar(bytes, kWho);
  EXPECT_EQ(batch.labels, two().labels);
  EXPECT_EQ(batch.pixels, two().pixels);
}

TEST(Cifar, RefusesWhatIsNotABatch) {
  const auto refused = [](const std::string& bytes, std::string_view part) {
    expect_data_error([&] { parse_exact(bytes, [](std::string_view b) { parse_cifar(b, kWho); }); },
                      part);
  };
  const std::string bytes = format_cifar(two());
  refused("", "is empty");
  refused(
      bytes.substr(0, 6145),
      "whole records of 3073 bytes were expected (a label, then 3 x 32 x 32), the file has 6145 bytes; download it again");
  refused(bytes + "x", "the file has 6147 bytes");
  refused(bytes.substr(0, 3072), "the file has 3072 bytes");
  std::string damaged = bytes;
  damaged[3073] = 10;
  refused(damaged, "record 1 (counted from 0) begins with 10, a label from 0 to 9 was expected");
}

}  // namespace
}  // namespace gan
