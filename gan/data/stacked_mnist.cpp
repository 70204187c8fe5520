#include <algorithm>
#include <array>
#include <memory>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/data/readers.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDigits = 3, kTrain = 128'000, kValid = 10'000, kTest = 26'000;
constexpr int64_t kMost = 1'000'000;  // 2.4 GB of bytes

/// n stacks of three of `digits`, each drawn with replacement.
Examples stacked(const Examples& digits, int64_t n, const Stream& stream) {
  const Shape& image = digits.shape();
  std::vector<uint8_t> bytes;
  bytes.reserve(static_cast<size_t>(n * kDigits * digits.dim()));
  const auto among = static_cast<uint64_t>(digits.size());
  for (int64_t i = 0; i < n * kDigits; ++i) {
    const auto chosen = static_cast<int64_t>(stream.bits(static_cast<uint64_t>(i)) % among);
    const std::span<const std::byte> raw = digits.raw(chosen);
    const auto* first = reinterpret_cast<const uint8_t*>(raw.data());
    bytes.insert(bytes.end(), first, first + raw.size());
  }
  return Examples({kDigits, image[0], image[1]}, std::move(bytes));
}

int64_t wanted(const char* split, int64_t asked, int64_t usual) {
  if (asked < 0 || asked > kMost)
    throw UsageError("stacked-mnist: {} = {}: a number of stacks up to {} was expected", split,
                     asked, kMost);
  return asked > 0 ? asked : usual;
}

}  // namespace

DataSet read_stacked_mnist(const fs::path& folder, SplitSizes split) {
  const int64_t train = wanted("train", split.train, kTrain);
  const int64_t valid = wanted("valid", split.valid, kValid);
  auto digits = std::make_shared<DataSet>(read_idx_folder(folder, {}));
  if (!digits->train.bytes() || digits->classes.size() != 10 || digits->test.size() == 0)
    throw DataError(
        "{}: stacked-mnist is made of images of ten digits, as bytes, some of them to test on",
        folder.string());
  digits->name = "mnist";
  digits->hash = content_hash(*digits);
  const Stream stream(0, "stacked-mnist");
  DataSet data;
  data.description = folder.string() + ", three random digits to an image";
  data.image = true;
  data.low = digits->low;
  data.high = digits->high;
  data.train = stacked(digits->train, train, stream.child("train"));
  data.valid = stacked(digits->valid, valid, stream.child("valid"));
  data.test = stacked(digits->test, kTest, stream.child("test"));
  data.stacked_from = std::move(digits);
  return data;
}

}  // namespace gan
