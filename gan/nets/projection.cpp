#include <cmath>

#include "gan/kernels/images.h"
#include "gan/nets/draw.h"
#include "gan/nets/fused_builder.h"
#include "gan/nets/fused_labels.h"
#include "gan/nets/labels.h"
#include "gan/nets/weighted.h"

namespace gan {
namespace {

/// Miyato & Koyama (2018), "cGANs with projection discriminator", equation 3.
class ProjectionLayer : public Affine {
 public:
  ProjectionLayer(const Projection& s, const LayerPlace& place)
      : Affine(s, 1, 0, place), who_(place.who) {
    const int64_t features = product(place.shape.in);
    embedding_ = draw_normal(place.init.child("embedding"), place.shape.classes, features, 0)
                     .div_(std::sqrt(static_cast<double>(features)))
                     .to(place.device)
                     .requires_grad_();
  }

  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const Tensor of_label = rows_of_labels(embedding_, pass, x.size(0), who_);  // [B, features]
    return affine(x) + (x.flatten(1) * of_label).sum(1, /*keepdim=*/true);      // [B, 1]
  }
  void visit(const Network::Visitor& visit) override {
    Affine::visit(visit);
    visit("embedding", embedding_);
  }

 private:
  std::string who_;
  Tensor embedding_;  // [classes, features]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Projection& spec, const LayerPlace& place) {
  return std::make_unique<ProjectionLayer>(spec, place);
}

namespace {

/// bias + (weight + the row of the label) . x
class FusedProjection : public FusedLabels {
 public:
  struct Logit {
    size_t index;  ///< of the weight; the bias comes next
    const float *weight, *bias;
  };
  FusedProjection(FusedGraph& graph, std::vector<size_t> inputs, size_t out,
                  const ClassTable& table, const Logit& logit)
      : FusedLabels(graph, std::move(inputs), out, table), logit_(logit) {}

  bool has_weights() const override { return true; }
  double operations() const override { return 4 * static_cast<double>(table().size); }

  void forward(FusedMember& m, RowRange rows) override {
    graph_.arrive(out_, rows.begin, rows.size(),
                  products(m, rows, graph_.h(inputs_[0].value, rows.begin), *logit_.bias), nullptr);
  }

  void tangent(FusedMember& m, RowRange rows) override {
    graph_.arrive_tangent(out_, rows.begin, rows.size(),
                          products(m, rows, graph_.t(inputs_[0].value, rows.begin), 0));
  }

  void backward(FusedMember& m, RowRange rows) override {
    if (!wanted(inputs_[0], rows)) return;
    const int64_t n = table().size;
    const float* d = derivatives(m, rows);
    float* of_x = kernels::sized(m.own.image, rows.size() * n);
    for (int64_t i = 0; i < rows.size(); ++i) {
      const float* row = row_of_label(rows.begin + i);
      for (int64_t k = 0; k < n; ++k) of_x[i * n + k] = d[i] * (logit_.weight[k] + row[k]);
    }
    graph_.deliver(inputs_[0], rows.begin, rows.size(), of_x);
  }

  void begin_gradient(int threads) override {
    FusedLabels::begin_gradient(threads);
    sums_.assign(static_cast<size_t>(threads),
                 std::vector<float>(static_cast<size_t>(table().size + 1)));
  }

  void gradient(FusedMember& m, RowRange rows) override {
    const int64_t n = table().size;
    const float* x = numbers(m, rows, graph_.h(inputs_[0].value, rows.begin));
    const float* d = derivatives(m, rows);
    float* all = sums_[static_cast<size_t>(m.team.index)].data();
    for (int64_t i = 0; i < rows.size(); ++i) {
      float* of_label = sum_of_label(m, rows.begin + i);
      for (int64_t k = 0; k < n; ++k) {
        const float product = d[i] * x[i * n + k];
        all[k] += product;
        of_label[k] += product;
      }
      all[n] += d[i] * (graph_.factor_ ? graph_.factor_[rows.begin + i] : 1);
    }
  }

  void finish_gradient(FusedMember& m, const UseGradient& use) override {
    FusedLabels::finish_gradient(m, use);
    if (m.team.index != 0) return;
    const int64_t n = table().size;
    for (size_t thread = 1; thread < sums_.size(); ++thread)
      for (size_t k = 0; k <= static_cast<size_t>(n); ++k) sums_[0][k] += sums_[thread][k];
    use(m.team, logit_.index, 0, n, sums_[0].data());
    use(m.team, logit_.index + 1, 0, 1, sums_[0].data() + n);
  }

 private:
  const float* numbers(FusedMember& m, RowRange rows, const char* x) const {
    float* wide = kernels::sized(m.own.image, rows.size() * table().size);
    kernels::widen(graph_.precision_, rows.size() * table().size, x, wide);
    return wide;
  }
  const float* products(FusedMember& m, RowRange rows, const char* x, float bias) const {
    const int64_t n = table().size;
    const float* wide = numbers(m, rows, x);
    float* out = kernels::sized(m.own.other, rows.size());
    for (int64_t i = 0; i < rows.size(); ++i) {
      const float* row = row_of_label(rows.begin + i);
      float sum = 0;
      for (int64_t k = 0; k < n; ++k) sum += wide[i * n + k] * (logit_.weight[k] + row[k]);
      out[i] = bias + sum;
    }
    return out;
  }

  Logit logit_;
  std::vector<std::vector<float>> sums_;  ///< [threads][size + 1]: of the weight and the bias
};

}  // namespace

void fuse(const Projection&, const LayerShape& shape, FusedBuilder& builder) {
  builder.make_row();
  const size_t weight = builder.take_parameter(), bias = builder.take_parameter(),
               embedding = builder.take_parameter();
  builder.add<FusedProjection>(
      shape.out,
      ClassTable{.index = embedding,
                 .values = builder.parameter(embedding),
                 .classes = shape.classes,
                 .size = product(shape.in)},
      FusedProjection::Logit{
          .index = weight, .weight = builder.parameter(weight), .bias = builder.parameter(bias)});
}

}  // namespace gan
