#pragma once
/// Numbers of every type that the binary formats hold.

#include <cstdint>
#include <string_view>

#include "gan/io/array.h"
#include "gan/io/reader.h"

namespace gan {

enum class NumberType { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };

int64_t size_of(NumberType type);  ///< bytes of one number

/// Collects numbers one by one, in float32 as long as that keeps each of them, else in float64.
class NumberCollector {
 public:
  /// Memory for so many. Nothing of it is touched before there are numbers for it.
  void reserve(int64_t count) { floats_.reserve(static_cast<size_t>(count)); }
  void add(double x) {
    const auto narrow = static_cast<float>(x);
    if (!wide_ && (narrow == x || x != x)) return floats_.push_back(narrow);
    if (!wide_) widen();
    doubles_.push_back(x);
  }
  /// A whole number that `x` does not hold exactly.
  void add_rounded(double x) {
    if (first_rounded_ < 0) first_rounded_ = size();
    add(x);
  }
  int64_t size() const { return static_cast<int64_t>(wide_ ? doubles_.size() : floats_.size()); }
  NumberArray finish(Shape shape) &&;

 private:
  void widen();

  bool wide_ = false;
  std::vector<float> floats_;
  std::vector<double> doubles_;
  int64_t first_rounded_ = -1;
};

/// The product(shape) numbers that are all of what `in` still holds, block by block.
/// `format` names the kind of file in errors. @throws DataError when there are more or fewer
NumberArray read_numbers(ByteReader& in, Shape shape, NumberType type, bool big_endian,
                         std::string_view format);

}  // namespace gan
