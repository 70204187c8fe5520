#pragma once
/// Counter-based random streams (Philox-4x32-10; Salmon et al. 2011).
///
/// Every draw is a function of (seed, stream name, step, sample index): nothing is ever saved to
/// resume, and one worker or several draw the same numbers.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gan {

class Stream {
 public:
  explicit Stream(uint64_t seed, std::string_view name = "");

  /// An independent stream below this one.
  Stream child(std::string_view name) const;
  Stream child(uint64_t index) const;

  /// Fills `out`, seen as [samples, per_sample]; sample i is number `first_sample + i` of `step`.
  void uniform(std::span<float> out, int64_t per_sample, uint64_t step,
               uint64_t first_sample = 0) const;  // [0, 1)
  void normal(std::span<float> out, int64_t per_sample, uint64_t step,
              uint64_t first_sample = 0) const;  // N(0, 1)

  /// One 64-bit number: for seeds and picks.
  uint64_t bits(uint64_t step) const;

  /// A uniformly random order of 0 ... n-1 (Fisher-Yates).
  std::vector<int64_t> permutation(int64_t n, uint64_t step) const;

 private:
  struct Key {
    uint64_t value;
  };
  explicit Stream(Key key) : key_(key.value) {}
  uint64_t key_;
};

}  // namespace gan
