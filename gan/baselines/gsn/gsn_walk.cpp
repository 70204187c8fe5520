#include "gan/baselines/gsn/gsn_walk.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "gan/kernels/autoencoding.h"

namespace gan {

using namespace kernels;

namespace {

constexpr double kDrawing = 30;  // operations that a number costs

Unit unit_of(const GsnSection& section) {
  return {.kind = section.activation == HiddenActivation::tanh ? Unit::Kind::tanh
                                                               : Unit::Kind::sigmoid};
}

Tensor view(void* data, int64_t rows, int64_t columns, Format precision) {
  return at::from_blob(data, {rows, columns},
                       precision == Format::fp32 ? at::kFloat : at::kBFloat16);
}

/// n numbers of sample `row` of `step`, uniform or normal; scratch: n + 1.
void draw_row(const Stream& stream, uint64_t step, int64_t row, int64_t n, float* out,
              float* scratch) {
  const int64_t even = n + n % 2;
  stream.uniform({scratch, static_cast<size_t>(even)}, even, step, static_cast<uint64_t>(row));
  to_normal(n, scratch, out);
}

}  // namespace

GsnWalk::GsnWalk(TiedLayers& layers, const GsnSection& section, int64_t steps, bool training)
    : layers_(layers),
      section_(section),
      steps_(steps),
      training_(training),
      blocks_(layers.depth() + 1),
      activities_(layers.depth() + 1) {
  noise_.before.resize(layers.depth() + 1);
  noise_.after.resize(layers.depth() + 1);
}

void GsnWalk::ensure_size(int64_t rows) {
  layers_.prepare();
  losses_.assign(static_cast<size_t>(at::get_num_threads()),
                 std::vector<double>(static_cast<size_t>(steps_)));
  if (rows == rows_) return;
  rows_ = rows;
  const int64_t dim = layers_.size(0);
  noise_.corruption = at::empty({rows, dim});
  noise_.pixels = at::empty({steps_, rows, dim});
  means_ = at::empty({rows, dim});
  for (size_t l = 0; l <= layers_.depth(); ++l) {
    const int64_t all = steps_ * rows * layers_.size(l);
    blocks_[l].assign(static_cast<size_t>(2 * all * bytes_of(layers_.precision())),
                      0);  // hidden layers start at 0
    if (!noisy(l)) continue;
    activities_[l].resize(static_cast<size_t>(all * bytes_of(layers_.precision())));
    noise_.before[l] = at::empty({steps_, rows, layers_.size(l)});
    noise_.after[l] = at::empty({steps_, rows, layers_.size(l)});
  }
}

GsnNoise& GsnWalk::noise(int64_t rows) {
  ensure_size(rows);
  return noise_;
}

void GsnWalk::draw(int64_t rows, const Stream& stream, uint64_t step, int64_t first) {
  ensure_size(rows);
  const int64_t dim = layers_.size(0);
  const double numbers = static_cast<double>(noise_.pixels.numel()) * (noisy(2) ? 4 : 1);
  run_team(kDrawing * numbers, [&](Team& team) {
    const auto [begin, end] = team.share(rows);
    const auto uniform = [&](const Stream& s, float* out) {
      s.uniform({out + begin * dim, static_cast<size_t>((end - begin) * dim)}, dim, step,
                static_cast<uint64_t>(first + begin));
    };
    uniform(stream.child("corruption"), noise_.corruption.data_ptr<float>());
    const auto normal = [&](const Stream& s, size_t l, int64_t k, Tensor& out) {
      const int64_t n = layers_.size(l);
      for (int64_t row = begin; row < end; ++row)
        draw_row(s, step, first + row, n, out.data_ptr<float>() + (k * rows + row) * n,
                 layers_.tile(team, n + 1));
    };
    for (int64_t k = 0; k < steps_; ++k) {
      const bool unused = training_ && k + 1 == steps_;  // by even layers
      if (!unused)
        uniform(stream.child("pixels").child(k), noise_.pixels.data_ptr<float>() + k * rows * dim);
      for (size_t l = 2; l <= layers_.depth() && noisy(l); ++l) {
        if (unused && l % 2 == 0) continue;
        normal(stream.child("before").child(l).child(k), l, k, noise_.before[l]);
        normal(stream.child("after").child(l).child(k), l, k, noise_.after[l]);
      }
    }
  });
}

void GsnWalk::step_hidden(const Team& team, size_t l, int64_t k) {
  const int64_t n = layers_.size(l),
                before = l % 2 ? k - 1 : k;  // the step that its neighbours are from
  const bool top = l == layers_.depth();
  // When training starts, only h_0 is not 0.
  const bool first = training_ && before == 0;
  each_tile(team, rows_, n, 1, [&](int64_t row, int64_t rows, int64_t unit, int64_t units) {
    const void* below =
        first && l > 1 ? nullptr : layers_.element(h(l - 1, before), row * layers_.size(l - 1));
    const void* above =
        first || top ? nullptr : layers_.element(h(l + 1, before), row * layers_.size(l + 1));
    float* a = layers_.incoming(team, l, below, above, rows, unit, units);
    const Size size{rows, units, n};
    const int64_t at = row * n + unit, noise = (k - 1) * rows_ * n + at;
    const auto sigma = static_cast<float>(section_.noise);
    if (noisy(l)) add(size, sigma, noise_.before[l].data_ptr<float>() + noise, a);
    void* y = layers_.element(activity(l, k), at);
    activate(layers_.precision(), size, a, layers_.bias(l) + unit, unit_of(section_), {}, y);
    if (noisy(l))
      shift(layers_.precision(), size, y, sigma, noise_.after[l].data_ptr<float>() + noise,
            layers_.element(h(l, k), at));
  });
}

void GsnWalk::step_visible(const Team& team, int64_t k) {
  const int64_t dim = layers_.size(0);
  each_tile(team, rows_, dim, 1, [&](int64_t row, int64_t rows, int64_t unit, int64_t units) {
    const float *a = layers_.incoming(team, 0, nullptr,
                                      layers_.element(h(1, k), row * layers_.size(1)), rows, unit,
                                      units),
                *bias = layers_.bias(0) + unit;
    const Size size{rows, units, dim};
    const int64_t at = row * dim + unit;
    if (training_) {
      const float scale = share_ / static_cast<float>(rows_ * dim);
      losses_[static_cast<size_t>(team.index)][static_cast<size_t>(k - 1)] += cross_entropy(
          layers_.precision(), size, a, bias, x_ + at, scale, layers_.element(delta(0, k), at));
      if (k == steps_) return;
    }
    draw_bits(layers_.precision(), size, a, bias,
              noise_.pixels.data_ptr<float>() + (k - 1) * rows_ * dim + at,
              static_cast<float>(section_.corruption), means_.data_ptr<float>() + at,
              layers_.element(h(0, k), at));
  });
}

void GsnWalk::step_odd(const Team& team, int64_t k) {
  for (size_t l = 1; l <= layers_.depth(); l += 2) step_hidden(team, l, k);
}

void GsnWalk::step_even(const Team& team, int64_t k) {
  step_visible(team, k);
  if (training_ && k == steps_) return;  // nobody would look at them
  for (size_t l = 2; l <= layers_.depth(); l += 2) step_hidden(team, l, k);
}

/// What a layer gives to its neighbours, they give back: the derivative in h comes by the same
/// products as h itself.
void GsnWalk::back_hidden(const Team& team, size_t l, int64_t k) {
  const int64_t n = layers_.size(l), after = l % 2 ? k : k + 1;
  const bool top = l == layers_.depth(),
             last = after == steps_ &&
                    l % 2;  // of the last step's even layers only the visible one counts
  each_tile(team, rows_, n, 1, [&](int64_t row, int64_t rows, int64_t unit, int64_t units) {
    const void* below =
        last && l > 1 ? nullptr : layers_.element(delta(l - 1, after), row * layers_.size(l - 1));
    const void* above =
        last || top ? nullptr : layers_.element(delta(l + 1, after), row * layers_.size(l + 1));
    const float* d = layers_.incoming(team, l, below, above, rows, unit, units);
    const int64_t at = row * n + unit;
    derive(layers_.precision(), {rows, units, n}, d, layers_.element(activity(l, k), at),
           unit_of(section_), {}, layers_.element(delta(l, k), at));
  });
}

void GsnWalk::back(Team& team, int64_t k) {
  if (k < steps_ && layers_.depth() > 1) {
    for (size_t l = 2; l <= layers_.depth(); l += 2) back_hidden(team, l, k);
    team.barrier();
  }
  for (size_t l = 1; l <= layers_.depth(); l += 2) back_hidden(team, l, k);
  team.barrier();
}

void GsnWalk::update(const Team& team, const Optimizer& optimizer, const UpdateTime& when) {
  for (size_t l = 1; l <= layers_.depth(); ++l) {
    const int64_t skip = l > 1 ? 1 : 0;  // the first and last block of even hidden layers are 0
    layers_.weight_gradient(team, l, block(l, skip), block(l - 1, skip),
                            2 * (steps_ - skip) * rows_,
                            [&](int64_t unit, int64_t units, const float* g) {
                              layers_.update_weights(optimizer, l, unit, units, g, when);
                            });
  }
  for (size_t l = 0; l <= layers_.depth(); ++l)
    layers_.bias_gradient(team, l, delta(l, 1), (l > 0 && l % 2 == 0 ? steps_ - 1 : steps_) * rows_,
                          [&](int64_t unit, int64_t units, const float* g) {
                            layers_.update_biases(optimizer, l, unit, units, g, when);
                          });
}

std::vector<double> GsnWalk::learn(const Tensor& x, Optimizer& optimizer, const UpdateTime& when,
                                   double share) {
  const Tensor data = x.contiguous();
  share_ = static_cast<float>(share);
  ensure_size(x.size(0));
  x_ = data.data_ptr<float>();
  const int64_t dim = layers_.size(0);
  run_team(3 * static_cast<double>(steps_ * rows_) * layers_.operations(), [&](Team& team) {
    layers_.refresh(team);
    const auto [begin, end] = team.share(rows_);
    const int64_t at = begin * dim;
    corrupt(layers_.precision(), (end - begin) * dim, x_ + at,
            noise_.corruption.data_ptr<float>() + at, static_cast<float>(section_.corruption),
            layers_.element(h(0, 0), at));
    team.barrier();
    for (int64_t k = 1; k <= steps_; ++k) {
      step_odd(team, k);
      team.barrier();
      step_even(team, k);
      team.barrier();
    }
    for (int64_t k = steps_; k >= 1; --k) back(team, k);
    update(team, optimizer, when);
  });
  layers_.finish(optimizer, when);
  std::vector<double> out(static_cast<size_t>(steps_));
  for (const auto& of_thread : losses_)
    for (size_t k = 0; k < out.size(); ++k)
      out[k] += of_thread[k] / static_cast<double>(rows_ * dim);
  return out;
}

Tensor GsnWalk::advance(std::vector<Tensor>& even) {
  ensure_size(even[0].size(0));
  const auto each_even = [&](auto body) {
    for (size_t l = 0; l <= layers_.depth(); l += 2) body(even[l / 2], l);
  };
  each_even([&](const Tensor& t, size_t l) {
    view(h(l, 0), rows_, layers_.size(l), layers_.precision()).copy_(t);
  });
  run_team(2 * static_cast<double>(rows_) * layers_.operations(), [&](Team& team) {
    layers_.refresh(team);
    step_odd(team, 1);
    team.barrier();
    step_even(team, 1);
  });
  each_even([&](Tensor& t, size_t l) {
    t.copy_(view(h(l, 1), rows_, layers_.size(l), layers_.precision()));
  });
  return means_;
}

}  // namespace gan
