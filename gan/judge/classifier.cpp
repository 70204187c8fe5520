#include "gan/judge/classifier.h"

#include <ATen/ATen.h>

#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "gan/core/error.h"
#include "gan/judge/kept.h"
#include "gan/kernels/products.h"
#include "gan/model/checkpoint.h"
#include "gan/nets/fused.h"
#include "gan/optim/optimizer.h"

namespace gan {
namespace {

constexpr int64_t kBatch = 100, kBlock = 1000, kHeldOut = 10'000, kSmallestImage = 8,
                  kMost = 100'000;
constexpr double kRate = 1e-3;

NetworkSpec layers_for(const DataSpec& data) {
  const auto dense = [](int64_t units) {
    return Dense{.units = units, .activation = Activation::leaky_relu};
  };
  const auto classes = Dense{.units = static_cast<int64_t>(data.classes.size())};
  const Shape image = seen_by_networks(data.shape);
  if (image.size() != 3 || std::min(image[1], image[2]) < kSmallestImage)
    return {dense(128), dense(128), classes};
  const auto convolution = [](int64_t channels) {
    return Convolution{.channels = channels,
                       .kernel = 4,
                       .stride = 2,
                       .pad = 1,
                       .activation = Activation::leaky_relu};
  };
  return {convolution(32), convolution(64), dense(128), classes};
}

Network network_of(const NetworkSpec& layers, const Judge& judge, const Stream& init) {
  return Network(layers, judge.data().train.shape(), "classifier", init, {}, at::kCPU);
}

NetworkSpec body_for(const DataSpec& data) {
  NetworkSpec out = layers_for(data);
  out.pop_back();
  return out;
}

DataSpec labelled_spec(const Judge& judge) {
  if (!judge.data().train.labelled())
    throw DataError("{}: has no labels for a classifier to learn", judge.data().name);
  return data_spec(judge.data());
}

}  // namespace

Tensor labels_of(const Examples& examples, int64_t first, int64_t count) {
  if (!examples.labelled()) return {};
  const auto labels =
      examples.labels().subspan(static_cast<size_t>(first), static_cast<size_t>(count));
  const Tensor out = at::empty({count}, at::kLong);
  std::copy(labels.begin(), labels.end(), out.data_ptr<int64_t>());
  return out;
}

Classifier::Classifier(const Judge& judge, const Stream& init)
    : mean_(at::zeros({1, judge.data().train.dim()}, at::kFloat)),
      deviation_(at::ones_like(mean_)),
      right_(at::zeros({}, at::kFloat)),
      network_(network_of(layers_for(labelled_spec(judge)), judge, init)),
      body_(network_of(body_for(data_spec(judge.data())), judge, init)) {
  const auto precision = kernels::has_fast_bf16() ? kernels::Format::bf16 : kernels::Format::fp32;
  for (Network* network : {&network_, &body_})
    if (FusedEngine::unsupported(network->spec(), false).empty()) network->fuse(precision);
}

Classifier::Classifier(const Judge& judge, uint64_t seed)
    : Classifier(judge, Stream(seed, "classifier").child("init")) {
  train(judge, seed);
  finish();
}

Classifier::Classifier(const Judge& judge, std::string_view bytes) : Classifier(judge, Stream(0)) {
  constexpr auto who = "classifier";
  read_checkpoint(
      parse_checkpoint(bytes, who), [&](const StateVisitor& visit) { visit_state(visit); }, who);
  finish();
}

std::string Classifier::write() {
  return write_checkpoint([&](const StateVisitor& visit) { visit_state(visit); }, {});
}

void Classifier::finish() {
  const at::NoGradGuard no_grad;
  const std::vector<Tensor> learned = network_.parameters();
  size_t next = 0;
  body_.visit_state("", [&](const std::string&, Tensor& value) { value.copy_(learned[next++]); });
  const std::string bytes = write();
  hash_ = parse_checkpoint(bytes, "classifier").metadata.at("checksum");
}

void Classifier::visit_state(const std::function<void(const std::string&, Tensor&)>& visit) {
  visit("mean", mean_);
  visit("deviation", deviation_);
  visit("validation_accuracy", right_);
  network_.visit_state("", visit);
}

void Classifier::train(const Judge& judge, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const DataSet& data = judge.data();
  const Stream stream(seed, "classifier");
  const int64_t n = std::min(data.train.size(), kMost);
  take_moments(judge, n);

  const int64_t batch = std::min(kBatch, n), updates = kClassifierEpochs * (n / batch);
  OptimizerSection section{.method = Method::adam, .beta1 = 0.9};
  section.schedule = Schedule::cosine;
  section.schedule_steps = std::max<int64_t>(updates, 1);
  Optimizer optimizer(section, kRate, network_.parameters());
  double best = -1;
  std::vector<Tensor> kept;
  int64_t update = 0;
  for (int64_t epoch = 1; epoch <= kClassifierEpochs; ++epoch) {
    const std::vector<int64_t> order =
        stream.child("batches").permutation(n, static_cast<uint64_t>(epoch));
    for (int64_t first = 0; first + batch <= n; first += batch, ++update) {
      const std::span<const int64_t> numbers(order.data() + first, static_cast<size_t>(batch));
      const Examples some = data.train.pick(numbers);
      const Tensor z = (judge.units_in_place(rows_of(some, 0, batch)) - mean_) / deviation_;
      const auto tape = network_.record({z}, {.training = true});
      Tensor slope = at::softmax(tape->output(), 1);  // of the cross-entropy: p - one-hot
      slope.sub_(at::one_hot(labels_of(some, 0, batch), slope.size(1)));
      tape->descend(slope / batch, {}, optimizer,
                    {.step = update, .update = update, .epoch = epoch});
    }
    const double now = accuracy_on_validation(judge);
    if (now <= best) continue;
    best = now;
    kept.clear();
    for (const Tensor& p : network_.parameters()) kept.push_back(p.detach().clone());
  }
  right_.fill_(best);
  size_t next = 0;
  network_.visit_state("", [&](const std::string&, Tensor& value) { value.copy_(kept[next++]); });
}

/// Of the first n training examples.
void Classifier::take_moments(const Judge& judge, int64_t n) {
  const Examples& train = judge.data().train;
  const int64_t most = examples_a_block(train.dim());
  Tensor sum = at::zeros({1, train.dim()}, at::kDouble), squares = at::zeros_like(sum);
  for (int64_t first = 0; first < n; first += most) {
    const Tensor x =
        judge.units_in_place(rows_of(train, first, std::min(most, n - first))).to(at::kDouble);
    sum += x.sum(0, true);
    squares += x.square().sum(0, true);
  }
  const Tensor mean = sum / n;
  mean_ = mean.to(at::kFloat);
  deviation_ = (squares / n - mean.square()).clamp_min(0).sqrt().to(at::kFloat);
  deviation_.clamp_min_(deviation_.max().clamp_min(1e-6) * 0.1);
}

double Classifier::accuracy_on_validation(const Judge& judge) {
  const Examples& valid = judge.data().valid;
  const int64_t n = std::min(valid.size(), kHeldOut), most = examples_a_block(valid.dim());
  double right = 0;
  for (int64_t first = 0; first < n; first += most) {
    const int64_t count = std::min(most, n - first);
    const Tensor x = judge.units_in_place(rows_of(valid, first, count));
    right += accuracy(x, labels_of(valid, first, count)) * static_cast<double>(count);
  }
  return right / static_cast<double>(n);
}

Tensor Classifier::through(Network& network, const Tensor& x) {
  std::vector<Tensor> out;
  for (const Tensor& block : x.split(kBlock))
    out.push_back(network.infer((block - mean_) / deviation_).clone());
  return at::cat(out);
}

Tensor Classifier::classes(const Tensor& x) {
  return through(network_, x).argmax(1);
}

Tensor Classifier::probabilities(const Tensor& x) {
  return at::softmax(through(network_, x), 1);
}

Tensor Classifier::features(const Tensor& x) {
  return through(body_, x);
}

Scaling Classifier::seen(const Scaling& to_judging) const {
  // ((own - offset) factor - mean) / deviation
  const Tensor offset = at::tensor(to_judging.offset), factor = at::tensor(to_judging.factor),
               at_once = offset + mean_.flatten() / factor,
               times = (factor / deviation_.flatten()).expand_as(at_once);
  Scaling out;
  out.offset.assign(at_once.data_ptr<float>(), at_once.data_ptr<float>() + at_once.numel());
  const Tensor whole = times.contiguous();
  out.factor.assign(whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel());
  return out;
}

int64_t Classifier::feature_count() const {
  return body_.outputs();
}

double Classifier::accuracy(const Tensor& x, const Tensor& label) {
  return classes(x).eq(label).to(at::kDouble).mean().item<double>();
}

double Classifier::validation_accuracy() const {
  return right_.item<double>();
}

std::shared_ptr<Classifier> kept_classifier(const Judge& judge, const Path& cache,
                                            const std::function<void(const std::string&)>& say) {
  std::shared_ptr<Classifier>& known = judge.classifier();
  if (known) return known;
  const Path file = cache.empty()
                        ? Path()
                        : cache / fmt::format("classifier-1-{}.safetensors", judge.data().hash);
  std::error_code error;
  if (!file.empty() && std::filesystem::exists(file, error)) try {
      return known = std::make_shared<Classifier>(judge, std::string_view(read_file(file)));
    } catch (const DataError&) {
      // Damaged: trained again.
    }
  say("training a classifier of the classes");
  known = std::make_shared<Classifier>(judge, uint64_t{0});
  keep(file, known->write());
  return known;
}

}  // namespace gan
