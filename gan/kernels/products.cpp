#include "gan/kernels/products.h"

#include <ATen/ATen.h>

#ifdef GAN_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>
#endif

namespace gan::kernels {
namespace {

at::Tensor view(const void* data, int64_t rows, int64_t columns, bool transposed, Precision precision) {
  const auto type = precision == Precision::fp32 ? at::kFloat : at::kBFloat16;
  const at::Tensor stored = at::from_blob(const_cast<void*>(data), transposed ? at::IntArrayRef{columns, rows} : at::IntArrayRef{rows, columns}, type);
  return transposed ? stored.t() : stored;
}

}  // namespace

bool has_fast_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

void product_reference(const ProductShape& s, const void* a, const void* b, float* c) {
  at::Tensor out = at::from_blob(c, {s.m, s.n}, at::kFloat);
  out.copy_(at::mm(view(a, s.m, s.k, s.transpose_a, s.operands).to(at::kFloat), view(b, s.k, s.n, s.transpose_b, s.operands).to(at::kFloat)));
}

#ifdef GAN_HAS_ONEDNN

namespace {

using Type = dnnl::memory::data_type;

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc layout(int64_t rows, int64_t columns, bool transposed, Type type) {
  return {{rows, columns}, type, transposed ? dnnl::memory::dims{1, rows} : dnnl::memory::dims{columns, 1}};
}

}  // namespace

struct Product::Prepared {
  explicit Prepared(const ProductShape& s)
      : type(s.operands == Precision::fp32 ? Type::f32 : Type::bf16),
        multiply({{layout(s.m, s.k, s.transpose_a, type), layout(s.k, s.n, s.transpose_b, type), layout(s.m, s.n, false, Type::f32)}, processor()}),
        a(layout(s.m, s.k, s.transpose_a, type), processor(), nullptr), b(layout(s.k, s.n, s.transpose_b, type), processor(), nullptr),
        c(layout(s.m, s.n, false, Type::f32), processor(), nullptr), stream(processor()) {}
  Type type;
  dnnl::matmul multiply;
  dnnl::memory a, b, c;
  dnnl::stream stream;
};

void Product::operator()(const void* a, const void* b, float* c) const {
  Prepared& p = *prepared_;
  p.a.set_data_handle(const_cast<void*>(a));
  p.b.set_data_handle(const_cast<void*>(b));
  p.c.set_data_handle(c);
  p.multiply.execute(p.stream, {{DNNL_ARG_SRC, p.a}, {DNNL_ARG_WEIGHTS, p.b}, {DNNL_ARG_DST, p.c}});
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
  at::Tensor out = at::from_blob(c, {s.m, s.n}, at::kFloat);
  const at::Tensor left = view(a, s.m, s.k, s.transpose_a, s.operands), right = view(b, s.k, s.n, s.transpose_b, s.operands);
  if (s.operands == Precision::fp32) at::mm_out(out, left, right);
  else out.copy_(at::mm(left, right));
}

#endif

Product::Product(const ProductShape& shape) : prepared_(std::make_unique<Prepared>(shape)) {}
Product::~Product() = default;
Product::Product(Product&&) noexcept = default;

}  // namespace gan::kernels
