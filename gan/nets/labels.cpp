#include "gan/nets/labels.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace gan {

void check_labels(const Pass& pass, int64_t examples, const std::string& who) {
  if (!pass.label.defined() || pass.label.numel() != examples)
    throw std::logic_error(who + ": needs a label of each example of the pass");
}

Tensor rows_of_labels(const Tensor& embedding, const Pass& pass, int64_t examples,
                      const std::string& who) {
  check_labels(pass, examples, who);
  return embedding.index_select(0, pass.label.to(embedding.device()));
}

}  // namespace gan
