#pragma once
/// For tests: batches from a tensor, all states of a few units, a learner's state and its
/// resumption.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gan/model/learner.h"
#include "gan/model/setup.h"

namespace gan {

/// The rows in their order, `batch` at a time, over and over.
class Rows : public Batches {
 public:
  /// first: the number that each batch's first row has in a whole batch
  Rows(Tensor x, int64_t batch, int64_t at = 0, int64_t first = 0)
      : x_(std::move(x)), batch_(batch), at_(at), first_(first) {}
  Batch next() override {
    const Tensor out = x_.slice(0, at_, at_ + batch_);
    at_ = (at_ + batch_) % x_.size(0);
    return {.x = out, .first = first_};
  }

 private:
  Tensor x_;
  int64_t batch_, at_, first_;
};

/// The same rows at every step.
class Same : public Batches {
 public:
  explicit Same(Tensor x) : x_(std::move(x)) {}
  Batch next() override { return {.x = x_}; }

 private:
  Tensor x_;
};

/// means [D]: of the training data.
inline Setup setup(const Config& config, const Tensor& means, int64_t batches_per_epoch) {
  return {.config = config,
          .data = {.shape = {means.size(0)}},
          .batches_per_epoch = batches_per_epoch,
          .means = means};
}

/// The same in products of this format.
inline Setup setup(Config config, const Tensor& means, int64_t batches_per_epoch,
                   kernels::Format precision) {
  config.run.precision = precision == kernels::Format::bf16 ? Precision::bf16 : Precision::fp32;
  return setup(config, means, batches_per_epoch);
}

inline void take(Config& c, const CaeSection& section) {
  c.cae = section;
}
inline void take(Config& c, const GsnSection& section) {
  c.gsn = section;
}

/// Of a family with one section of its own.
template <class Section>
Setup setup_of(const Section& section, const TrainingSection& training, const Tensor& means,
               int64_t batches_per_epoch, int64_t seed, kernels::Format precision) {
  Config c;
  c.run.seed = seed;
  c.training = training;
  take(c, section);
  return setup(c, means, batches_per_epoch, precision);
}

/// A network of a few units whose chains are short.
inline GsnSection small_gsn(std::vector<int64_t> hidden, int64_t walkback) {
  GsnSection s;
  s.hidden = {std::move(hidden)};
  s.walkback = walkback;
  s.corruption = 0.3;
  s.noise = 0.5;
  s.momentum = 0;
  s.rate_decay = 1;
  s.burn_in = 2;
  s.chain_length = 3;
  return s;
}

/// Every state of n binary units: row i holds the bits of i, the lowest first. [2^n, n]
inline Tensor all_states(int64_t n) {
  const Tensor number = at::arange(int64_t{1} << n, at::kLong).unsqueeze(1),
               bit = at::arange(n, at::kLong).unsqueeze(0);
  return number.bitwise_right_shift(bit).bitwise_and(1).to(at::kFloat);
}

/// Which row of all_states each row of x is. [N, n] -> [N]
inline Tensor number_of(const Tensor& x) {
  return x.to(at::kLong)
      .mul(at::full({x.size(1)}, 2, at::kLong).pow(at::arange(x.size(1), at::kLong)))
      .sum(1);
}

/// How often x [N, n] holds each state, [2^n] float64.
inline Tensor counts_of(const Tensor& x) {
  return at::bincount(number_of(x), {}, int64_t{1} << x.size(1)).to(at::kDouble);
}

/// That `seen` [K] counts are draws from p [K] float64: Pearson's statistic, cells of few draws
/// left out, 5 deviations.
inline bool plausible(const Tensor& seen, const Tensor& p) {
  const Tensor expected = p * seen.sum(), common = expected.gt(5).nonzero().squeeze(1);
  const double chi2 =
      ((seen - expected).square() / expected).index_select(0, common).sum().item<double>();
  const auto cells = static_cast<double>(common.numel());
  return chi2 < cells + 5 * std::sqrt(2 * cells);
}

inline std::map<std::string, Tensor> state(Learner& learner) {
  std::map<std::string, Tensor> out;
  learner.visit_state([&](const std::string& name, Tensor& t) { out[name] = t.clone(); });
  return out;
}

/// Reads back what state() gave: of a learner, or of a model.
template <class Stateful>
void restore(Stateful& to, const std::map<std::string, Tensor>& saved) {
  to.visit_state([&](const std::string& name, Tensor& t) { t.copy_(saved.at(name)); });
}

/// That `taken` holds the slope of value() in each number of `parameter`, by central differences.
template <class Value>
void expect_slopes(Tensor& parameter, const Tensor& taken, double tolerance,
                   const std::string& name, Value value) {
  constexpr double kStep = 0x1p-8;
  const Tensor flat = parameter.view(-1), slopes = taken.view(-1);
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const float before = flat[i].item<float>();
    flat[i].fill_(before + kStep);
    const double x1 = static_cast<double>(flat[i].item<float>()), high = value();
    flat[i].fill_(before - kStep);
    const double x0 = static_cast<double>(flat[i].item<float>()), low = value();
    flat[i].fill_(before);
    EXPECT_NEAR((high - low) / (x1 - x0), slopes[i].item<double>(), tolerance) << name << " " << i;
  }
}

/// That a learner which is read back into another after any of `stops` steps ends as one that never
/// stopped, after `last`. make(means) gives one at its start, of units whose data have these means;
/// step t sees a batch of the rows of x.
template <class Make>
void expect_same_end_from(std::initializer_list<int64_t> stops, int64_t last, const Tensor& x,
                          int64_t batch, Make make) {
  const auto stretch = [&](Learner& t, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      Rows data(x, batch, i * batch % x.size(0));
      t.step(i, data);
    }
  };
  auto one = make(0.5);
  stretch(one, 0, last);
  const auto end = state(one);
  for (const int64_t at : stops) {
    auto before = make(0.5), after = make(0.25);
    stretch(before, 0, at);
    const auto saved = state(before);
    restore(after, saved);
    stretch(after, at, last);
    const auto again = state(after);
    EXPECT_EQ(end.size(), again.size());
    for (const auto& [name, value] : end)
      EXPECT_TRUE(value.equal(again.at(name))) << at << " " << name;
  }
}

}  // namespace gan
