#include "gan/core/threads.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace gan {

void flush_denormals() {
#if defined(__SSE__)
#pragma omp parallel
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#endif
}

}  // namespace gan
