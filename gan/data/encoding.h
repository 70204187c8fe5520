#pragma once
/// What turns examples in their own units into the numbers that networks see, and back.

#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace gan {

/// scaled = (own - offset) * factor, per dimension or one for all (length dim or 1).
struct Scaling {
  std::vector<float> offset{0}, factor{1};
  void apply(std::span<float> values) const;   ///< own units -> scaled, in place; [n, dim]
  void invert(std::span<float> values) const;  ///< scaled -> own units
};

enum class Scale {
  unit,       ///< [0, 1], from the data's range (0 and 255 for bytes)
  symmetric,  ///< [-1, 1]
  standard,   ///< mean 0, deviation 1, per dimension, from the training split
  none,
  gcn,  ///< mean 0 and a given L2 norm, per example, of data that contrast_normalised gave
};

/// Of examples that lie one after the other. Scaling is the only kind so far.
class Encoding {
 public:
  Encoding() = default;  ///< leaves values as they are
  Encoding(Scaling scaling) : kind_(std::move(scaling)) {}

  std::vector<float> encode(std::vector<float> own) const;  ///< own units -> as networks see them
  std::vector<float> decode(std::vector<float> encoded) const;  ///< and back

  Scaling& scaling() { return std::get<Scaling>(kind_); }
  const Scaling& scaling() const { return std::get<Scaling>(kind_); }

 private:
  std::variant<Scaling> kind_;
};

}  // namespace gan
