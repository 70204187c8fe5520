#include "gan/nets/sliding_product.h"

#include <algorithm>

#include "gan/kernels/images.h"
#include "gan/kernels/one_kernel.h"
#include "gan/kernels/weight_gradient.h"

namespace gan {

using kernels::bytes_of;
using kernels::Format;
using kernels::sized;

namespace {

/// Patches that go into a product, and those that come out of one: they stay in a core's own cache,
/// and are enough for a product.
constexpr int64_t kPatchBytes = 1 << 20, kMadeBytes = 1 << 19;
constexpr int64_t kFloat = sizeof(float);
/// A dense layer's product is as large as this, and its gradient of so many units, at least:
/// smaller ones would read weights and examples too often.
constexpr int64_t kDenseBytes = 1 << 22, kUnitsAtOnce = 64;

}  // namespace

SlidingProduct::SlidingProduct(const kernels::Sliding& sliding, const FusedParameters& parameters,
                               Format precision)
    : sliding_(sliding), parameters_(parameters), precision_(precision) {
  sized(weights_, parameters_.rows.size() * parameters_.columns.size() * bytes_of(precision));
  sized(biases_, std::max(parameters_.line, parameters_.biases.size()));
  if (kernels::GroupedConvolution::fits(precision, sliding, kernels_count()))
    grouped_.emplace(precision, sliding);
}

void SlidingProduct::set_rows(const AxisOrder& order) {
  parameters_.rows = order;
  parameters_.biases = order;
}

void SlidingProduct::refresh(const kernels::Team& team) {
  const AxisOrder &rows = parameters_.rows, &columns = parameters_.columns;
  const int64_t n = columns.size();
  const auto [begin, end] = team.share(rows.size());
  for (int64_t row = begin; row < end; ++row)
    kernels::channels_last(precision_, 1, columns.channels, columns.places,
                           parameters_.weight + rows.in_reference(row) * n,
                           weights_.data() + row * n * bytes_of(precision_));
  if (grouped_) grouped_->set_kernels(weights_.data(), begin, end);
  const auto biases = team.share(static_cast<int64_t>(biases_.size()), 16);
  const AxisOrder& order = parameters_.biases;
  for (int64_t i = biases.begin; i < biases.end; ++i)
    biases_[static_cast<size_t>(i)] = parameters_.bias[order.in_reference(i % order.size())];
}

int64_t SlidingProduct::lines_at_once(Direction direction) const {
  const bool up = direction == Direction::up;
  int64_t most = up ? kMadeBytes : kPatchBytes,
          line = sliding_.columns * patch() * (up ? kFloat : bytes_of(precision_));
  if (sliding_.identity()) {
    most = kDenseBytes;
    line = sliding_.columns * (up ? patch() : kernels_count()) * kFloat;
  }
  const int64_t lines = std::max<int64_t>(1, most / line);
  return lines > sliding_.rows ? lines / sliding_.rows * sliding_.rows : lines;
}

const char* SlidingProduct::patches_of(FusedMember& m, const char* big, int64_t first,
                                       int64_t lines) const {
  const int64_t n = sliding_.columns * sliding_.patch() * bytes_of(precision_);
  if (sliding_.identity()) return big + first * n;
  char* patches = sized(m.own.patches, lines * n);
  kernels::gather_patches(precision_, sliding_, big, first, lines, patches);
  return patches;
}

void SlidingProduct::multiply_down(const void* patches, int64_t positions, float* small) const {
  if (kernels_count() == 1)
    return kernels::times_row(precision_, positions, patch(), patches, weights_.data(), small);
  const int64_t groups = sliding_.groups, n = kernels_count() / groups, k = patch() / groups;
  for (int64_t g = 0; g < groups; ++g)
    kernels::multiply({.m = positions,
                       .n = n,
                       .k = k,
                       .transpose_a = false,
                       .transpose_b = true,
                       .operands = precision_,
                       .stride_a = groups * k,
                       .stride_c = groups * n},
                      static_cast<const char*>(patches) + g * k * bytes_of(precision_),
                      weights_.data() + g * n * k * bytes_of(precision_), small + g * n);
}

void SlidingProduct::multiply_up(const void* small, int64_t positions, float* patches) const {
  if (kernels_count() == 1)
    return kernels::outer_product(precision_, positions, patch(), small, weights_.data(), patches);
  const int64_t groups = sliding_.groups, n = kernels_count() / groups, k = patch() / groups;
  for (int64_t g = 0; g < groups; ++g)
    kernels::multiply({.m = positions,
                       .n = k,
                       .k = n,
                       .transpose_a = false,
                       .transpose_b = false,
                       .operands = precision_,
                       .stride_a = groups * n,
                       .stride_c = groups * k},
                      static_cast<const char*>(small) + g * n * bytes_of(precision_),
                      weights_.data() + g * n * k * bytes_of(precision_), patches + g * k);
}

void SlidingProduct::begin_gradient(int threads) {
  sums_.resize(std::max(sums_.size(), static_cast<size_t>(threads)));
  for (Sum& sum : sums_) {
    sum.used = false;
    sum.biases.assign(static_cast<size_t>(parameters_.biases.size()), 0.0f);
  }
}

void SlidingProduct::add_gradient(FusedMember& m, const char* small, const char* big,
                                  int64_t examples) {
  if (examples == 0) return;
  Sum& sum = sums_[static_cast<size_t>(m.team.index)];
  const int64_t groups = sliding_.groups, n = kernels_count() / groups, k = patch() / groups;
  float* weights = sized(sum.weights, kernels_count() * k);
  if (grouped_) {
    if (!sum.used) std::fill_n(weights, kernels_count() * k, 0.0f);
    grouped_->add_gradient(examples, small, big, m.own.grouped, weights);
    sum.used = true;
    return;
  }
  const int64_t most = lines_at_once(Direction::down), lines = examples * sliding_.rows;
  for (int64_t line = 0; line < lines; line += most) {
    const int64_t count = std::min(most, lines - line);
    const char* patches = patches_of(m, big, line, count);
    const char* left = small + line * sliding_.columns * kernels_count() * bytes_of(precision_);
    if (kernels_count() == 1)
      kernels::weighted_sum(precision_, count * sliding_.columns, k, left, patches, sum.used,
                            sum.weights.data());
    for (int64_t g = 0; g < groups && kernels_count() > 1; ++g)
      kernels::multiply({.m = n,
                         .n = k,
                         .k = count * sliding_.columns,
                         .transpose_a = true,
                         .transpose_b = false,
                         .operands = precision_,
                         .stride_a = groups * n,
                         .stride_b = groups * k,
                         .accumulate = sum.used},
                        left + g * n * bytes_of(precision_), patches + g * k * bytes_of(precision_),
                        sum.weights.data() + g * n * k);
    sum.used = true;
  }
}

void SlidingProduct::add_bias_gradient(FusedMember& m, const char* d, int64_t examples,
                                       const float* factor, int64_t numbers) {
  Sum& sum = sums_[static_cast<size_t>(m.team.index)];
  const int64_t n = parameters_.biases.size();
  float* all = sized(m.own.other, numbers);
  kernels::sum_rows(precision_, {examples, numbers, numbers}, factor, d, all);
  for (int64_t i = 0; i < numbers; i += n)
    for (int64_t j = 0; j < n; ++j) sum.biases[static_cast<size_t>(j)] += all[i + j];
}

void SlidingProduct::finish_gradient(FusedMember& m, const UseGradient& use) {
  const AxisOrder &rows = parameters_.rows, &columns = parameters_.columns;
  const int64_t n = columns.size();
  const int64_t most = std::max<int64_t>(1, kernels::kTileRows * kernels::kTileColumns / n);
  const auto [begin, end] = m.team.share(rows.size());
  for (int64_t first = begin; first < end; first += most) {
    const int64_t count = std::min(most, end - first);
    float *tile = sized(m.own.product, count * n), *line = sized(m.own.other, n);
    for (int64_t r = 0; r < count; ++r) {
      const int64_t at = rows.in_engine(first + r) * n;
      std::fill_n(line, n, 0.0f);
      for (const Sum& sum : sums_)
        if (sum.used) kernels::add(Format::fp32, n, sum.weights.data() + at, line);
      kernels::channels_first(1, columns.channels, columns.places, line, tile + r * n);
    }
    use(m.team, parameters_.index, first * n, count * n, tile);
  }
  const AxisOrder& biases = parameters_.biases;
  const auto part = m.team.share(biases.size(), 16);
  if (part.begin == part.end) return;
  float* tile = sized(m.own.product, part.end - part.begin);
  for (int64_t i = part.begin; i < part.end; ++i) {
    float total = 0;
    for (const Sum& sum : sums_) total += sum.biases[static_cast<size_t>(biases.in_engine(i))];
    tile[i - part.begin] = total;
  }
  use(m.team, parameters_.index + 1, part.begin, part.end - part.begin, tile);
}

void SlidingProduct::whole_gradient(FusedMember& m, const char* d, const char* x, int64_t rows,
                                    const float* factor, const UseGradient& use) {
  const int64_t units = kernels_count(), n = patch();
  const AxisOrder& columns = parameters_.columns;
  const kernels::WeightGradient gradient{.left = d,
                                         .n = units,
                                         .right = x,
                                         .m = n,
                                         .rows = rows,
                                         .precision = precision_,
                                         .most = std::max(kUnitsAtOnce, kernels::rows_of_part(n))};
  const auto tile = [&](int64_t numbers) { return sized(m.own.product, numbers); };
  kernels::each_part(m.team, gradient, tile, [&](int64_t first, int64_t count, float* part) {
    float* ordered = part;
    if (!columns.same()) {
      ordered = sized(m.own.image, count * n);
      kernels::channels_first(count, columns.channels, columns.places, part, ordered);
    }
    use(m.team, parameters_.index, first * n, count * n, ordered);
    float* biases = sized(m.own.other, count);
    kernels::sum_rows(precision_, {rows, count, units}, factor, d + first * bytes_of(precision_),
                      biases);
    use(m.team, parameters_.index + 1, first, count, biases);
  });
}

}  // namespace gan
