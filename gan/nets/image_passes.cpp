#include "gan/nets/image_passes.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "gan/kernels/images.h"
#include "gan/kernels/updates.h"

namespace gan {

using kernels::sized;
using kernels::Team;

namespace {

constexpr int64_t kMostAtOnce = 16;          // examples
constexpr int64_t kNumbersAtOnce = 1 << 18;  // of the widest value: they stay in a core's own cache

RowRange share_of(const Team& team, RowRange rows) {
  const auto [begin, end] = team.share(rows.size());
  return {rows.begin + begin, rows.begin + end};
}

}  // namespace

ImagePasses::ImagePasses(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
                         std::vector<Tensor> parameters, std::vector<Tensor> moments,
                         kernels::Format precision, bool penalised)
    : parameters_(std::move(parameters)),
      moments_(std::move(moments)),
      looks_across_examples_(!treats_examples_alone(spec)),
      graph_(precision),
      input_(shapes.front().in),
      output_(shapes.back().out) {
  graph_.add_value(input_);
  FusedBuilder builder(graph_, operations_, parameters_, moments_);
  builder.add_network(spec, shapes);
  builder.finish(penalised);
  for (size_t i = 0; i < operations_.size(); ++i) {
    const bool whole = operations_[i]->whole();
    if (whole || segments_.empty() || segments_.back().whole)
      segments_.push_back({i, i + 1, whole});
    else
      segments_.back().end = i + 1;
  }
  int64_t widest = 1;
  for (size_t v = 0; v <= graph_.output(); ++v) widest = std::max(widest, graph_.value(v).size());
  at_once_ = std::clamp<int64_t>(kNumbersAtOnce / widest, 1, kMostAtOnce);
}

double ImagePasses::operations(int64_t rows) const {
  double sum = 0;
  for (const auto& operation : operations_) sum += operation->operations();
  return sum * static_cast<double>(rows);
}

template <class Pass>
void ImagePasses::run(const Segment& segment, RowRange rows, Pass pass) {
  if (segment.whole) return pass(rows);
  for (int64_t row = rows.begin; row < rows.end; row += at_once_)
    pass(RowRange{row, std::min(row + at_once_, rows.end)});
}

void ImagePasses::record(at::TensorList parts, const Pass& pass) {
  ++serial_;
  examples_.clear();
  graph_.parts_.clear();
  graph_.pass_ = pass;
  int64_t rows = 0;
  for (const Tensor& part : parts) {
    examples_.push_back(part.contiguous());
    rows += part.size(0);
  }
  const int64_t part = pass.part > 0 ? pass.part : std::max<int64_t>(1, rows);
  for (int64_t row = 0; row < rows; row += part)
    graph_.parts_.push_back({row, std::min(rows, row + part)});
  graph_.ensure_size(rows);
  for (const auto& operation : operations_) operation->ensure_size(rows);
  buffers_.resize(std::max(buffers_.size(), static_cast<size_t>(at::get_num_threads())));
  forward();
}

void ImagePasses::forward() {
  used_up_ = false;
  const bool refresh = weights_are_old_;
  weights_are_old_ = false;
  kernels::run_team(operations(graph_.rows_), [&](Team& team) {
    if (refresh) {
      for (const auto& operation : operations_) operation->refresh(team);
      team.barrier();
    }
    const RowRange mine = share_of(team, {0, graph_.rows_});
    take_in(mine);
    FusedMember m = member(team);
    for (const Segment& segment : segments_)
      run(segment, mine, [&](RowRange some) {
        for (size_t i = segment.begin; i < segment.end; ++i) operations_[i]->forward(m, some);
      });
  });
}

/// What came in, to the engine's order and precision.
void ImagePasses::take_in(RowRange rows) {
  const FusedGraph::Value& v = graph_.value(0);
  int64_t first = 0;
  for (const Tensor& part : examples_) {
    const int64_t begin = std::max(rows.begin, first),
                  end = std::min(rows.end, first + part.size(0));
    if (begin < end)
      kernels::channels_last(graph_.precision_, end - begin, v.channels(), v.places(),
                             part.data_ptr<float>() + (begin - first) * v.size(),
                             graph_.h(0, begin));
    first += part.size(0);
  }
}

Tensor ImagePasses::output() {
  const FusedGraph::Value& v = graph_.value(graph_.output());
  auto* y = reinterpret_cast<float*>(graph_.h(graph_.output(), 0));
  if (v.channels() > 1) {
    float* ordered = sized(in_order_, graph_.rows_ * v.size());
    kernels::channels_first(graph_.rows_, v.channels(), v.places(), y, ordered);
    y = ordered;
  }
  return at::from_blob(y, batch_shape(graph_.rows_, output_), at::kFloat);
}

void ImagePasses::go_back(FusedMember& m, RowRange rows) {
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment)
    run(*segment, rows, [&](RowRange some) {
      for (size_t i = segment->end; i > segment->begin; --i) operations_[i - 1]->backward(m, some);
    });
}

bool ImagePasses::are_whole_parts(RowRange rows) const {
  return std::all_of(graph_.parts_.begin(), graph_.parts_.end(), [&](const RowRange& part) {
    const bool outside = part.end <= rows.begin || rows.end <= part.begin;
    return outside || (rows.begin <= part.begin && part.end <= rows.end);
  });
}

Tensor ImagePasses::input_gradient(const Tensor& slope, int64_t first) {
  if (looks_across_examples_ && !are_whole_parts({first, first + slope.size(0)})) {
    Tensor all = at::zeros({graph_.rows_, slope.numel() / slope.size(0)}, at::kFloat);
    all.narrow(0, first, slope.size(0)).copy_(slope.flatten(1));
    return input_gradient(all, 0).narrow(0, first, slope.size(0));
  }
  if (used_up_) forward();
  graph_.ensure_derivatives();
  const int64_t count = slope.size(0);
  const FusedGraph::Value& v = graph_.value(0);
  const Tensor dy = slope.contiguous();
  float* out = sized(slopes_, count * v.size());
  graph_.sink_ = FusedGraph::Sink::slopes;
  graph_.slopes_ = out;
  graph_.slopes_first_ = first;
  kernels::run_team(operations(count), [&](Team& team) {
    FusedMember m = member(team);
    const RowRange mine = share_of(team, {first, first + count});
    graph_.start_back(m, mine, first, dy.data_ptr<float>());
    go_back(m, mine);
  });
  if (v.channels() > 1) {
    float* ordered = sized(in_order_, count * v.size());
    kernels::channels_first(count, v.channels(), v.places(), out, ordered);
    out = ordered;
  }
  return at::from_blob(out, batch_shape(count, input_), at::kFloat);
}

void ImagePasses::gradients(const Tensor& slope, const Tensor& penalty, const UseGradient& use) {
  if (used_up_) forward();
  const bool penalised = penalty.defined();
  if (penalised && graph_.value(graph_.output()).size() != 1)
    throw std::logic_error("a penalty on slopes needs a network of one output");
  const Tensor dy = slope.contiguous(), weights = penalised ? penalty.contiguous() : penalty;
  graph_.ensure_derivatives();
  if (penalised) graph_.ensure_tangents();
  graph_.sink_ = penalised ? FusedGraph::Sink::tangents : FusedGraph::Sink::none;
  const bool twice = penalised && graph_.curved_;
  graph_.factor_ = penalised ? factors(dy) : nullptr;
  graph_.penalty_ = penalised ? weights.data_ptr<float>() : nullptr;
  used_up_ = penalised;
  for (const auto& operation : operations_) operation->begin_gradient(at::get_num_threads());
  kernels::run_team(operations(graph_.rows_), [&](Team& team) {
    FusedMember m = member(team);
    const RowRange mine = share_of(team, {0, graph_.rows_});
    graph_.start_back(m, mine, 0, penalised ? nullptr : dy.data_ptr<float>());
    go_back(m, mine);
    for (const Segment& segment : segments_)
      run(segment, mine, [&](RowRange some) {
        for (size_t i = segment.begin; i < segment.end; ++i) {
          const bool last = i + 1 == operations_.size();  // no tangent is needed after it
          if (penalised && !last) operations_[i]->tangent(m, some);
          operations_[i]->gradient(m, some);
        }
      });
    if (twice) second_way_back(m, {mine.begin + graph_.rows_, mine.end + graph_.rows_});
    team.barrier();
    for (const auto& operation : operations_) operation->finish_gradient(m, use);
  });
}

/// What curved activations add to a penalty's gradient.
void ImagePasses::second_way_back(FusedMember& m, RowRange rows) {
  graph_.start_second_back(rows);
  go_back(m, rows);
  for (const Segment& segment : segments_)
    run(segment, rows, [&](RowRange some) {
      for (size_t i = segment.begin; i < segment.end; ++i) operations_[i]->gradient(m, some);
    });
}

const float* ImagePasses::factors(const Tensor& slopes) {
  float* all = sized(factors_, graph_.kept_rows());
  std::fill_n(all, graph_.kept_rows(), 1.0f);
  std::copy_n(slopes.data_ptr<float>(), graph_.rows_, all);
  return all;
}

std::vector<Tensor> ImagePasses::parameters(const Tensor& slope, const Tensor& penalty) {
  std::vector<Tensor> out;
  for (const Tensor& t : parameters_) out.push_back(at::empty(t.sizes(), at::kFloat));
  gradients(slope, penalty,
            [&](const Team&, size_t parameter, int64_t first, int64_t n, const float* part) {
              std::copy_n(part, n, out[parameter].data_ptr<float>() + first);
            });
  return out;
}

void ImagePasses::descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
                          UpdateTime when) {
  squares_.assign(static_cast<size_t>(at::get_num_threads()), 0.0);
  gradients(slope, penalty,
            [&](const Team& team, size_t parameter, int64_t first, int64_t n, const float* part) {
              optimizer.step_part(parameter, first, n, part, nullptr, when);
              squares_[static_cast<size_t>(team.index)] += kernels::sum_of_squares(n, part);
            });
  optimizer.finish(when, std::accumulate(squares_.begin(), squares_.end(), 0.0));
  ++serial_;  // the weights are not those of this tape any more
  weights_are_old_ = true;
}

}  // namespace gan
