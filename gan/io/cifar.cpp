#include "gan/io/cifar.h"

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr size_t kPixels = 3 * 32 * 32, kRecord = 1 + kPixels;
constexpr uint8_t kClasses = 10;

}  // namespace

CifarBatch parse_cifar(std::string_view bytes, std::string_view who) {
  refuse_empty(bytes, who);
  if (bytes.size() % kRecord != 0)
    throw DataError(
        "{}: whole records of {} bytes were expected (a label, then 3 x 32 x 32), the file has {} bytes; download it again",
        who, kRecord, bytes.size());
  CifarBatch batch;
  for (size_t at = 0; at < bytes.size(); at += kRecord) {
    const auto label = static_cast<uint8_t>(bytes[at]);
    if (label >= kClasses)
      throw DataError(
          "{}: record {} (counted from 0) begins with {}, a label from 0 to 9 was expected; it is no binary batch of CIFAR-10",
          who, at / kRecord, label);
    const std::string_view pixels = bytes.substr(at + 1, kPixels);
    batch.labels.push_back(label);
    batch.pixels.insert(batch.pixels.end(), pixels.begin(), pixels.end());
  }
  return batch;
}

std::string format_cifar(const CifarBatch& batch) {
  if (batch.pixels.size() != batch.labels.size() * kPixels)
    throw DataError("format_cifar: {} labels do not fit {} bytes", batch.labels.size(),
                    batch.pixels.size());
  std::string out;
  for (size_t i = 0; i < batch.labels.size(); ++i) {
    const auto pixels = batch.pixels.begin() + static_cast<int64_t>(i * kPixels);
    out += static_cast<char>(batch.labels[i]);
    out.append(pixels, pixels + kPixels);
  }
  return out;
}

}  // namespace gan
