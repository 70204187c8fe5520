#include "gan/io/idx.h"

#include <limits>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr char kUnsignedByte = 0x08;
constexpr size_t kMaxRank = 255;
constexpr int64_t kMaxSize = std::numeric_limits<uint32_t>::max();

int64_t load_big(std::string_view bytes) {
  uint32_t value = 0;
  for (const unsigned char byte : bytes.substr(0, 4)) value = value << 8 | byte;
  return value;
}

void append_big(std::string& out, int64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

}  // namespace

IdxArray parse_idx(std::string_view bytes, std::string_view who) {
  refuse_empty(bytes, who);
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) {
    throw DataError("{}: not an IDX file: expected two zero bytes, a type and a rank first, got {}", who,
                    in_quotes(bytes.substr(0, 4)));
  }
  if (bytes[2] != kUnsignedByte) {
    throw DataError("{}: expected IDX type 0x08 (unsigned bytes), got 0x{:02x}; save other numbers as a .npy", who,
                    static_cast<unsigned char>(bytes[2]));
  }
  const size_t rank = static_cast<unsigned char>(bytes[3]);
  const size_t header = 4 + 4 * rank;
  if (rank == 0) throw DataError("{}: expected an IDX array of at least one dimension, got none", who);
  if (bytes.size() < header) {
    throw DataError("{}: the IDX header of {} dimensions needs {} bytes, the file has {}; download it again",
                    who, rank, header, bytes.size());
  }
  IdxArray array;
  for (size_t at = 4; at < header; at += 4) array.shape.push_back(load_big(bytes.substr(at)));
  const std::string_view data = bytes.substr(header);
  const auto expected = byte_count(array.shape, 1);
  if (!expected) throw DataError("{}: no file can hold the IDX shape {}; download it again", who, shape_text(array.shape));
  if (*expected != static_cast<int64_t>(data.size())) {
    throw DataError("{}: the IDX shape {} needs {} bytes after the header, the file has {}; download it again",
                    who, shape_text(array.shape), *expected, data.size());
  }
  array.data.assign(data.begin(), data.end());
  return array;
}

std::string format_idx(const IdxArray& array) {
  if (array.shape.empty() || array.shape.size() > kMaxRank) {
    throw DataError("format_idx: expected 1 to {} dimensions, got {}", kMaxRank, array.shape.size());
  }
  std::string out{'\0', '\0', kUnsignedByte, static_cast<char>(array.shape.size())};
  for (const int64_t size : array.shape) {
    if (size < 0 || size > kMaxSize) {
      throw DataError("format_idx: dimension {} is not in 0 .. {}", size, kMaxSize);
    }
    append_big(out, size);
  }
  if (byte_count(array.shape, 1) != static_cast<int64_t>(array.data.size())) {
    throw DataError("format_idx: shape {} does not fit {} bytes", shape_text(array.shape), array.data.size());
  }
  return out.append(array.data.begin(), array.data.end());
}

}  // namespace gan
