#include "gan/nets/fused_affine.h"

#include <stdexcept>

namespace gan {

/// A convolution's `big` comes in, a transposed one's goes out.
template <class Use>
void FusedAffine::multiply(FusedMember& m, const char* x, int64_t examples, Use use) {
  if (kind_ == Kind::transposed)
    product_.up(m, x, examples, use);
  else
    product_.down(m, x, examples, use);
}

void FusedAffine::forward(FusedMember& m, RowRange rows) {
  const FusedGraph::Value& out = graph_.value(out_);
  const int64_t biases = product_.parameters().biases.size(), channels = out.channels();
  const int64_t line = out.image() && kind_ != Kind::dense ? out.shape[2] * channels : out.size();
  const bool tied = biases == channels || !out.image() || kind_ == Kind::dense;
  const LineBias bias{product_.line_bias(), line, tied ? 1 : out.size() / line};
  const auto use = [&](int64_t i, int64_t n, const float* a) {
    graph_.arrive(out_, rows.begin + i, n, a, &bias);
  };
  multiply(m, graph_.h(inputs_[0].value, rows.begin), rows.size(), use);
}

void FusedAffine::backward(FusedMember& m, RowRange rows) {
  if (!wanted(inputs_[0], rows)) return;
  const auto use = [&](int64_t i, int64_t n, float* derivative) {
    graph_.deliver(inputs_[0], rows.begin + i, n, derivative);
  };
  const char* d = graph_.d(out_, rows.begin);
  if (kind_ == Kind::transposed)
    product_.down(m, d, rows.size(), use);
  else
    product_.up(m, d, rows.size(), use);
}

void FusedAffine::tangent(FusedMember& m, RowRange rows) {
  const auto use = [&](int64_t i, int64_t n, const float* u) {
    graph_.arrive_tangent(out_, rows.begin + i, n, u);
  };
  multiply(m, graph_.t(inputs_[0].value, rows.begin), rows.size(), use);
}

void FusedAffine::gradient(FusedMember& m, RowRange rows) {
  if (at_once()) return;
  const char *x = graph_.h(inputs_[0].value, rows.begin), *d = graph_.d(out_, rows.begin);
  if (kind_ == Kind::transposed)
    product_.add_gradient(m, x, d, rows.size());
  else
    product_.add_gradient(m, d, x, rows.size());
  const float* factor = graph_.factor_ ? graph_.factor_ + rows.begin : nullptr;
  product_.add_bias_gradient(m, d, rows.size(), factor, graph_.value(out_).size());
}

void FusedAffine::finish_gradient(FusedMember& m, const UseGradient& use) {
  if (at_once())
    product_.whole_gradient(m, graph_.d(out_, 0), graph_.h(inputs_[0].value, 0),
                            graph_.gradient_rows(), graph_.factor_, use);
  else
    product_.finish_gradient(m, use);
}

bool FusedAffine::order_output(const AxisOrder& order) {
  if (kind_ != Kind::dense) return false;
  product_.set_rows(order);
  return true;
}

}  // namespace gan
