#include "gan/export/step_names.h"

namespace gan {

std::string_view name_of(generator::Kind kind) {
  static constexpr std::string_view kNames[] = {
      "products", "kernels",  "max_of_pieces",  "max_of_windows",
      "scale",    "activate", "rows_of_images", "images_of_rows",
      "resample", "add",      "join_class",     "scale_of_class"};
  return kNames[static_cast<int>(kind)];
}

std::string_view name_of(generator::Activation activation) {
  static constexpr std::string_view kNames[] = {"linear",  "relu",         "leaky_relu",
                                                "sigmoid", "hard_sigmoid", "tanh"};
  return kNames[static_cast<int>(activation)];
}

}  // namespace gan
