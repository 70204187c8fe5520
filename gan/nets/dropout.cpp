#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "gan/kernels/images.h"
#include "gan/nets/draw.h"
#include "gan/nets/fused_builder.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class DropoutLayer : public Network::Layer {
 public:
  DropoutLayer(const Dropout& s, const LayerPlace& place)
      : spec_(s), inputs_(product(place.shape.in)) {}
  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    if (!pass.training) return x;
    const int64_t rows = x.size(0), part = pass.part == 0 ? rows : pass.part;
    std::vector<Tensor> draws;
    for (int64_t row = 0; row < rows; row += part)
      draws.push_back(
          draw_uniform(noise, std::min(part, rows - row), inputs_, pass.step, pass.number(row)));
    Tensor mask = at::cat(draws);  // [B, inputs]
    mask = mask.lt_(spec_.keep).mul_(spec_.scale).to(x.device());
    return x * mask.view(x.sizes());
  }

 private:
  Dropout spec_;
  int64_t inputs_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Dropout& spec, const LayerPlace& place) {
  return std::make_unique<DropoutLayer>(spec, place);
}

namespace {

class FusedDropout : public FusedOperation {
 public:
  FusedDropout(FusedGraph& graph, std::vector<size_t> inputs, size_t out, const Dropout& spec,
               std::vector<uint64_t> path)
      : FusedOperation(graph, std::move(inputs), out), spec_(spec), path_(std::move(path)) {}

  void ensure_size(int64_t rows) override {
    kernels::sized(keep_, rows * graph_.value(out_).size());
  }
  void forward(FusedMember& m, RowRange rows) override {
    if (graph_.pass_.training) draw(m, rows);
    const float* x = masked(m, rows, graph_.h(inputs_[0].value, rows.begin));
    graph_.arrive(out_, rows.begin, rows.size(), x, nullptr);
  }
  void backward(FusedMember& m, RowRange rows) override {
    if (wanted(inputs_[0], rows))
      graph_.deliver(inputs_[0], rows.begin, rows.size(),
                     masked(m, rows, graph_.d(out_, rows.begin)));
  }
  void tangent(FusedMember& m, RowRange rows) override {
    const float* u = masked(m, rows, graph_.t(inputs_[0].value, rows.begin));
    graph_.arrive_tangent(out_, rows.begin, rows.size(), u);
  }

 private:
  /// The reference network numbers the places of each channel.
  void draw(FusedMember& m, RowRange rows) {
    Stream stream = graph_.pass_.noise;
    for (const uint64_t child : path_) stream = stream.child(child);
    const FusedGraph::Value& v = graph_.value(out_);
    const int64_t n = v.size();
    float *u = kernels::sized(m.own.image, 2 * n), *ordered = u + n;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      stream.uniform({u, static_cast<size_t>(n)}, n, graph_.pass_.step,
                     static_cast<uint64_t>(graph_.pass_.number(row)));
      kernels::channels_last(kernels::Format::fp32, 1, v.channels(), v.places(), u, ordered);
      kernels::draw_mask(n, ordered, static_cast<float>(spec_.keep), keep_.data() + row * n);
    }
  }
  float* masked(FusedMember& m, RowRange rows, const char* x) const {
    const int64_t size = graph_.value(out_).size(), numbers = rows.size() * size;
    float* out = kernels::sized(m.own.image, numbers);
    kernels::widen(graph_.precision_, numbers, x, out);
    if (graph_.pass_.training)
      kernels::convert(
          kernels::Format::fp32, {rows.size(), size, size}, out, nullptr,
          {keep_.data() + graph_.example(rows.begin) * size, static_cast<float>(spec_.scale)},
          false, out);
    return out;
  }

  Dropout spec_;
  std::vector<uint64_t> path_;
  kernels::Aligned<uint8_t> keep_;  ///< [rows, numbers]
};

}  // namespace

void fuse(const Dropout& spec, const LayerShape&, FusedBuilder& builder) {
  const Shape shape = builder.graph.value(builder.current).shape;
  builder.add<FusedDropout>(shape, spec, builder.path);
}

}  // namespace gan
