#pragma once
/// All that is known of a kind of layer beside its settings stands in one place: its LayerRow, in
/// dense_rows.h, image_rows.h or, of residual blocks, network.cpp. From the rows come shapes(),
/// parameter_count(), layer_memory() and describe().

#include <fmt/core.h>

#include <string>

#include "gan/core/error.h"
#include "gan/spec/network.h"

namespace gan {

/// Where a layer stands in its network.
struct LayerSite {
  Shape in;                   ///< what comes in
  std::string who;            ///< for errors: "[generator] layer 2 (dense 5 relu, he)"
  bool last_weights = false;  ///< no layer after it has weights
  bool last = false;          ///< no layer comes after it
  int64_t classes = 0;        ///< of the labels; 0: there are none
};

/// Specialised for each kind of layer, with
///   static LayerShape fit(const L&, const LayerSite&);   ///< @throws UsageError
///   static std::string describe(const L&);
/// and, where they are not those of LayerRowDefaults, the functions that stand there.
template <class L>
struct LayerRow;

struct LayerRowDefaults {
  template <class L>
  static int64_t parameters(const L&, const LayerShape&) {
    return 0;
  }
  /// Numbers that training keeps of one example: before and after an activation, or a mask and what
  /// it lets through.
  template <class L>
  static double kept(const L&, const LayerShape& shape) {
    return 2 * static_cast<double>(product(shape.out));
  }
  /// The most numbers of one example that are there at once.
  template <class L>
  static double widest(const L&, const LayerShape& shape) {
    return static_cast<double>(product(shape.out));
  }
};

// What the rows share.

/// In a double, which no shape overflows.
inline double numbers(const Shape& shape) {
  double out = 1;
  for (const int64_t d : shape) out *= static_cast<double>(d);
  return out;
}

inline std::string describe(Activation activation) {
  return std::string(names_of(activation)[static_cast<int>(activation)]);
}

inline std::string describe(const Init& init) {
  const std::string name(names_of(init.kind)[static_cast<int>(init.kind)]);
  return init.value == 0 ? name : fmt::format("{} {}", name, init.value);
}

inline std::string describe(const Bias& bias) {
  if (bias.marginals) return ", bias from the data's marginals";
  return bias.value == 0 ? "" : fmt::format(", bias {}", bias.value);
}

/// How weights and biases start and end.
template <class L>
std::string describe_weights(const L& l) {
  std::string tied, norm;
  if constexpr (requires { l.tied; }) tied = l.tied ? "" : ", a bias for each position";
  if constexpr (requires { l.max_norm; })
    norm = l.max_norm > 0 ? fmt::format(", max norm {}", l.max_norm) : "";
  if constexpr (requires { l.spectral_norm; })
    if (l.spectral_norm.on) norm += ", spectral norm";
  return describe(l.init) + describe(l.bias) + tied + norm;
}

template <class L>
void check_spectral_norm(const L& l, const LayerSite& at) {
  if (!l.spectral_norm.on) return;
  if (l.max_norm > 0)
    throw UsageError("{}: max_norm and spectral_norm limit the same weights; give one of them",
                     at.who);
  if (l.init.kind == Init::Kind::zero)
    throw UsageError(
        "{}: spectral_norm divides the weights by their largest singular value, and init = \"zero\" makes that 0; choose another init",
        at.who);
}

/// weights: of a unit, a piece or a kernel, whatever `of` says; marginals: whether biases may start
/// from the data's.
template <class L>
void check_starts(const L& l, const LayerSite& at, int64_t weights, std::string_view of,
                  bool marginals = false) {
  if (l.init.kind == Init::Kind::sparse && l.init.value > static_cast<double>(weights))
    throw UsageError(
        "{}: init = {{ sparse = {} }} is more than the {} weights of {}; give at most {}", at.who,
        l.init.value, weights, of, weights);
  if (l.bias.marginals && !marginals)
    throw UsageError(
        "{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here",
        at.who);
  if constexpr (requires { l.spectral_norm; }) check_spectral_norm(l, at);
}

}  // namespace gan
