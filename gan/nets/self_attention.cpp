#include <ATen/ATen.h>

#include <algorithm>

#include "gan/nets/initial.h"

namespace gan {
namespace {

/// Zhang et al. (2019), "Self-attention generative adversarial networks". In their letters, for
/// positions i and j: f is the key, g the query, h the value, v the map back (out), gamma the gain.
class SelfAttentionLayer : public Network::Layer {
 public:
  SelfAttentionLayer(const SelfAttention& s, const LayerPlace& place) {
    const int64_t channels = place.shape.in[0], inner = std::max<int64_t>(1, channels / 8);
    const auto map = [&](const char* name, int64_t rows, int64_t columns) {
      return draw_weights(s.init, rows, columns, fan_of(columns, rows), place.init.child(name))
          .to(place.device)
          .requires_grad_();
    };
    query_ = map("query", inner, channels);
    key_ = map("key", inner, channels);
    value_ = map("value", inner, channels);
    out_ = map("out", channels, inner);
    gain_ = at::zeros({1}, at::TensorOptions(place.device).dtype(at::kFloat)).requires_grad_();
  }

  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor h = x.flatten(2);                                      // [B, C, N]
    const Tensor key = at::matmul(key_, h);                             // [B, C', N]: f(x_i)
    const Tensor query = at::matmul(query_, h);                         // [B, C', N]: g(x_j)
    const Tensor likeness = at::matmul(key.transpose(1, 2), query);     // [B, N, N]: s_ij
    const Tensor attention = at::softmax(likeness, 1);                  // beta_ji: sums to 1 over i
    const Tensor taken = at::matmul(at::matmul(value_, h), attention);  // [B, C', N]
    return x + gain_ * at::matmul(out_, taken).view(x.sizes());
  }

  void visit(const Network::Visitor& visit) override {
    visit("query", query_);
    visit("key", key_);
    visit("value", value_);
    visit("out", out_);
    visit("gain", gain_);
  }

 private:
  Tensor query_, key_, value_;  // [C', C]
  Tensor out_;                  // [C, C']
  Tensor gain_;                 // [1]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const SelfAttention& spec, const LayerPlace& place) {
  return std::make_unique<SelfAttentionLayer>(spec, place);
}

}  // namespace gan
