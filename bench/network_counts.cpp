#include "bench/network_counts.h"

#include <nlohmann/json.hpp>

#include "gan/core/files.h"
#include "gan/families.h"
#include "gan/spec/config.h"
#include "gan/spec/network.h"

namespace gan {
namespace {

int64_t positions(const Shape& image) {
  return image[1] * image[2];
}

int64_t products(const NetworkSpec& spec, const std::vector<LayerShape>& fitted);

// Multiplications of one example in each kind of layer. Those by the zeros around an image count
// too, as they do wherever a convolution's rate is told. Resampling and pooling add and scale
// numbers of one channel; they are no products of matrices, and count nothing.
struct ProductsOf {
  const LayerShape& shape;

  int64_t operator()(const Dense& l) const { return product(shape.in) * l.units; }
  int64_t operator()(const Maxout& l) const { return product(shape.in) * l.units * l.pieces; }
  int64_t operator()(const Convolution& l) const {
    return product(shape.out) * (shape.in[0] / l.groups) * l.kernel * l.kernel;
  }
  int64_t operator()(const TransposedConvolution& l) const {  // each input goes to a whole kernel
    return product(shape.in) * (l.channels / l.groups) * l.kernel * l.kernel;
  }
  int64_t operator()(const MaxoutConvolution& l) const {
    return positions(shape.detector) * l.channels * l.pieces * shape.in[0] * l.kernel * l.kernel;
  }
  int64_t operator()(const Projection&) const { return product(shape.in); }
  int64_t operator()(const Residual& l) const {
    return products(l.layers, shape.layers) + products(l.shortcut, shape.shortcut);
  }
  template <class L>
  int64_t operator()(const L&) const {
    return 0;
  }
};

int64_t products_of(const LayerSpec& layer, const LayerShape& shape) {
  return std::visit(ProductsOf{shape}, static_cast<const LayerKind&>(layer));
}

int64_t products(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
  int64_t sum = 0;
  for (size_t i = 0; i < spec.size(); ++i) sum += products_of(spec[i], fitted[i]);
  return sum;
}

/// Of the first layer that multiplies: no gradient has to go back through it to reach the weights.
int64_t first_products(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
  for (size_t i = 0; i < spec.size(); ++i)
    if (const int64_t n = products_of(spec[i], fitted[i]); n > 0)
      return std::holds_alternative<Residual>(spec[i]) ? 0 : n;
  return 0;
}

nlohmann::json counts(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
  int64_t parameters = 0;
  for (size_t i = 0; i < spec.size(); ++i) parameters += parameter_count(spec[i], fitted[i]);
  return {{"parameters", parameters},
          {"products", products(spec, fitted)},
          {"first", first_products(spec, fitted)}};
}

}  // namespace

std::string networks_json(const std::string& recipe) {
  const Config c = parse_config(read_file(recipe), recipe);
  const auto g = shapes(c.generator.layers, {c.generator.noise_size}, "generator");
  const auto d = shapes(c.discriminator.layers, g.back().out, "discriminator");
  const nlohmann::json out = {{"G", counts(c.generator.layers, g)},
                              {"D", counts(c.discriminator.layers, d)},
                              {"relativistic", c.game.value == "relativistic"},
                              {"penalised", c.game.r1 > 0 || c.game.r2 > 0},
                              {"shape", g.back().out},
                              {"why_not_fused", family_of(c).engines.why_not_fused(c)}};
  return out.dump();
}

}  // namespace gan
