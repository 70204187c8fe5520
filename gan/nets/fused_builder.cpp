#include "gan/nets/fused_builder.h"

#include <stdexcept>

#include "gan/nets/fused_elementary.h"

namespace gan {

void FusedBuilder::add_network(const NetworkSpec& spec, const std::vector<LayerShape>& shapes) {
  for (size_t i = 0; i < spec.size(); ++i) {
    path.push_back(i);
    std::visit(
        [&]<class L>(const L& layer) {
          if constexpr (has_fused_passes<L>())
            fuse(layer, shapes[i], *this);
          else
            throw std::logic_error("this layer has no fused passes");
        },
        spec[i]);
    path.pop_back();
  }
}

void FusedBuilder::finish(bool penalised) {
  if (penalised) graph.prepare_for_penalties();
  if (penalised && graph.value(current).unit.curved()) {  // the second way back starts at a line
    const Shape shape = graph.value(current).shape;
    add<FusedReorder>(shape, 1, product(shape));
  }
  graph.value(graph.output()).format = kernels::Format::fp32;
  std::vector<int> readers(graph.output() + 1, 0);
  for (auto operation = operations_.rbegin(); operation != operations_.rend(); ++operation)
    for (FusedInput& input : (*operation)->inputs()) {
      input.first = readers[input.value]++ == 0;
      if ((*operation)->has_weights()) graph.value(input.value).feeds_weights = true;
    }
  for (const auto& operation : operations_) {  // the last on the way back is the first forward
    std::vector<FusedInput>& inputs = operation->inputs();
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
      input->last = readers[input->value] != 0;
      if (!input->first || !input->last) graph.value(input->value).shared = true;
      readers[input->value] = 0;
    }
  }
}

void FusedBuilder::add_sum(size_t other) {
  const std::vector<size_t> inputs{current, other};
  const Shape shape = graph.value(current).shape;
  current = graph.add_value(shape);
  operations_.push_back(std::make_unique<FusedSum>(graph, inputs, current));
}

void FusedBuilder::make_row() {
  const Shape shape = graph.value(current).shape;
  if (shape.size() != 3) return;
  add<FusedReorder>({product(shape)}, shape[1] * shape[2], shape[0]);
}

void FusedBuilder::make_image(const Shape& shape) {
  if (graph.value(current).shape == shape) return;
  make_row();
  const int64_t places = shape[1] * shape[2];
  const bool unread = !is_kept(current) && !operations_.empty();
  if (unread && operations_.back()->order_output({shape[0], places}))
    graph.value(current).shape = shape;
  else
    add<FusedReorder>(shape, shape[0], places);
}

void FusedBuilder::activate(const kernels::Unit& unit) {
  const bool linear = graph.value(current).unit.kind == kernels::Unit::Kind::piecewise &&
                      graph.value(current).unit.slope == 1;
  if (!linear || is_kept(current)) {
    const Shape shape = graph.value(current).shape;
    add<FusedReorder>(shape, 1, product(shape));
  }
  graph.value(current).unit = unit;
}

}  // namespace gan
