#include "gan/kernels/images.h"
#include "gan/nets/fused_affine.h"
#include "gan/nets/weighted.h"

namespace gan {
namespace {

class MaxoutLayer : public Affine {
 public:
  MaxoutLayer(const Maxout& s, const LayerPlace& place)
      : Affine(s, s.units * s.pieces, s.max_norm, place), units_(s.units), pieces_(s.pieces) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor pieces = affine(x).view({x.size(0), units_, pieces_});
    return std::get<0>(pieces.max(2));  // [B, units]
  }

 private:
  int64_t units_, pieces_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Maxout& spec, const LayerPlace& place) {
  return std::make_unique<MaxoutLayer>(spec, place);
}

namespace {

class FusedMaxout : public FusedOperation {
 public:
  FusedMaxout(FusedGraph& graph, std::vector<size_t> inputs, size_t out, int64_t pieces,
              int64_t numbers, const FusedParameters& parameters)
      : FusedOperation(graph, std::move(inputs), out),
        pieces_(pieces),
        product_(one_position(numbers), parameters, graph.precision_) {}

  bool whole() const override { return true; }
  bool has_weights() const override { return true; }
  double operations() const override { return product_.operations(); }
  void ensure_size(int64_t rows) override {
    const int64_t units = graph_.value(out_).size();
    kernels::sized(index_, rows * units);
    kernels::sized(derivative_,
                   graph_.kept_rows() * units * pieces_ * kernels::bytes_of(graph_.precision_));
  }

  void forward(FusedMember& m, RowRange rows) override {
    product_.down(m, graph_.h(inputs_[0].value, rows.begin), rows.size(),
                  [&](int64_t i, int64_t n, const float* a) {
                    const kernels::Size size = this->size(n);
                    float* best = kernels::sized(m.own.other, n * size.n);
                    kernels::maxout(kernels::Format::fp32, size, pieces_, a, product_.line_bias(),
                                    {}, best, index(rows.begin + i));
                    graph_.arrive(out_, rows.begin + i, n, best, nullptr);
                  });
  }
  void backward(FusedMember& m, RowRange rows) override {
    const kernels::Size size = this->size(rows.size());
    float* d = kernels::sized(m.own.other, rows.size() * size.n);
    kernels::widen(graph_.precision_, rows.size() * size.n, graph_.d(out_, rows.begin), d);
    kernels::maxout_back(graph_.precision_, size, pieces_, d, index(rows.begin), {},
                         derivative(rows.begin));
    if (!wanted(inputs_[0], rows)) return;
    product_.up(m, derivative(rows.begin), rows.size(), [&](int64_t i, int64_t n, float* x) {
      graph_.deliver(inputs_[0], rows.begin + i, n, x);
    });
  }
  void tangent(FusedMember& m, RowRange rows) override {
    product_.down(m, graph_.t(inputs_[0].value, rows.begin), rows.size(),
                  [&](int64_t i, int64_t n, const float* u) {
                    const kernels::Size size = this->size(n);
                    float* chosen = kernels::sized(m.own.other, n * size.n);
                    kernels::maxout_pick(kernels::Format::fp32, size, pieces_, u,
                                         index(rows.begin + i), {}, chosen);
                    graph_.arrive_tangent(out_, rows.begin + i, n, chosen);
                  });
  }
  void refresh(const kernels::Team& team) override { product_.refresh(team); }
  void finish_gradient(FusedMember& m, const UseGradient& use) override {
    product_.whole_gradient(m, derivative(0), graph_.h(inputs_[0].value, 0), graph_.gradient_rows(),
                            graph_.factor_, use);
  }

 private:
  kernels::Size size(int64_t rows) const {
    const int64_t units = graph_.value(out_).size();
    return {rows, units, units};
  }
  uint8_t* index(int64_t row) {
    return index_.data() + graph_.example(row) * graph_.value(out_).size();
  }
  char* derivative(int64_t row) {
    return derivative_.data() +
           row * graph_.value(out_).size() * pieces_ * kernels::bytes_of(graph_.precision_);
  }

  int64_t pieces_;
  SlidingProduct product_;
  kernels::Aligned<uint8_t> index_;    ///< [rows, units]: the greatest piece
  kernels::Aligned<char> derivative_;  ///< [rows, units * pieces]
};

}  // namespace

void fuse(const Maxout& spec, const LayerShape& shape, FusedBuilder& builder) {
  const Shape in = builder.graph.value(builder.current).shape;
  const int64_t inputs = product(in), channels = in.size() == 3 ? in[0] : 1;
  const int64_t rows = spec.units * spec.pieces;
  const size_t weights = builder.take_parameter(), biases = builder.take_parameter();
  builder.add<FusedMaxout>(shape.out, spec.pieces, inputs,
                           FusedParameters{.index = weights,
                                           .weight = builder.parameter(weights),
                                           .bias = builder.parameter(biases),
                                           .rows = {1, rows},
                                           .columns = {channels, inputs / channels},
                                           .biases = {1, rows}});
}

}  // namespace gan
