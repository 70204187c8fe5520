#pragma once
/// Memory that begins at a cache line: a vector register's load then never touches two.

#include <cstddef>
#include <new>
#include <vector>

namespace gan::kernels {

constexpr size_t kCacheLine = 64;  // bytes

template <class T>
struct AtCacheLine {
  using value_type = T;
  AtCacheLine() = default;
  template <class U>
  AtCacheLine(const AtCacheLine<U>&) {}
  T* allocate(size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kCacheLine}));
  }
  void deallocate(T* p, size_t) { ::operator delete (p, std::align_val_t{kCacheLine}); }
  bool operator==(const AtCacheLine&) const { return true; }
};

template <class T>
using Aligned = std::vector<T, AtCacheLine<T>>;

}  // namespace gan::kernels
