#include "gan/judge/judge.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kChoosing = 1000;  // validation examples that choose sigma

bool zero_or_one(const Tensor& x) {
  return (x.eq(0) | x.eq(1)).all().item<bool>();
}

}  // namespace

int64_t examples_a_block(int64_t dim) {
  constexpr int64_t kNumbers = 8'000'000, kMost = 1000;
  return std::clamp<int64_t>(kNumbers / dim, 1, kMost);
}

Tensor rows_of(const Examples& examples, int64_t first, int64_t count) {
  count = std::min(count, examples.size() - first);
  std::vector<float> rows = examples.rows(first, count);
  return at::from_blob(rows.data(), {count, examples.dim()}, at::kFloat).clone();
}

Tensor encoded(const Encoding& encoding, const Examples& examples) {
  std::vector<float> rows = encoding.encode(examples.rows(0, examples.size()));
  return at::from_blob(rows.data(), {examples.size(), examples.dim()}, at::kFloat).clone();
}

Judge::Judge(const DataSet& data)
    : data_(data), units_(data.judging()), variety_(variety_of(data)) {
  valid_ = units_in_place(rows_of(data.valid, 0, std::min(kChoosing, data.valid.size())));
}

const Tensor& Judge::test() const {
  if (!test_.defined()) test_ = units_in_place(rows_of(data_.test, 0, data_.test.size()));
  return test_;
}

bool Judge::binary() const {
  return data_.grey || (data_.image && zero_or_one(valid_));
}

Tensor Judge::units(const Tensor& own) const {
  return units_in_place(own.clone());
}

Tensor Judge::units_in_place(Tensor own) const {
  const Tensor out = own.flatten(1).to(at::kCPU, at::kFloat).contiguous();
  units_.apply({out.data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}

bool are_means(const Judge& judge, const Tensor& samples) {
  return judge.binary() && !zero_or_one(samples);
}

Tensor drawn(const Tensor& means, uint64_t seed) {
  const Tensor flat = means.flatten(1);
  return draw_uniform(Stream(seed, "draw of means"), flat.size(0), flat.size(1), 0).lt_(flat);
}

}  // namespace gan
