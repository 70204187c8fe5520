#include <cmath>

#include "gan/nets/draw.h"
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

}  // namespace gan
