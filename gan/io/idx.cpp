#include "gan/io/idx.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/numbers.h"

namespace gan {
namespace {

constexpr char kUnsignedByte = 0x08;

struct IdxType {
  unsigned char code;
  NumberType type;
};

constexpr IdxType kTypes[] = {{0x08, NumberType::u8},  {0x09, NumberType::i8},
                              {0x0b, NumberType::i16}, {0x0c, NumberType::i32},
                              {0x0d, NumberType::f32}, {0x0e, NumberType::f64}};

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

NumberArray read_idx(ByteReader& in) {
  const std::string& who = in.who();
  const std::string start = in.take(4);
  refuse_empty(start, who);
  if (start.size() < 4 || start[0] != 0 || start[1] != 0) {
    throw DataError("{}: not an IDX file: expected two zero bytes, a type and a rank first, got {}",
                    who, in_quotes(start));
  }
  const auto code = static_cast<unsigned char>(start[2]);
  const auto type = std::ranges::find(kTypes, code, &IdxType::code);
  if (type == std::end(kTypes)) {
    throw DataError(
        "{}: expected an IDX type of 0x08 (unsigned bytes) to 0x0e (float64), got 0x{:02x}; "
        "save the numbers as a .npy",
        who, code);
  }
  const size_t rank = static_cast<unsigned char>(start[3]);
  if (rank == 0)
    throw DataError("{}: expected an IDX array of at least one dimension, got none", who);
  const std::string sizes = in.take(4 * rank);
  if (sizes.size() < 4 * rank) {
    throw DataError(
        "{}: the IDX header of {} dimensions needs {} bytes, the file has {}; download it again",
        who, rank, 4 + 4 * rank, 4 + sizes.size());
  }
  Shape shape;
  for (size_t at = 0; at < sizes.size(); at += 4)
    shape.push_back(load_big(std::string_view(sizes).substr(at)));
  return read_numbers(in, std::move(shape), type->type, true, "IDX");
}

NumberArray parse_idx(std::string_view bytes, std::string_view who) {
  ByteReader in(bytes, who);
  return read_idx(in);
}

std::string format_idx(const IdxArray& array) {
  if (array.shape.empty() || array.shape.size() > kMaxRank) {
    throw DataError("format_idx: expected 1 to {} dimensions, got {}", kMaxRank,
                    array.shape.size());
  }
  std::string out{'\0', '\0', kUnsignedByte, static_cast<char>(array.shape.size())};
  for (const int64_t size : array.shape) {
    if (size < 0 || size > kMaxSize) {
      throw DataError("format_idx: dimension {} is not in 0 .. {}", size, kMaxSize);
    }
    append_big(out, size);
  }
  if (byte_count(array.shape, 1) != static_cast<int64_t>(array.data.size())) {
    throw DataError("format_idx: shape {} does not fit {} bytes", shape_text(array.shape),
                    array.data.size());
  }
  return out.append(array.data.begin(), array.data.end());
}

}  // namespace gan
