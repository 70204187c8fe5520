#pragma once
/// The rows of the layers in dense_layers.h.

#include <algorithm>

#include "gan/spec/layer_row.h"

namespace gan {

template <>
struct LayerRow<Dense> : LayerRowDefaults {
  static LayerShape fit(const Dense& l, const LayerSite& at) {
    check_starts(l, at, product(at.in), "a unit", at.last_weights);
    return {at.in, {l.units}};
  }
  static int64_t parameters(const Dense& l, const LayerShape& shape) {
    return l.units * (product(shape.in) + 1);
  }
  static std::string describe(const Dense& l) {
    return fmt::format("dense {} {}, {}", l.units, gan::describe(l.activation),
                       describe_weights(l));
  }
};

template <>
struct LayerRow<Maxout> : LayerRowDefaults {
  static LayerShape fit(const Maxout& l, const LayerSite& at) {
    check_starts(l, at, product(at.in), "a piece");
    return {at.in, {l.units}};
  }
  static int64_t parameters(const Maxout& l, const LayerShape& shape) {
    return l.units * l.pieces * (product(shape.in) + 1);
  }
  static double kept(const Maxout& l, const LayerShape&) {
    return 3 * static_cast<double>(l.units);  // an index takes 8 bytes
  }
  static double widest(const Maxout& l, const LayerShape&) {
    return static_cast<double>(l.units) * static_cast<double>(std::max<int64_t>(l.pieces, 1));
  }
  static std::string describe(const Maxout& l) {
    return fmt::format("maxout {}x{}, {}", l.units, l.pieces, describe_weights(l));
  }
};

template <>
struct LayerRow<Dropout> : LayerRowDefaults {
  static LayerShape fit(const Dropout&, const LayerSite& at) { return {at.in, at.in}; }
  static std::string describe(const Dropout& l) {
    return fmt::format("dropout keep {} scale {}", l.keep, l.scale);
  }
};

template <>
struct LayerRow<BatchNorm> : LayerRowDefaults {
  static LayerShape fit(const BatchNorm&, const LayerSite& at) { return {at.in, at.in}; }
  static int64_t parameters(const BatchNorm&, const LayerShape& shape) { return 2 * shape.in[0]; }
  static std::string describe(const BatchNorm&) { return "batch norm"; }
};

template <>
struct LayerRow<ActivationLayer> : LayerRowDefaults {
  static LayerShape fit(const ActivationLayer&, const LayerSite& at) { return {at.in, at.in}; }
  static std::string describe(const ActivationLayer& l) { return gan::describe(l.activation); }
};

inline void check_labels(const LayerSite& at) {
  if (at.classes < 1)
    throw UsageError("{}: needs a label of each example, and there are none; leave it out", at.who);
}

template <>
struct LayerRow<ConditionalBatchNorm> : LayerRowDefaults {
  static LayerShape fit(const ConditionalBatchNorm&, const LayerSite& at) {
    check_labels(at);
    return {.in = at.in, .out = at.in, .classes = at.classes};
  }
  static int64_t parameters(const ConditionalBatchNorm&, const LayerShape& shape) {
    return 2 * shape.in[0] * shape.classes;
  }
  static std::string describe(const ConditionalBatchNorm&) { return "conditional batch norm"; }
};

template <>
struct LayerRow<MinibatchDeviation> : LayerRowDefaults {
  static LayerShape fit(const MinibatchDeviation& l, const LayerSite& at) {
    if (l.group < 2) throw UsageError("{}: group = {}, expected at least 2", at.who, l.group);
    Shape out = at.in;
    ++out[0];
    return {at.in, out};
  }
  static std::string describe(const MinibatchDeviation& l) {
    return fmt::format("minibatch deviation, groups of {}", l.group);
  }
};

template <>
struct LayerRow<ClassEmbedding> : LayerRowDefaults {
  static LayerShape fit(const ClassEmbedding& l, const LayerSite& at) {
    check_labels(at);
    if (l.size < 1) throw UsageError("{}: size = {}, expected at least 1", at.who, l.size);
    return {.in = at.in, .out = {product(at.in) + l.size}, .classes = at.classes};
  }
  static int64_t parameters(const ClassEmbedding& l, const LayerShape& shape) {
    return shape.classes * l.size;
  }
  static std::string describe(const ClassEmbedding& l) {
    return fmt::format("class embedding {}", l.size);
  }
};

template <>
struct LayerRow<Projection> : LayerRowDefaults {
  static LayerShape fit(const Projection& l, const LayerSite& at) {
    check_labels(at);
    if (!at.last) throw UsageError("{}: must be the last layer of the network", at.who);
    check_starts(l, at, product(at.in), "its unit");
    return {.in = at.in, .out = {1}, .classes = at.classes};
  }
  static int64_t parameters(const Projection&, const LayerShape& shape) {
    return product(shape.in) * (1 + shape.classes) + 1;
  }
  static double kept(const Projection&, const LayerShape& shape) {
    return 2 * static_cast<double>(product(shape.in));  // the label's embedding, and the product
  }
  static double widest(const Projection& l, const LayerShape& shape) { return kept(l, shape); }
  static std::string describe(const Projection& l) {
    return fmt::format("projection onto labels, {}", describe_weights(l));
  }
};

}  // namespace gan
