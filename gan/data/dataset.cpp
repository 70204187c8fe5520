#include "gan/data/dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>
#include <type_traits>

#include "gan/core/clones.h"
#include "gan/core/random.h"

namespace gan {
namespace {

/// 1 / width, or 1 for values that do not vary.
float factor_for(double width, double numerator = 1) {
  const auto factor = static_cast<float>(numerator / width);
  return width > 0 && std::isfinite(factor) ? factor : 1.0f;
}

Scaling standardise(const Examples& train) {
  const auto dim = static_cast<size_t>(train.dim());
  const auto n = static_cast<double>(train.size());
  std::vector<double> mean(dim), square(dim);
  std::vector<float> row(dim);
  for (int64_t i = 0; i < train.size(); ++i) {
    train.read(i, row);
    for (size_t j = 0; j < dim; ++j) mean[j] += row[j];
  }
  for (double& m : mean) m /= n;
  for (int64_t i = 0; i < train.size(); ++i) {
    train.read(i, row);
    for (size_t j = 0; j < dim; ++j) square[j] += (row[j] - mean[j]) * (row[j] - mean[j]);
  }
  Scaling scaling{std::vector<float>(dim), std::vector<float>(dim)};
  for (size_t j = 0; j < dim; ++j) {
    scaling.offset[j] = static_cast<float>(mean[j]);
    scaling.factor[j] = factor_for(std::sqrt(square[j] / n));
  }
  return scaling;
}

struct Contrast {
  double mean = 0, norm = 0;  ///< of the values; of what is left without their mean
};

Contrast contrast_of(std::span<const float> values) {
  Contrast c;
  double square = 0;
  for (const float x : values) c.mean += x;
  c.mean /= static_cast<double>(values.size());
  for (const float x : values) square += (x - c.mean) * (x - c.mean);
  c.norm = std::sqrt(square);
  return c;
}

/// Means over the examples; of norms, over those that have a contrast.
Contrast mean_contrast(const Examples& examples) {
  Contrast mean;
  int64_t seen = 0;
  std::vector<float> row(static_cast<size_t>(examples.dim()));
  for (int64_t i = 0; i < examples.size(); ++i) {
    examples.read(i, row);
    const Contrast c = contrast_of(row);
    mean.mean += c.mean;
    mean.norm += c.norm;
    seen += c.norm > 0;
  }
  mean.mean /= static_cast<double>(std::max<int64_t>(examples.size(), 1));
  mean.norm /= static_cast<double>(std::max<int64_t>(seen, 1));
  return mean;
}

/// `to` with the labels of `from`, whose examples it holds in the same order.
Examples as_labelled(const Examples& from, Examples to) {
  return std::move(to).with_labels({from.labels().begin(), from.labels().end()});
}

Examples with_contrast(const Examples& from, const Contrast& wanted) {
  const int64_t dim = from.dim();
  std::vector<float> values(static_cast<size_t>(from.size() * dim));
  for (int64_t i = 0; i < from.size(); ++i) {
    const auto row = std::span(values).subspan(i * dim, dim);
    from.read(i, row);
    const Contrast c = contrast_of(row);
    const double factor = c.norm > 0 ? wanted.norm / c.norm : 0;
    for (float& x : row) x = static_cast<float>((x - c.mean) * factor + wanted.mean);
  }
  return as_labelled(from, Examples(from.shape(), std::move(values)));
}

/// Without its examples, whose values are to change.
DataSet derived(const DataSet& data, std::string description) {
  DataSet result;
  result.name = data.name;
  result.description = std::move(description);
  result.image = data.image;
  result.channels_last = data.channels_last;
  result.classes = data.classes;
  result.columns = data.columns;
  result.notes = data.notes;
  result.pictures = data.pictures;
  return result;
}

double origin_of(const std::vector<double>& origin, size_t i) {
  if (origin.empty()) return 0;
  return origin.size() == 1 ? origin[0] : origin[i];
}

Examples moved(const Examples& from, const std::vector<double>& before,
               const std::vector<double>& now) {
  const auto dim = static_cast<size_t>(from.dim());
  std::vector<float> values = from.rows(0, from.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double own = values[i] + origin_of(before, i % dim);
    values[i] = static_cast<float>(own - origin_of(now, i % dim));
  }
  return as_labelled(from, Examples(from.shape(), std::move(values)));
}

Examples draw_bits(const Examples& from, const Scaling& to_unit, const Stream& stream) {
  const int64_t dim = from.dim();
  std::vector<uint8_t> bits(static_cast<size_t>(from.size() * dim));
  std::vector<float> p(static_cast<size_t>(dim)), u(static_cast<size_t>(dim));
  for (int64_t i = 0; i < from.size(); ++i) {
    from.read(i, p);
    to_unit.apply(p);
    stream.uniform(u, dim, 0, static_cast<uint64_t>(i));
    std::transform(u.begin(), u.end(), p.begin(), bits.begin() + i * dim, std::less<>());
  }
  return as_labelled(from, Examples(from.shape(), std::move(bits)));
}

/// Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv
class Fnv {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes) hash_ = (hash_ ^ static_cast<uint64_t>(b)) * 0x100000001b3u;
  }
  void add(int64_t number) { add(std::as_bytes(std::span(&number, 1))); }
  std::string hex() const { return fmt::format("{:016x}", hash_); }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

void add_values(Fnv& hash, const Examples& examples) {
  for (int64_t i = 0; i < examples.size(); ++i) {
    if (const std::optional<uint64_t> digest = examples.digest(i))
      hash.add(std::as_bytes(std::span(&*digest, 1)));
    else
      hash.add(examples.raw(i));
  }
}

GAN_CLONES void widen(int64_t n, const uint8_t* bytes, float* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = bytes[i];
}

}  // namespace

Examples::Examples(Shape shape, std::vector<uint8_t> bytes)
    : shape_(std::move(shape)), dim_(product(shape_)), values_(std::move(bytes)) {
  const auto count = std::ssize(std::get<std::vector<uint8_t>>(values_));
  assert(dim_ > 0 && count % dim_ == 0);
  size_ = count / dim_;
}

Examples::Examples(Shape shape, std::vector<float> values)
    : shape_(std::move(shape)), dim_(product(shape_)), values_(std::move(values)) {
  const auto count = std::ssize(std::get<std::vector<float>>(values_));
  assert(dim_ > 0 && count % dim_ == 0);
  size_ = count / dim_;
}

Examples::Examples(Shape shape, StoredBytes stored, std::vector<int64_t> numbers)
    : shape_(std::move(shape)),
      dim_(product(shape_)),
      size_(std::ssize(numbers)),
      values_(Chosen{std::move(stored), std::move(numbers)}) {}

Examples Examples::with_labels(std::vector<int32_t> labels) && {
  assert(labels.empty() || static_cast<int64_t>(labels.size()) == size_);
  labels_ = std::move(labels);
  return std::move(*this);
}

template <class T>
std::span<const T> Examples::values_of(int64_t i) const {
  assert(0 <= i && i < size_);
  const auto at = static_cast<size_t>(i), dim = static_cast<size_t>(dim_);
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (const auto* chosen = std::get_if<Chosen>(&values_))
      return chosen->from.values.subspan(static_cast<size_t>(chosen->numbers[at]) * dim, dim);
  }
  return std::span(std::get<std::vector<T>>(values_)).subspan(at * dim, dim);
}

std::span<const std::byte> Examples::raw(int64_t i) const {
  return bytes() ? std::as_bytes(values_of<uint8_t>(i)) : std::as_bytes(values_of<float>(i));
}

std::optional<uint64_t> Examples::digest(int64_t i) const {
  const auto* chosen = std::get_if<Chosen>(&values_);
  if (!chosen) return {};
  return chosen->from.digests[static_cast<size_t>(chosen->numbers[static_cast<size_t>(i)])];
}

void Examples::read(int64_t i, std::span<float> out) const {
  assert(static_cast<int64_t>(out.size()) == dim_);
  if (bytes()) return widen(dim_, values_of<uint8_t>(i).data(), out.data());
  std::ranges::copy(values_of<float>(i), out.begin());
}

std::vector<float> Examples::rows(int64_t first, int64_t count) const {
  assert(0 <= first && 0 <= count && first + count <= size_);
  std::vector<float> out(static_cast<size_t>(count * dim_));
  for (int64_t i = 0; i < count; ++i)
    read(first + i,
         std::span(out).subspan(static_cast<size_t>(i * dim_), static_cast<size_t>(dim_)));
  return out;
}

Examples Examples::slice(int64_t first, int64_t count) const {
  assert(0 <= first && 0 <= count && first + count <= size_);
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), first);
  return pick(numbers);
}

Examples Examples::pick(std::span<const int64_t> indices) const {
  Examples out;
  if (const auto* chosen = std::get_if<Chosen>(&values_)) {
    std::vector<int64_t> numbers;
    numbers.reserve(indices.size());
    for (const int64_t i : indices) numbers.push_back(chosen->numbers[static_cast<size_t>(i)]);
    out = Examples(shape_, chosen->from, std::move(numbers));
  } else if (bytes()) {
    out = Examples(shape_, picked<uint8_t>(indices));
  } else {
    out = Examples(shape_, picked<float>(indices));
  }
  if (labelled())
    for (const int64_t i : indices) out.labels_.push_back(labels_[static_cast<size_t>(i)]);
  return out;
}

template <class T>
std::vector<T> Examples::picked(std::span<const int64_t> indices) const {
  std::vector<T> out;
  out.reserve(indices.size() * static_cast<size_t>(dim_));
  for (const int64_t i : indices) {
    const std::span<const T> values = values_of<T>(i);
    out.insert(out.end(), values.begin(), values.end());
  }
  return out;
}

Scaling DataSet::scaling(Scale to, double norm) const {
  const double width = static_cast<double>(high) - low;
  switch (to) {
    case Scale::unit:
      return {{low}, {factor_for(width)}};
    case Scale::symmetric:
      return {{static_cast<float>(low + width / 2)}, {factor_for(width, 2)}};
    case Scale::standard:
      return standardise(train);
    case Scale::none:
      break;
    case Scale::gcn: {
      const Contrast c = mean_contrast(train);
      return {{static_cast<float>(c.mean)}, {factor_for(c.norm, norm)}};
    }
  }
  return {};
}

Scaling DataSet::judging() const {
  if (image) return scaling(Scale::unit);
  return scaling(toy ? Scale::none : Scale::standard);
}

DataSpec data_spec(const DataSet& data) {
  return {.shape = data.train.shape(), .classes = data.classes, .size = data.train.size()};
}

std::string content_hash(const DataSet& data) {
  Fnv hash;
  for (const Examples* split : {&data.train, &data.valid, &data.test}) {
    hash.add(split->size());
    hash.add(static_cast<int64_t>(split->shape().size()));
    for (const int64_t d : split->shape()) hash.add(d);
    hash.add(static_cast<int64_t>(split->bytes()));
    add_values(hash, *split);
    hash.add(std::as_bytes(split->labels()));
  }
  if (!data.origin.empty()) hash.add(std::as_bytes(std::span(data.origin)));
  return hash.hex();
}

DataSet with_origin(const DataSet& data, const std::vector<double>& origin) {
  DataSet result = data;
  if (origin == data.origin) return result;
  result.origin = origin;
  result.train = moved(data.train, data.origin, origin);
  result.valid = moved(data.valid, data.origin, origin);
  result.test = moved(data.test, data.origin, origin);
  result.low = INFINITY;
  result.high = -INFINITY;
  for (const Examples* split : {&result.train, &result.valid, &result.test}) {
    const std::vector<float> values = split->rows(0, split->size());
    if (values.empty()) continue;
    const auto [least, most] = std::ranges::minmax_element(values);
    result.low = std::min(result.low, *least);
    result.high = std::max(result.high, *most);
  }
  return result;
}

DataSet binarise(const DataSet& data, uint64_t seed) {
  const Scaling to_unit = data.scaling(Scale::unit);
  const Stream stream(seed, "binarise");
  DataSet result = derived(data, fmt::format("{}, binarised with seed {}", data.description, seed));
  result.train = draw_bits(data.train, to_unit, stream.child("train"));
  result.valid = draw_bits(data.valid, to_unit, stream.child("valid"));
  result.test = draw_bits(data.test, to_unit, stream.child("test"));
  result.hash = content_hash(result);
  result.grey = std::make_shared<const DataSet>(data);
  return result;
}

DataSet contrast_normalised(const DataSet& data) {
  const Contrast wanted = mean_contrast(data.train);
  DataSet result = derived(data, data.description + ", contrast-normalised");
  result.low = data.low;
  result.high = data.high;
  result.origin = data.origin;
  result.train = with_contrast(data.train, wanted);
  result.valid = with_contrast(data.valid, wanted);
  result.test = with_contrast(data.test, wanted);
  result.hash = content_hash(result);
  return result;
}

}  // namespace gan
