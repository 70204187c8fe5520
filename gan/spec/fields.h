#pragma once
/// How plain data describe themselves: a struct lists its fields once, and the TOML reader, the
/// writer, the comparison on resume and `gan info` all walk that list.
///
///   template <class Visitor> void fields(Dense& s, Visitor& v) {
///     v("units", s.units, at_least(1), "outputs");
///   }

#include <limits>
#include <span>
#include <string_view>

namespace gan {

struct Bounds {
  double low = -std::numeric_limits<double>::infinity(),
         high = std::numeric_limits<double>::infinity();
  bool without_low = false;  ///< the lower end itself is not allowed
  bool holds(double x) const { return (without_low ? x > low : x >= low) && x <= high; }
};

constexpr Bounds any() {
  return {};
}
constexpr Bounds at_least(double low) {
  return {.low = low};
}
constexpr Bounds above(double low) {
  return {.low = low, .without_low = true};
}
constexpr Bounds between(double low, double high) {
  return {.low = low, .high = high};
}

/// Off unless a recipe says `true`. Where it is off, it is not written, so that the text of a layer
/// that could have it does not change.
struct Switch {
  bool on = false;
  bool operator==(const Switch&) const = default;
};

using Names = std::span<const std::string_view>;  ///< an enumeration's spellings, in its order

}  // namespace gan
