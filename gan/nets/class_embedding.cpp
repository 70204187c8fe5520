#include <ATen/ATen.h>

#include <algorithm>

#include "gan/kernels/images.h"
#include "gan/nets/draw.h"
#include "gan/nets/fused_builder.h"
#include "gan/nets/fused_labels.h"
#include "gan/nets/labels.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class ClassEmbeddingLayer : public Network::Layer {
 public:
  ClassEmbeddingLayer(const ClassEmbedding& s, const LayerPlace& place)
      : who_(place.who),
        embedding_(draw_normal(place.init, place.shape.classes, s.size, 0)
                       .to(place.device)
                       .requires_grad_()) {}

  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    return at::cat({x.flatten(1), rows_of_labels(embedding_, pass, x.size(0), who_)}, 1);
  }
  void visit(const Network::Visitor& visit) override { visit("embedding", embedding_); }

 private:
  std::string who_;
  Tensor embedding_;  // [classes, size]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const ClassEmbedding& spec, const LayerPlace& place) {
  return std::make_unique<ClassEmbeddingLayer>(spec, place);
}

namespace {

/// [x, the row of the label]
class FusedClassEmbedding : public FusedLabels {
 public:
  using FusedLabels::FusedLabels;

  void forward(FusedMember& m, RowRange rows) override {
    float* joined = join(m, rows, graph_.h(inputs_[0].value, rows.begin));
    for (int64_t i = 0; i < rows.size(); ++i)
      std::copy_n(row_of_label(rows.begin + i), table().size, joined + i * outputs() + inputs());
    graph_.arrive(out_, rows.begin, rows.size(), joined, nullptr);
  }

  void tangent(FusedMember& m, RowRange rows) override {
    float* joined = join(m, rows, graph_.t(inputs_[0].value, rows.begin));
    for (int64_t i = 0; i < rows.size(); ++i)
      std::fill_n(joined + i * outputs() + inputs(), table().size, 0.0f);
    graph_.arrive_tangent(out_, rows.begin, rows.size(), joined);
  }

  void backward(FusedMember& m, RowRange rows) override {
    if (!wanted(inputs_[0], rows)) return;
    const float* d = derivatives(m, rows);
    float* of_x = kernels::sized(m.own.image, rows.size() * inputs());
    for (int64_t i = 0; i < rows.size(); ++i)
      std::copy_n(d + i * outputs(), inputs(), of_x + i * inputs());
    graph_.deliver(inputs_[0], rows.begin, rows.size(), of_x);
  }

  /// As of biases: of a penalty, the derivative times the slope.
  void gradient(FusedMember& m, RowRange rows) override {
    const float* d = derivatives(m, rows);
    for (int64_t i = 0; i < rows.size(); ++i) {
      const float factor = graph_.factor_ ? graph_.factor_[rows.begin + i] : 1;
      float* sum = sum_of_label(m, rows.begin + i);
      for (int64_t k = 0; k < table().size; ++k) sum[k] += factor * d[i * outputs() + inputs() + k];
    }
  }

 private:
  int64_t inputs() const { return outputs() - table().size; }
  int64_t outputs() const { return graph_.value(out_).size(); }

  /// Rows of numbers with room for more behind each.
  float* join(FusedMember& m, RowRange rows, const char* x) const {
    float *wide = kernels::sized(m.own.other, rows.size() * inputs()),
          *out = kernels::sized(m.own.image, rows.size() * outputs());
    kernels::widen(graph_.precision_, rows.size() * inputs(), x, wide);
    for (int64_t i = 0; i < rows.size(); ++i)
      std::copy_n(wide + i * inputs(), inputs(), out + i * outputs());
    return out;
  }
};

}  // namespace

void fuse(const ClassEmbedding& spec, const LayerShape& shape, FusedBuilder& builder) {
  builder.make_row();
  const size_t index = builder.take_parameter();
  builder.add<FusedClassEmbedding>(shape.out, ClassTable{.index = index,
                                                         .values = builder.parameter(index),
                                                         .classes = shape.classes,
                                                         .size = spec.size});
}

}  // namespace gan
