#include "gan/kernels/passes.h"

#include <cstring>

#include "gan/kernels/elementary.h"

namespace gan::kernels {
namespace {

/// The two forms of every loop: with a mask and without. Selects are between constants, or it would
/// become branches.
struct All {
  GAN_INLINE float operator()(int64_t) const { return 1.0f; }
};
struct Kept {
  const uint8_t* keep;
  float scale;
  GAN_INLINE float operator()(int64_t i) const { return keep[i] ? scale : 0.0f; }
};
#define GAN_MASKED(mask, loop)           \
  if (mask.keep)                         \
    loop((Kept{mask.keep, mask.scale})); \
  else                                   \
    loop(All{})

template <class T>
GAN_INLINE void convert_row(int64_t n, const float* x, float factor, Mask mask, bool twice,
                            void* out) {
  const float f = mask.keep && twice ? factor * mask.scale : factor;
  const auto loop = [&](auto times) GAN_LAMBDA {
    for (int64_t i = 0; i < n; ++i) store(static_cast<T*>(out), i, f * x[i] * times(i));
  };
  GAN_MASKED(mask, loop);
}
GAN_BOTH(convert_row, (int64_t n, const float* x, float factor, Mask mask, bool twice, void* out),
         (n, x, factor, mask, twice, out))

constexpr float kSixth = 1.0f / 6;       // the slope of the hard sigmoid
constexpr float kAlmostOne = 1 - 1e-6f;  // a mask's scale and its inverse may make that of 1

template <class T, class Times>
GAN_INLINE void activate_loop(int64_t n, const float* a, const float* bias, Unit unit, Times times,
                              T* out) {
  const float slope = unit.slope;
  switch (unit.kind) {
    case Unit::Kind::piecewise:
      for (int64_t i = 0; i < n; ++i) {
        const float x = a[i] + bias[i], low = slope * x;  // slope is at most 1
        store(out, i, (x > low ? x : low) * times(i));
      }
      return;
    case Unit::Kind::sigmoid:
      for (int64_t i = 0; i < n; ++i)
        store(out, i, times(i) / (1 + exponential(-(a[i] + bias[i]))));
      return;
    case Unit::Kind::hard_sigmoid:
      for (int64_t i = 0; i < n; ++i) {
        const float line = (a[i] + bias[i]) * kSixth + 0.5f, low = line > 0 ? line : 0;
        store(out, i, (low < 1 ? low : 1) * times(i));
      }
      return;
    case Unit::Kind::tanh:
      for (int64_t i = 0; i < n; ++i)
        store(out, i, times(i) * (1 - 2 / (1 + exponential(2 * (a[i] + bias[i])))));
      return;
  }
}
template <class T>
GAN_INLINE void activate_row(int64_t n, const float* a, const float* bias, Unit unit, Mask mask,
                             void* out) {
  const auto loop = [&](auto times) GAN_LAMBDA {
    activate_loop(n, a, bias, unit, times, static_cast<T*>(out));
  };
  GAN_MASKED(mask, loop);
}
GAN_BOTH(activate_row,
         (int64_t n, const float* a, const float* bias, Unit unit, Mask mask, void* out),
         (n, a, bias, unit, mask, out))

template <class T, class Times>
GAN_INLINE void derive_loop(int64_t n, const float* d, const T* h, Unit unit, float back,
                            Times times, T* out) {
  const float slope = unit.slope;
  switch (unit.kind) {
    case Unit::Kind::piecewise:
      for (int64_t i = 0; i < n; ++i) {
        const float factor =
            load(h, i) > 0 ? 1.0f : slope;  // by itself: d * 1 would be folded into a branch
        store(out, i, d[i] * factor * times(i));
      }
      return;
    case Unit::Kind::sigmoid:
      for (int64_t i = 0; i < n; ++i) {
        const float y = load(h, i) * back;
        store(out, i, d[i] * y * (1 - y) * times(i));
      }
      return;
    case Unit::Kind::hard_sigmoid:
      for (int64_t i = 0; i < n; ++i) {
        const float y = load(h, i) * back, above = y > 0 ? kSixth : 0.0f;
        store(out, i, d[i] * (y < kAlmostOne ? above : 0.0f) * times(i));
      }
      return;
    case Unit::Kind::tanh:
      for (int64_t i = 0; i < n; ++i) {
        const float y = load(h, i) * back;
        store(out, i, d[i] * (1 - y * y) * times(i));
      }
      return;
  }
}
template <class T>
GAN_INLINE void derive_row(int64_t n, const float* d, const void* h, Unit unit, Mask mask,
                           void* out) {
  const auto loop = [&](auto times) GAN_LAMBDA {
    derive_loop(n, d, static_cast<const T*>(h), unit, mask.keep ? 1 / mask.scale : 1.0f, times,
                static_cast<T*>(out));
  };
  GAN_MASKED(mask, loop);
}
GAN_BOTH(derive_row, (int64_t n, const float* d, const void* h, Unit unit, Mask mask, void* out),
         (n, d, h, unit, mask, out))

template <class T>
GAN_INLINE void bend_row(int64_t n, const float* a, const void* d_, const void* h_, Unit unit,
                         void* out_) {
  const T *d = static_cast<const T*>(d_), *h = static_cast<const T*>(h_);
  const float centre = unit.kind == Unit::Kind::sigmoid ? 0.5f : 0.0f;
  const float factor = unit.curved() ? -2.0f : 0.0f;
  T* out = static_cast<T*>(out_);
  for (int64_t i = 0; i < n; ++i) store(out, i, factor * (load(h, i) - centre) * a[i] * load(d, i));
}
GAN_BOTH(bend_row, (int64_t n, const float* a, const void* d, const void* h, Unit unit, void* out),
         (n, a, d, h, unit, out))

/// body(std::integral_constant) for the usual numbers of pieces, which then cost no loop;
/// body(pieces) for others.
template <class Body>
GAN_INLINE void for_pieces(int64_t pieces, Body body) {
  switch (pieces) {
    case 2:
      return body(std::integral_constant<int64_t, 2>());
    case 3:
      return body(std::integral_constant<int64_t, 3>());
    case 4:
      return body(std::integral_constant<int64_t, 4>());
    case 5:
      return body(std::integral_constant<int64_t, 5>());
    default:
      return body(pieces);
  }
}

template <class T>
GAN_INLINE void maxout_row(int64_t n, int64_t pieces, const float* a, const float* bias, Mask mask,
                           void* out_, uint8_t* index) {
  T* out = static_cast<T*>(out_);
  for_pieces(pieces, [&](auto p) GAN_LAMBDA {
    const auto loop = [&](auto times) GAN_LAMBDA {
      for (int64_t i = 0; i < n; ++i) {
        float best = a[i * p] + bias[i * p];
        int chosen = 0;
        for (int64_t j = 1; j < p; ++j) {
          const float x = a[i * p + j] + bias[i * p + j];
          const bool more = !(x <= best);  // NaN wins, as in ATen
          chosen = more ? static_cast<int>(j) : chosen;
          best = more ? x : best;
        }
        index[i] = static_cast<uint8_t>(chosen);
        store(out, i, best * times(i));
      }
    };
    GAN_MASKED(mask, loop);
  });
}
GAN_BOTH(maxout_row,
         (int64_t n, int64_t pieces, const float* a, const float* bias, Mask mask, void* out,
          uint8_t* index),
         (n, pieces, a, bias, mask, out, index))

template <class T>
GAN_INLINE void maxout_back_row(int64_t n, int64_t pieces, const float* d, const uint8_t* index,
                                Mask mask, void* out_) {
  T* out = static_cast<T*>(out_);
  std::memset(out, 0, static_cast<size_t>(n * pieces) * sizeof(T));
  const auto loop = [&](auto times) GAN_LAMBDA {
    for (int64_t i = 0; i < n; ++i) store(out, i * pieces + index[i], d[i] * times(i));
  };
  GAN_MASKED(mask, loop);
}
GAN_BOTH(maxout_back_row,
         (int64_t n, int64_t pieces, const float* d, const uint8_t* index, Mask mask, void* out),
         (n, pieces, d, index, mask, out))

template <class T>
GAN_INLINE void maxout_pick_row(int64_t n, int64_t pieces, const float* a, const uint8_t* index,
                                Mask mask, void* out_) {
  T* out = static_cast<T*>(out_);
  const auto loop = [&](auto times) GAN_LAMBDA {
    for (int64_t i = 0; i < n; ++i) store(out, i, a[i * pieces + index[i]] * times(i));
  };
  GAN_MASKED(mask, loop);
}
GAN_BOTH(maxout_pick_row,
         (int64_t n, int64_t pieces, const float* a, const uint8_t* index, Mask mask, void* out),
         (n, pieces, a, index, mask, out))

template <class T>
GAN_INLINE void mix_row(int64_t n, float factor, const void* h_, const void* t_, void* out_) {
  T* out = static_cast<T*>(out_);
  const T *h = static_cast<const T*>(h_), *t = static_cast<const T*>(t_);
  if (t)
    for (int64_t i = 0; i < n; ++i) store(out, i, factor * load(h, i) + load(t, i));
  else
    for (int64_t i = 0; i < n; ++i) store(out, i, factor * load(h, i));
}
GAN_BOTH(mix_row, (int64_t n, float factor, const void* h, const void* t, void* out),
         (n, factor, h, t, out))

/// Columns [0, n) of rows that lie `stride` apart.
template <class T>
GAN_INLINE void sum_columns(int64_t rows, int64_t n, int64_t stride, const float* factor,
                            const void* d_, float* out) {
  const T* d = static_cast<const T*>(d_);
  for (int64_t i = 0; i < n; ++i) out[i] = 0;
  for (int64_t r = 0; r < rows; ++r, d += stride) {
    const float f = factor ? factor[r] : 1.0f;
    for (int64_t i = 0; i < n; ++i) out[i] += f * load(d, i);
  }
}
GAN_BOTH(sum_columns,
         (int64_t rows, int64_t n, int64_t stride, const float* factor, const void* d, float* out),
         (rows, n, stride, factor, d, out))

GAN_CLONES void draw_mask_span(int64_t n, const float* u, float probability, uint8_t* keep) {
  for (int64_t i = 0; i < n; ++i) keep[i] = u[i] < probability;
}

GAN_CLONES void shorten_span(int64_t n, const float* x, Bf16* out) {
  for (int64_t i = 0; i < n; ++i) store(out, i, x[i]);
}

Mask of_row(Mask mask, int64_t at) {
  return {mask.keep ? mask.keep + at : nullptr, mask.scale};
}

/// row(r, first element of row r of a product, the same in a matrix) of each row.
template <class Row>
void each_row(Size size, Row row) {
  for (int64_t r = 0; r < size.rows; ++r) row(r, r * size.n, r * size.stride);
}

}  // namespace

void draw_mask(int64_t n, const float* u, float probability, uint8_t* keep) {
  draw_mask_span(n, u, probability, keep);
}

void convert(Format precision, Size size, const float* x, const float* factor, Mask mask,
             bool twice, void* out) {
  each_row(size, [&](int64_t r, int64_t from, int64_t at) {
    GAN_PICK(convert_row)
    (size.n, x + from, factor ? factor[r] : 1.0f, of_row(mask, at), twice,
     at_element(precision, out, at));
  });
}

void activate(Format precision, Size size, const float* a, const float* bias, Unit unit, Mask mask,
              void* out) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(activate_row)
    (size.n, a + from, bias, unit, of_row(mask, at), at_element(precision, out, at));
  });
}

void derive(Format precision, Size size, const float* d, const void* h, Unit unit, Mask mask,
            void* out) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(derive_row)
    (size.n, d + from, at_element(precision, h, at), unit, of_row(mask, at),
     at_element(precision, out, at));
  });
}

void bend(Format precision, Size size, const float* a, const void* d, const void* h, Unit unit,
          void* out) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(bend_row)
    (size.n, a + from, at_element(precision, d, at), at_element(precision, h, at), unit,
     at_element(precision, out, at));
  });
}

void maxout(Format precision, Size size, int64_t pieces, const float* a, const float* bias,
            Mask mask, void* out, uint8_t* index) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(maxout_row)
    (size.n, pieces, a + from * pieces, bias, of_row(mask, at), at_element(precision, out, at),
     index + at);
  });
}

void maxout_back(Format precision, Size size, int64_t pieces, const float* d, const uint8_t* index,
                 Mask mask, void* out) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(maxout_back_row)
    (size.n, pieces, d + from, index + at, of_row(mask, at),
     at_element(precision, out, at * pieces));
  });
}

void maxout_pick(Format precision, Size size, int64_t pieces, const float* a, const uint8_t* index,
                 Mask mask, void* out) {
  each_row(size, [&](int64_t, int64_t from, int64_t at) {
    GAN_PICK(maxout_pick_row)
    (size.n, pieces, a + from * pieces, index + at, of_row(mask, at),
     at_element(precision, out, at));
  });
}

void mix(Format precision, Size size, const float* factor, const void* h, const void* t,
         void* out) {
  each_row(size, [&](int64_t r, int64_t, int64_t at) {
    GAN_PICK(mix_row)
    (size.n, factor[r], at_element(precision, h, at), at_element(precision, t, at),
     at_element(precision, out, at));
  });
}

void sum_rows(Format precision, Size size, const float* factor, const void* d, float* out) {
  GAN_PICK(sum_columns)(size.rows, size.n, size.stride, factor, d, out);
}

void shorten(int64_t n, const float* x, void* out) {
  shorten_span(n, x, static_cast<Bf16*>(out));
}

}  // namespace gan::kernels
