#include "gan/judge/two_sample.h"

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/judge/accuracy.h"
#include "gan/judge/summary.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"

namespace gan {
namespace {

constexpr int64_t kFewest = 100;       // examples of each kind
constexpr int64_t kFewestChains = 20;  // in the test half
constexpr int64_t kBatch = 200, kEpochs = 60, kPatience = 8, kUnits = 128;
constexpr double kRate = 1e-3, kAveraging = 0.99;
constexpr int64_t kFewDimensions = 8, kOctaves = 7;

struct Labelled {
  Tensor x;     // [n, D]
  Tensor sign;  // [n, 1]: 1 real, -1 fake
};

Tensor order(const Stream& stream, int64_t n, uint64_t step, at::Device device) {
  const auto rows = stream.permutation(n, step);
  const Tensor out = at::empty({n}, at::kLong);
  std::copy(rows.begin(), rows.end(), out.data_ptr<int64_t>());
  return out.to(device);
}

/// Rows [begin, end) of both, in equal numbers.
Labelled both(const Tensor& real, const Tensor& fake, int64_t begin, int64_t end) {
  const Tensor ones = at::ones({end - begin, 1}, real.options());
  return {.x = at::cat({real.slice(0, begin, end), fake.slice(0, begin, end)}),
          .sign = at::cat({ones, -ones})};
}

/// Standardised by the training part; sines and cosines in octaves may follow, which let a small
/// network see structure much finer than the whole (Tancik et al. 2020).
class Inputs {
 public:
  Inputs(const Tensor& x, int64_t octaves)
      : octaves_(octaves), mean_(x.mean(0, true)), deviation_(x.std(0, false, true)) {
    deviation_.clamp_min_(deviation_.max().clamp_min(1e-6) *
                          0.01);  // values that hardly vary are not blown up
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor z = (x - mean_) / deviation_;  // [n, D]
    std::vector<Tensor> all = {z};
    for (int64_t i = 0; i < octaves_; ++i) {
      const Tensor phase = z * std::exp2(i);
      all.insert(all.end(), {phase.sin(), phase.cos()});
    }
    return at::cat(all, 1);  // [n, D (1 + 2 octaves)]
  }
  Labelled operator()(const Labelled& data) const {
    return {.x = (*this)(data.x), .sign = data.sign};
  }

 private:
  int64_t octaves_;
  Tensor mean_, deviation_;  // [1, D]
};

NetworkSpec classifier() {
  Dense hidden, logit;
  hidden.units = kUnits;
  hidden.activation = Activation::leaky_relu;
  logit.units = 1;
  return {hidden, hidden, logit};
}

/// E -log p(right label).
Tensor loss(const Network& net, const Labelled& data) {
  return at::softplus(-data.sign * net(data.x)).mean();
}

std::vector<Tensor> copies(Network& net) {
  std::vector<Tensor> out;
  for (const Tensor& p : net.parameters()) out.push_back(p.detach().clone());
  return out;
}

struct Trained {
  Network net;
  double held_out_loss;
};

/// The averaged network of the epoch with the least loss on `held_out`.
Trained train(const Labelled& data, const Labelled& held_out, const Stream& stream) {
  const int64_t inputs = data.x.size(1), n = data.x.size(0);
  const at::Device device = data.x.device();
  Network net(classifier(), {inputs}, "two-sample test", stream.child("init"), {}, device);
  Network averaged(classifier(), {inputs}, "two-sample test", stream.child("init"), {}, device);
  const std::vector<Tensor> parameters = net.parameters();
  OptimizerSection section;
  section.beta1 = 0.9;
  Optimizer optimizer(section, kRate, parameters);

  double least = std::numeric_limits<double>::infinity();
  std::vector<Tensor> best;
  int64_t update = 0;
  for (int64_t epoch = 1, since = 0; epoch <= kEpochs && since < kPatience; ++epoch, ++since) {
    for (const Tensor& rows : order(stream.child("batches"), n, epoch, device).split(kBatch)) {
      const at::AutoGradMode with_grad(true);
      const Tensor l =
          loss(net, {.x = data.x.index_select(0, rows), .sign = data.sign.index_select(0, rows)});
      optimizer.step(torch::autograd::grad({l}, parameters),
                     {.step = update, .update = update, .epoch = epoch});
      ++update;
      averaged.average(
          net, std::min(kAveraging, static_cast<double>(update) / static_cast<double>(update + 9)));
    }
    const double now = loss(averaged, held_out).item<double>();
    if (now < least) {
      least = now;
      since = -1;
      best = copies(averaged);
    }
  }
  std::vector<Tensor> chosen = averaged.parameters();
  for (size_t i = 0; i < best.size(); ++i) chosen[i].copy_(best[i]);
  return {.net = std::move(averaged), .held_out_loss = least};
}

/// What one fit learns from, is stopped by and is tested on, each in a random order.
struct LabelledSplit {
  Labelled data, held_out, test;
};

/// Fake examples go by whole chains; real ones singly, in the same numbers.
LabelledSplit split(const Tensor& real, const Tensor& fake, int64_t states, const Stream& stream) {
  const int64_t chains = fake.size(0) / states, n = chains * states;
  const at::Device device = real.device();
  const Tensor first =
      order(stream, chains, 1, device).mul_(states);                // [chains]: where each begins
  const Tensor within = at::arange(states, first.options());        // [states]
  const Tensor by_chain = (first.unsqueeze(1) + within).flatten();  // [n]
  const Tensor r = real.index_select(0, order(stream, n, 0, device)),
               f = fake.index_select(0, by_chain);
  const int64_t fit = 2 * chains / 5 * states, seen = chains / 2 * states;
  return {
      .data = both(r, f, 0, fit), .held_out = both(r, f, fit, seen), .test = both(r, f, seen, n)};
}

struct Fit {
  Accuracy accuracy;
  int64_t test_examples;
  double held_out_loss;
};

Fit fit_once(const Tensor& real, const Tensor& fake, int64_t states, const Stream& stream) {
  const LabelledSplit parts = split(real, fake, states, stream.child("split"));
  // Broad differences are learnt better without octaves, fine ones only with them: the held-out
  // part chooses.
  double least = std::numeric_limits<double>::infinity();
  Tensor right;  // [2 n, 1], real ones first
  for (const int64_t octaves : {int64_t{0}, kOctaves}) {
    if (octaves > 0 && real.size(1) > kFewDimensions) continue;
    const Inputs inputs(parts.data.x, octaves);
    const Trained trained = train(inputs(parts.data), inputs(parts.held_out), stream);
    if (right.defined() && trained.held_out_loss > least) continue;
    least = trained.held_out_loss;
    right = trained.net(inputs(parts.test).x) * parts.test.sign > 0;
  }
  const std::vector<Tensor> halves = right.chunk(2);
  return {.accuracy = accuracy_of(halves[0], halves[1], states),
          .test_examples = right.numel(),
          .held_out_loss = least};
}

Tensor checked(const Tensor& t) {
  if (!t.isfinite().all().item<bool>())
    throw DataError("two-sample test: the examples are not finite");
  return t.to(at::kFloat);
}

}  // namespace

std::string too_few_for_two_samples(int64_t examples, int64_t states_per_chain) {
  if (examples < kFewest)
    return fmt::format("needs {} examples of each kind, {} came", kFewest, examples);
  const int64_t chains = examples / states_per_chain, tested = chains - chains / 2;
  if (states_per_chain == 1 || tested >= kFewestChains) return "";
  return fmt::format("needs {} whole chains in its test half, {} of {} states came", kFewestChains,
                     tested, states_per_chain);
}

TwoSampleResult two_sample_test(const Tensor& real, const Tensor& fake, uint64_t seed,
                                const TwoSampleSettings& settings) {
  const int64_t states = settings.states_per_chain;
  if (real.dim() != 2 || real.sizes() != fake.sizes())
    throw UsageError(
        "two-sample test: needs as many real as fake examples of one width; {} and {} numbers came",
        real.numel(), fake.numel());
  if (settings.fits < 1 || states < 1)
    throw UsageError(
        "two-sample test: needs one fit or more and chains of one state or more, {} and {} came",
        settings.fits, states);
  if (const std::string why = too_few_for_two_samples(real.size(0), states); !why.empty())
    throw DataError("two-sample test: {}", why);
  const at::NoGradGuard no_grad;
  const Tensor r = checked(real), f = checked(fake);
  const Stream stream(seed, "two-sample test");
  std::vector<Fit> fits;
  std::vector<Accuracy> accuracies;
  std::vector<double> values;
  for (int64_t i = 0; i < settings.fits; ++i) {
    fits.push_back(
        fit_once(r, f, states, i == 0 ? stream : stream.child(static_cast<uint64_t>(i))));
    accuracies.push_back(fits.back().accuracy);
    values.push_back(fits.back().accuracy.value);
  }
  const Accuracy all = joined(accuracies);
  return {.accuracy = all.value,
          .low = all.low,
          .high = all.high,
          .p_value = all.p_value,
          .test_examples = fits[0].test_examples,
          .fits = settings.fits,
          .deviation = spread_of(values).deviation,
          .chains = states > 1 ? real.size(0) / states : 0,
          .held_out_loss = fits[0].held_out_loss};
}

}  // namespace gan
