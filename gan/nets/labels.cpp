#include "gan/nets/labels.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace gan {

bool is_mixed(const Tensor& label) {
  return label.defined() && label.dim() == 2;
}

void check_labels(const Pass& pass, int64_t examples, const std::string& who) {
  if (!pass.label.defined() || pass.label.size(0) != examples)
    throw std::logic_error(who + ": needs a label of each example of the pass");
}

Tensor rows_of_labels(const Tensor& embedding, const Pass& pass, int64_t examples,
                      const std::string& who) {
  check_labels(pass, examples, who);
  const Tensor label = pass.label.to(embedding.device());
  return is_mixed(label) ? at::mm(label, embedding) : embedding.index_select(0, label);
}

}  // namespace gan
