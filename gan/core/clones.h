#pragma once

/// One binary, the widest vectors of the processor that it runs on: the function is compiled once
/// for each of these. Not fast-math: NaN must come through comparisons, or a training that diverges
/// would hide it. tools/check_vectors.sh sees that loops become vectors. They need the options of
/// CMakeLists.txt for that: GCC passes over some of them as attributes. "avx2,fma" would be two
/// versions here, one without FMA. GCC alone does all of this; and what chooses runs before the
/// thread sanitizer is ready.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define GAN_CLONES \
  __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default"), optimize("O3")))
/// Before a function that is written for each of them, with vectors of its width: wider ones live
/// in memory and not in registers (sparse.cpp: a whole step of CD-1 took five times as long).
#define GAN_VERSION_FOR(processor) __attribute__((target(processor), optimize("O3")))
#define GAN_HAS_VERSIONS
#else
#define GAN_CLONES
#endif

/// A function that is compiled into each of its callers, with their attributes.
#define GAN_INLINE inline __attribute__((always_inline))
