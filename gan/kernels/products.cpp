#include "gan/kernels/products.h"

#include <ATen/ATen.h>
#include <omp.h>

#include <map>

#ifdef GAN_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>
#endif

namespace gan::kernels {
namespace {

/// How op(A) or op(B) lies in memory, in elements.
struct Strides {
  int64_t row, column;
};
Strides strides_of(int64_t rows, int64_t columns, bool transposed, int64_t stride) {
  if (transposed) return {1, stride ? stride : rows};
  return {stride ? stride : columns, 1};
}
Strides strides_a(const ProductShape& s) {
  return strides_of(s.m, s.k, s.transpose_a, s.stride_a);
}
Strides strides_b(const ProductShape& s) {
  return strides_of(s.k, s.n, s.transpose_b, s.stride_b);
}

/// ATen and oneDNN take what they only read as data that could be written.
void* as_writable(const void* data) {
  return const_cast<void*>(data);
}

at::Tensor view(const void* data, int64_t rows, int64_t columns, Strides strides,
                Format precision) {
  const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
  return at::from_blob(as_writable(data), {rows, columns}, {strides.row, strides.column}, type);
}
at::Tensor view_a(const ProductShape& s, const void* a) {
  return view(a, s.m, s.k, strides_a(s), s.operands);
}
at::Tensor view_b(const ProductShape& s, const void* b) {
  return view(b, s.k, s.n, strides_b(s), s.operands);
}
Strides strides_c(const ProductShape& s) {
  return strides_of(s.m, s.n, false, s.stride_c);
}
at::Tensor view_c(const ProductShape& s, float* c) {
  return view(c, s.m, s.n, strides_c(s), Format::fp32);
}

}  // namespace

bool has_fast_bf16() {
#if defined(__x86_64__)
  return (__builtin_cpu_supports("amx-bf16") ||
          (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd"))) &&
         has_bf16();
#else
  return false;
#endif
}

void product_reference(const ProductShape& s, const void* a, const void* b, float* c) {
  at::Tensor out = view_c(s, c);
  const at::Tensor made = at::mm(view_a(s, a).to(at::kFloat), view_b(s, b).to(at::kFloat));
  out.copy_(s.accumulate ? out + made : made);
}

#ifdef GAN_HAS_ONEDNN

namespace {

using Type = dnnl::memory::data_type;

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc layout(int64_t rows, int64_t columns, Strides strides, Type type) {
  return {{rows, columns}, type, dnnl::memory::dims{strides.row, strides.column}};
}

}  // namespace

struct Product::Prepared {
  static dnnl::primitive_attr after(bool accumulate) {
    dnnl::post_ops sum;
    if (accumulate) sum.append_sum(1);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(sum);
    return attributes;
  }
  Prepared(dnnl::memory::desc of_a, dnnl::memory::desc of_b, dnnl::memory::desc of_c,
           const dnnl::primitive_attr& after)
      : multiply({{of_a, of_b, of_c}, after, processor()}),
        a(of_a, processor(), nullptr),
        b(of_b, processor(), nullptr),
        c(of_c, processor(), nullptr),
        stream(processor()) {}
  explicit Prepared(const ProductShape& s)
      : Prepared(s, s.operands == Format::fp32 ? Type::f32 : Type::bf16) {}
  Prepared(const ProductShape& s, Type type)
      : Prepared(layout(s.m, s.k, strides_a(s), type), layout(s.k, s.n, strides_b(s), type),
                 layout(s.m, s.n, strides_c(s), Type::f32), after(s.accumulate)) {}
  dnnl::matmul multiply;
  dnnl::memory a, b, c;
  dnnl::stream stream;
};

void Product::operator()(const void* a, const void* b, float* c) const {
  Prepared& p = *prepared_;
  p.a.set_data_handle(as_writable(a));
  p.b.set_data_handle(as_writable(b));
  p.c.set_data_handle(c);
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, p.a.get()},
                                       {DNNL_ARG_WEIGHTS, p.b.get()},
                                       {DNNL_ARG_DST, p.c.get()}};  // the C++ form allocates a map
  if (dnnl_primitive_execute(p.multiply.get(), p.stream.get(), 3, arguments) != dnnl_success)
    throw std::bad_alloc();  // of its workspace: all else was settled when it was made
  p.stream.wait();
}

#else  // a libtorch that keeps its oneDNN to itself

struct Product::Prepared {
  explicit Prepared(const ProductShape& s) : shape(s) {}
  ProductShape shape;
};

void Product::operator()(const void* a, const void* b, float* c) const {
  const ProductShape& s = prepared_->shape;
  const at::NoGradGuard no_grad;
  at::Tensor out = view_c(s, c);
  const at::Tensor left = view_a(s, a), right = view_b(s, b);
  if (s.accumulate)
    out.add_(at::mm(left, right));
  else if (s.operands == Format::fp32)
    at::mm_out(out, left, right);
  else
    out.copy_(at::mm(left, right));
}

#endif

void multiply(const ProductShape& shape, const void* a, const void* b, float* c) {
  static thread_local std::map<ProductShape, Product> products;
  auto found = products.find(shape);
  if (found == products.end()) {
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);  // of what this thread prepares
    found = products.emplace(shape, Product(shape)).first;
    omp_set_num_threads(threads);
  }
  found->second(a, b, c);
}

static bool can_multiply_bf16() {
  try {
    Product({16, 16, 16, false, false, Format::bf16});
    return true;
  } catch (const std::exception&) {  // oneDNN has none for this processor
    return false;
  }
}

bool has_bf16() {
  static const bool has = can_multiply_bf16();
  return has;
}

Product::Product(const ProductShape& shape) : prepared_(std::make_unique<Prepared>(shape)) {}
Product::~Product() = default;
Product::Product(Product&&) noexcept = default;

}  // namespace gan::kernels
