#include "gan/io/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr size_t kBlock = 1 << 18;  // bytes; a multiple of every size

/// IEEE 754-2008, binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
struct Half {
  uint16_t bits;
  explicit operator double() const {
    const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 0x1f)
      return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024 + fraction, exponent - 25);
  }
};

template <class T>
T load(const char* at, bool big_endian) {
  char bytes[sizeof(T)];
  std::copy_n(at, sizeof(T), bytes);
  if (big_endian) std::reverse(bytes, bytes + sizeof(T));
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/// Whether the whole number `value`, rounded to `x`, is still itself.
template <class T>
bool survives(T value, double x) {
  return x < std::ldexp(1.0, std::numeric_limits<T>::digits) && static_cast<T>(x) == value;
}

template <class T>
void collect(std::string_view bytes, bool big_endian, NumberCollector& out) {
  for (size_t i = 0; i < bytes.size(); i += sizeof(T)) {
    const T value = load<T>(bytes.data() + i, big_endian);
    const auto x = static_cast<double>(value);
    if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
      if (!survives(value, x)) {
        out.add_rounded(x);
        continue;
      }
    }
    out.add(x);
  }
}

struct Type {
  NumberType type;
  int64_t size;
  void (*collect)(std::string_view bytes, bool big_endian, NumberCollector& out);
};

template <class T>
constexpr Type row(NumberType type) {
  return {type, sizeof(T), collect<T>};
}

constexpr Type kTypes[] = {
    row<uint8_t>(NumberType::u8),   row<int8_t>(NumberType::i8),    row<uint16_t>(NumberType::u16),
    row<int16_t>(NumberType::i16),  row<uint32_t>(NumberType::u32), row<int32_t>(NumberType::i32),
    row<uint64_t>(NumberType::u64), row<int64_t>(NumberType::i64),  row<Half>(NumberType::f16),
    row<float>(NumberType::f32),    row<double>(NumberType::f64)};

const Type& type_of(NumberType type) {
  return *std::ranges::find(kTypes, type, &Type::type);
}

/// How much a reader holds beyond its header, or what can be said of it.
std::string amount(const ByteReader& in) {
  return fmt::format("{}{}", in.is_gzip() ? "at most " : "", in.most_left());
}

}  // namespace

int64_t size_of(NumberType type) {
  return type_of(type).size;
}

void NumberCollector::widen() {
  doubles_.reserve(floats_.capacity());
  doubles_.assign(floats_.begin(), floats_.end());
  floats_ = {};
  wide_ = true;
}

NumberArray NumberCollector::finish(Shape shape) && {
  if (wide_) return {std::move(shape), std::move(doubles_), first_rounded_};
  return {std::move(shape), std::move(floats_), first_rounded_};
}

NumberArray read_numbers(ByteReader& in, Shape shape, NumberType type, bool big_endian,
                         std::string_view format) {
  const auto needed = byte_count(shape, size_of(type));
  if (!needed || (*needed == 0 && !byte_count(shape, sizeof(double)))) {
    throw DataError("{}: no file can hold the {} shape {}; copy it again", in.who(), format,
                    shape_text(shape));
  }
  const auto complain = [&](const std::string& got) {
    throw DataError(
        "{}: the {} shape {} needs {} bytes after the header, the file has {}; copy or download it "
        "again",
        in.who(), format, shape_text(shape), *needed, got);
  };
  const bool fits = in.is_gzip() ? *needed <= in.most_left() : *needed == in.most_left();
  if (!fits) complain(amount(in));

  const bool bytes = type == NumberType::u8;
  std::vector<uint8_t> raw;
  NumberCollector collector;
  if (bytes)
    raw.reserve(static_cast<size_t>(*needed));
  else
    collector.reserve(*needed / size_of(type));
  std::vector<char> block(std::min(kBlock, static_cast<size_t>(*needed)));
  for (int64_t done = 0; done < *needed;) {
    const size_t wanted = std::min(block.size(), static_cast<size_t>(*needed - done));
    const size_t got = in.read({block.data(), wanted});
    if (got < wanted) complain(fmt::format("{}", done + static_cast<int64_t>(got)));
    if (bytes)
      raw.insert(raw.end(), block.begin(), block.begin() + static_cast<int64_t>(got));
    else
      type_of(type).collect({block.data(), got}, big_endian, collector);
    done += static_cast<int64_t>(got);
  }
  char beyond = 0;
  if (in.read({&beyond, 1}) != 0) complain("more");  // and gzip's checksum has been compared
  if (bytes) return {std::move(shape), std::move(raw)};
  return std::move(collector).finish(std::move(shape));
}

}  // namespace gan
