#include <ATen/ATen.h>

#include "gan/nets/draw.h"
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

}  // namespace gan
