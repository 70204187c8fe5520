#pragma once
/// A convolution as a matrix product. Kernels slide over an image; what one of them covers is a
/// patch, and the patches of an image are the rows of a matrix. Images lie in memory as
/// [height, width, channels] ("channels last"), so that each line of a patch is contiguous.

#include <cstdint>

#include "gan/kernels/products.h"

namespace gan::kernels {

/// How kernels slide over an image.
struct Sliding {
  int64_t channels, height, width;  ///< of the image
  int64_t rows, columns;            ///< positions of the kernel
  int64_t kernel, stride, pad;
  int64_t groups = 1;  ///< of channels

  int64_t image() const { return channels * height * width; }
  int64_t positions() const { return rows * columns; }
  int64_t patch() const { return channels * kernel * kernel; }
  /// The patches are the image.
  bool identity() const { return kernel == 1 && stride == 1 && pad == 0; }
};

/// The patches of lines [first, first + lines) of positions:
/// out [lines * columns, groups, kernel, kernel, channels / groups], 0 outside the image. Lines of
/// several images follow each other: line i is line i % rows of image i / rows. (Also called
/// im2col.)
void gather_patches(Format precision, const Sliding& s, const void* images, int64_t first,
                    int64_t lines, void* out);

/// The way back: adds patches of float32 to the places of their images that they came from
/// (col2im).
void scatter_patches(const Sliding& s, const float* patches, int64_t first, int64_t lines,
                     float* images);

}  // namespace gan::kernels
