#include "gan/kernels/patches.h"

#include <cstring>

#include "gan/core/clones.h"
#include "gan/kernels/elementary.h"

namespace gan::kernels {
namespace {

/// What of a kernel's line lies on the image.
struct Overlap {
  int64_t skipped, count, at;  ///< columns before it; columns in it; its first column of the image
};
GAN_INLINE Overlap overlap(const Sliding& s, int64_t column) {
  const int64_t at = column * s.stride - s.pad;
  const int64_t skipped = at < 0 ? -at : 0;
  const int64_t end = at + s.kernel < s.width ? at + s.kernel : s.width;
  const int64_t count = end - at - skipped;
  return {skipped < s.kernel ? skipped : s.kernel, count > 0 ? count : 0, at + skipped};
}

/// Shorter ones are not worth a call. (GCC makes no vectors of loops over structures.)
constexpr int64_t kWorthACall = 16;

template <class T>
GAN_INLINE void clear(T* out, int64_t n) {
  if (n >= kWorthACall)
    std::memset(out, 0, static_cast<size_t>(n) * sizeof(T));
  else
    for (int64_t i = 0; i < n; ++i) out[i] = T{};
}
template <class T>
GAN_INLINE void copy(const T* from, T* out, int64_t n) {
  if (n >= kWorthACall)
    std::memcpy(out, from, static_cast<size_t>(n) * sizeof(T));
  else
    for (int64_t i = 0; i < n; ++i) out[i] = from[i];
}

template <class T>
GAN_INLINE void gather_line(const Sliding& s, const void* image_, int64_t row, void* out_) {
  const T* image = static_cast<const T*>(image_);
  T* out = static_cast<T*>(out_);
  const int64_t n = s.channels / s.groups;
  for (int64_t column = 0; column < s.columns; ++column) {
    const Overlap o = overlap(s, column);
    for (int64_t group = 0; group < s.groups; ++group)
      for (int64_t line = 0; line < s.kernel; ++line, out += s.kernel * n) {
        const int64_t y = row * s.stride - s.pad + line;
        if (y < 0 || y >= s.height || o.count == 0) {
          clear(out, s.kernel * n);
          continue;
        }
        const T* from = image + (y * s.width + o.at) * s.channels + group * n;
        clear(out, o.skipped * n);
        if (s.groups == 1)
          copy(from, out + o.skipped * n, o.count * n);
        else
          for (int64_t i = 0; i < o.count; ++i)
            copy(from + i * s.channels, out + (o.skipped + i) * n, n);
        clear(out + (o.skipped + o.count) * n, (s.kernel - o.skipped - o.count) * n);
      }
  }
}
GAN_BOTH(gather_line, (const Sliding& s, const void* image, int64_t row, void* out),
         (s, image, row, out))

GAN_INLINE void add(const float* from, float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i];
}

GAN_CLONES void scatter_line(const Sliding& s, const float* patches, int64_t row, float* image) {
  const int64_t n = s.channels / s.groups;
  for (int64_t column = 0; column < s.columns; ++column) {
    const Overlap o = overlap(s, column);
    for (int64_t group = 0; group < s.groups; ++group)
      for (int64_t line = 0; line < s.kernel; ++line, patches += s.kernel * n) {
        const int64_t y = row * s.stride - s.pad + line;
        if (y < 0 || y >= s.height || o.count == 0) continue;
        float* to = image + (y * s.width + o.at) * s.channels + group * n;
        const float* from = patches + o.skipped * n;
        if (s.groups == 1)
          add(from, to, o.count * n);
        else
          for (int64_t i = 0; i < o.count; ++i) add(from + i * n, to + i * s.channels, n);
      }
  }
}

}  // namespace

void gather_patches(Format precision, const Sliding& s, const void* images, int64_t first,
                    int64_t lines, void* out) {
  for (int64_t i = first; i < first + lines; ++i) GAN_PICK(gather_line)
  (s, at_element(precision, images, i / s.rows * s.image()), i % s.rows,
   at_element(precision, out, (i - first) * s.columns * s.patch()));
}

void scatter_patches(const Sliding& s, const float* patches, int64_t first, int64_t lines,
                     float* images) {
  for (int64_t i = first; i < first + lines; ++i)
    scatter_line(s, patches + (i - first) * s.columns * s.patch(), i % s.rows,
                 images + i / s.rows * s.image());
}

}  // namespace gan::kernels
