#include "gan/nets/fused.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "gan/kernels/testing.h"
#include "gan/nets/draw.h"
#include "gan/nets/testing.h"

namespace gan {
namespace {

class Fused : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Networks, Fused, testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name; });

double distance(const Tensor& a, const Tensor& b, double smallest = 1e-12) {
  return ((a - b).norm() / b.norm().clamp_min(smallest)).item<double>();
}

void to_float64(Network& network) {
  network.visit_state("", [](const std::string&, Tensor& t) {
    t = t.detach().to(at::kDouble).requires_grad_(t.requires_grad());
  });
}

/// Labels of so many examples; undefined where there are no classes.
Tensor labels_for(const Case& c, int64_t rows) {
  if (c.classes == 0) return {};
  return (at::arange(rows, at::kLong) * 7 / 3).to(at::kLong).remainder(c.classes);
}

struct Within {
  double output, gradient, penalised;
};

/// All that a tape gives, of the reference in float64 and of the fused engine; the same dropout in
/// both.
void compare(const Case& c, kernels::Format precision, Within within, int64_t kRows = 29) {
  const int64_t kPart = kRows / 2 - 2, kInputs = product(c.input);
  const Stream init(7);
  Network reference(c.spec, c.input, "test", init, {}, at::kCPU, c.classes),
      fused(c.spec, c.input, "test", init, {}, at::kCPU, c.classes);
  to_float64(reference);
  fused.fuse(precision, c.penalised);
  const int64_t outputs = fused.outputs();
  const Tensor x = draw_normal(Stream(3), kRows, kInputs, 0),
               slope = draw_normal(Stream(4), kRows, outputs, 0);
  const Tensor penalty = draw_uniform(Stream(5), kRows, 1, 0).squeeze(1);
  for (const int64_t rows : {kRows, kPart, kRows}) {  // buffers are used again, for fewer and more
    const Pass pass{.training = true, .noise = Stream(6), .step = 3, .label = labels_for(c, rows)};
    const Tensor xs = x.narrow(0, 0, rows), s = slope.narrow(0, 0, rows),
                 w = penalty.narrow(0, 0, rows);
    const auto expected = reference.record({xs.to(at::kDouble)}, pass),
               got = fused.record({xs.narrow(0, 0, 5), xs.narrow(0, 5, rows - 5)}, pass);
    EXPECT_LT(distance(got->output(), expected->output()), within.output);
    const auto expect_parameters = [&](const Tensor& weight) {
      const auto e = expected->parameters(s.to(at::kDouble),
                                          weight.defined() ? weight.to(at::kDouble) : weight),
                 g = got->parameters(s, weight);
      ASSERT_EQ(e.size(), g.size());
      for (size_t i = 0; i < e.size(); ++i)
        EXPECT_LT(distance(g[i], e[i], c.smallest),
                  weight.defined() ? within.penalised : within.gradient)
            << "parameter " << i;
    };
    const auto expect_input = [&](int64_t first, int64_t count) {
      const Tensor part = s.narrow(0, first, count);
      EXPECT_LT(distance(got->input(part, first), expected->input(part.to(at::kDouble), first)),
                within.gradient)
          << first << " " << count;
    };
    expect_input(5, 6);
    expect_parameters({});
    expect_input(3, rows - 3);
    if (c.penalised) expect_parameters(w);
    expect_parameters({});
  }
  std::vector<Tensor> exact;
  reference.visit_state("", [&](const std::string&, Tensor& t) { exact.push_back(t.detach()); });
  size_t next = 0;
  fused.visit_state("", [&](const std::string& name, Tensor& t) {  // running moments, too
    EXPECT_LT(distance(t.detach(), exact[next++]), within.output * 10) << name;
  });
}

TEST_P(Fused, GivesWhatTheReferenceGivesInFloat64) {
  compare(GetParam(), kernels::Format::fp32, {.output = 2e-6, .gradient = 5e-6, .penalised = 5e-6});
}

/// A number that is rounded across zero takes another slope, so gradients of a few examples differ
/// more than numbers.
TEST_P(Fused, GivesNearlyThatInBfloat16) {
  if (!kernels::has_bf16()) GTEST_SKIP() << kernels::kNoBfloat16;
  compare(GetParam(), kernels::Format::bf16, {.output = 0.02, .gradient = 0.2, .penalised = 0.3});
}

TEST(FusedEngine, FollowsItsParameters) {
  for (const auto precision : kernels::formats()) {
    Network network({dense(1)}, {2}, "test", Stream(1), {}, at::kCPU);
    network.fuse(precision);
    const Tensor x = at::ones({3, 2});
    network.record({x}, {});
    {
      const at::NoGradGuard no_grad;
      network.visit_state("", [](const std::string&, Tensor& t) { t.fill_(2); });
    }
    EXPECT_TRUE(at::equal(network.record({x}, {})->output(), at::full({3, 1}, 6.f)));
  }
}

/// Large enough for threads to share it, and for rows and columns to be divided into several tiles.
TEST(FusedEngine, TeamsOfAnySizeGiveThatToo) {
  const Case large{"large",
                   {Dropout{.keep = 0.8, .scale = 1.25}, maxout(203, 3),
                    dense(333, Activation::leaky_relu), dense(1)},
                   true,
                   {90}};
  const Case sparse{"sparse",
                    {maxout(203, 5), Dropout{.keep = 0.5, .scale = 2}, maxout(64, 2),
                     Dropout{.keep = 0.5, .scale = 2}, dense(1)},
                    true,
                    {90}};
  const Case generator{
      "generator", {dense(400, Activation::relu), dense(301, Activation::sigmoid)}, false, {90}};
  const Case images{"images",
                    {convolution(16, 3, 2, 1), convolution(24, 4, 2, 1), block(24, 3), dense(1)},
                    true,
                    {3, 33, 47}};
  const Case curved{"curved",
                    {maxout(64, 3), dense(333, Activation::tanh), Dropout{},
                     dense(64, Activation::sigmoid), dense(1)},
                    true,
                    {90}};
  const int before = at::get_num_threads();
  for (const int threads : {1, 2, 3, 7}) {
    at::set_num_threads(threads);
    compare(images, kernels::Format::fp32, {.output = 5e-6, .gradient = 2e-5, .penalised = 2e-5},
            31);
    for (const Case& c : {large, sparse, generator, curved})
      compare(c, kernels::Format::fp32, {.output = 5e-6, .gradient = 2e-5, .penalised = 2e-5}, 600);
  }
  at::set_num_threads(before);
}

TEST_P(Fused, TakesOneExampleAsWellAsSeven) {
  const Case& c = GetParam();
  Network reference(c.spec, c.input, "test", Stream(7), {}, at::kCPU, c.classes),
      fused(c.spec, c.input, "test", Stream(7), {}, at::kCPU, c.classes);
  to_float64(reference);
  fused.fuse(kernels::Format::fp32, c.penalised);
  for (const int64_t rows : {1, 7}) {
    if (rows == 1 && !treats_examples_alone(c.spec)) continue;  // a variance needs two
    const Tensor x = draw_normal(Stream(3), rows, product(c.input), 0),
                 slope = draw_normal(Stream(4), rows, fused.outputs(), 0);
    const Tensor penalty = c.penalised ? draw_uniform(Stream(5), rows, 1, 0).squeeze(1) : Tensor();
    const Pass pass{.training = true, .noise = Stream(6), .step = 3, .label = labels_for(c, rows)};
    const auto e = reference.record({x.to(at::kDouble)}, pass), g = fused.record({x}, pass);
    EXPECT_LT(distance(g->output(), e->output()), 2e-6) << rows;
    EXPECT_LT(distance(g->input(slope), e->input(slope.to(at::kDouble))), 1e-5) << rows;
    const auto exact = e->parameters(slope.to(at::kDouble),
                                     c.penalised ? penalty.to(at::kDouble) : penalty),
               got = g->parameters(slope, penalty);
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_LT(distance(got[i], exact[i], c.smallest), 1e-5) << rows << ", parameter " << i;
  }
}

/// Updates are made while the gradient is in a cache; they are those of the reference, and the next
/// pass sees them.
TEST_P(Fused, DescendsAsTheReferenceDoesInFloat64) {
  const Case& c = GetParam();
  constexpr int64_t kRows = 29;
  const int64_t kInputs = product(c.input);
  Network reference(c.spec, c.input, "test", Stream(7), {}, at::kCPU, c.classes),
      fused(c.spec, c.input, "test", Stream(7), {}, at::kCPU, c.classes);
  to_float64(reference);
  fused.fuse(kernels::Format::fp32, c.penalised);
  const OptimizerSection section{
      .method = Method::momentum, .momentum = 0.5, .final_momentum = 0.5};
  Optimizer exact(section, 0.01, reference.parameters()), ours(section, 0.01, fused.parameters());
  const Tensor x = draw_normal(Stream(3), kRows, kInputs, 0),
               slope = draw_normal(Stream(4), kRows, fused.outputs(), 0) / kRows;
  const Tensor penalty =
      c.penalised ? draw_uniform(Stream(5), kRows, 1, 0).squeeze(1) / kRows : Tensor();
  for (int64_t t = 0; t < 4; ++t) {
    const Pass pass{.training = true,
                    .noise = Stream(6),
                    .step = static_cast<uint64_t>(t),
                    .label = labels_for(c, kRows)};
    const UpdateTime when{.step = t, .update = t, .epoch = 1};
    const auto e = reference.record({x.to(at::kDouble)}, pass), g = fused.record({x}, pass);
    EXPECT_LT(distance(g->output(), e->output()), 1e-5);
    e->descend(slope.to(at::kDouble), penalty.defined() ? penalty.to(at::kDouble) : penalty, exact,
               when);
    g->descend(slope, penalty, ours, when);
    EXPECT_NEAR(*ours.gradient_norm() / *exact.gradient_norm(), 1, 1e-4);
    EXPECT_THROW(g->output(), std::logic_error);
  }
  for (size_t i = 0; i < fused.parameters().size(); ++i)
    EXPECT_LT(distance(fused.parameters()[i], reference.parameters()[i], c.smallest), 1e-5)
        << "parameter " << i;
}

TEST(FusedEngine, InBfloat16TheNextPassSeesTheUpdateToo) {
  if (!kernels::has_bf16()) GTEST_SKIP() << kernels::kNoBfloat16;
  Network network({dense(1)}, {2}, "test", Stream(1), {}, at::kCPU);
  network.fuse(kernels::Format::bf16);
  Optimizer optimizer({.method = Method::momentum, .momentum = 0, .final_momentum = 0}, 1,
                      network.parameters());
  const Tensor x = at::ones({3, 2}), before = network.infer(x).clone();
  network.record({x}, {})->descend(at::full({3, 1}, 1.f), {}, optimizer,
                                   {.step = 0, .update = 0, .epoch = 1});
  EXPECT_TRUE(at::allclose(network.infer(x), before - 9, 0.02,
                           0.02));  // two weights and a bias, each by the sum of three
}

/// Masks are drawn by the numbers of the examples in the whole batch.
TEST(FusedEngine, ABatchInTwoHalvesHasTheMasksOfTheWhole) {
  Network network(
      {Dropout{.keep = 0.6, .scale = 1.5}, dense(9, Activation::relu), Dropout{}, dense(4)},
      {2, 3, 2}, "test", Stream(1), {}, at::kCPU);
  network.fuse(kernels::Format::fp32);
  const Tensor x = draw_normal(Stream(2), 10, 12, 0);
  const auto outputs = [&](int64_t first, int64_t n) {
    const Pass pass{.training = true, .noise = Stream(6), .step = 3, .first = first};
    return network.record({x.narrow(0, first, n)}, pass)->output().clone();
  };
  const Tensor whole = outputs(0, 10);
  EXPECT_TRUE(at::allclose(at::cat({outputs(0, 5), outputs(5, 5)}), whole, 1e-5, 1e-6));
  EXPECT_EQ(network.record({x}, {})->input(at::ones({10, 4})).sizes(), (Shape{10, 2, 3, 2}));
}

/// Data and samples go through D as one batch, and batch norm as two.
TEST(FusedEngine, BatchNormTakesEachPartOfTheBatchForItself) {
  const NetworkSpec spec{convolution(4, 3, 1, 1, Activation::linear), BatchNorm{},
                         ActivationLayer{}, dense(1)};
  constexpr int64_t kPart = 7;
  const Tensor x = draw_normal(Stream(2), 2 * kPart, 3 * 5 * 4, 0),
               slope = draw_normal(Stream(3), 2 * kPart, 1, 0);
  const auto network = [&](bool fuse) {
    Network out(spec, {3, 5, 4}, "test", Stream(1), {}, at::kCPU);
    if (fuse) out.fuse(kernels::Format::fp32);
    return out;
  };
  const auto half = [](const Tensor& of, int64_t i) { return of.narrow(0, i * kPart, kPart); };
  Network apart = network(false);
  std::vector<Tensor> outputs, slopes, sums;
  for (const int64_t i : {0, 1}) {
    const auto tape = apart.record({half(x, i)}, {.training = true});
    outputs.push_back(tape->output().clone());
    slopes.push_back(tape->input(half(slope, i)).clone());
    const auto gradients = tape->parameters(half(slope, i));
    for (size_t p = 0; p < gradients.size(); ++p)
      if (i == 0)
        sums.push_back(gradients[p]);
      else
        sums[p] = sums[p] + gradients[p];
  }
  for (const bool fuse : {false, true}) {
    Network both = network(fuse);
    const auto tape =
        both.record({half(x, 0), half(x, 1)}, {.training = true, .part = kPart, .whole = kPart});
    EXPECT_LT(distance(tape->output(), at::cat(outputs)), 1e-5);
    EXPECT_LT(distance(tape->input(half(slope, 1), kPart), slopes[1]), 1e-5);
    EXPECT_LT(distance(tape->input(slope), at::cat(slopes)), 1e-5);
    const auto gradients = tape->parameters(slope);
    for (size_t p = 0; p < sums.size(); ++p)
      EXPECT_LT(distance(gradients[p], sums[p], 1), 1e-5) << "parameter " << p;
    std::vector<Tensor> expected;
    apart.visit_state("", [&](const std::string&, Tensor& t) { expected.push_back(t.detach()); });
    size_t next = 0;
    both.visit_state("", [&](const std::string& name, Tensor& t) {
      EXPECT_LT(distance(t.detach(), expected[next++]), 1e-5) << name;
    });
  }
}

TEST(FusedEngine, ATapeThatWasOverwrittenIsRefused) {
  Network network({dense(1)}, {2}, "test", Stream(1), {}, at::kCPU);
  network.fuse(kernels::Format::fp32);
  const auto old = network.record({at::ones({3, 2})}, {}),
             fresh = network.record({at::ones({2, 2})}, {});
  EXPECT_THROW(old->output(), std::logic_error);
  EXPECT_EQ(fresh->output().size(0), 2);
}

TEST(FusedEngine, PenaltiesThatItWasNotBuiltForAreRefused) {
  Network network({dense(2, Activation::tanh), dense(1)}, {2}, "test", Stream(1), {}, at::kCPU);
  network.fuse(kernels::Format::fp32);
  const Tensor ones = at::ones({3, 1});
  const auto tape = network.record({at::ones({3, 2})}, {});
  EXPECT_THROW(tape->parameters(ones, ones.squeeze(1)), std::logic_error);
  EXPECT_EQ(tape->parameters(ones).size(), 4U);
}

TEST(FusedEngine, SaysWhatItCannotDo) {
  const auto why = [](const NetworkSpec& spec, bool penalised) {
    return FusedEngine::unsupported(spec, penalised);
  };
  for (const Case& c : all_cases()) EXPECT_EQ(why(c.spec, c.penalised), "") << c.name;
  EXPECT_EQ(why({MaxoutConvolution{}, dense(1)}, false),
            "layer 1 (maxout-convolution) has no fused passes");
  EXPECT_EQ(why({dense(2), Residual{.layers = {MaxoutConvolution{}}, .shortcut = {}}}, false),
            "layer 2 (maxout-convolution) has no fused passes");
  EXPECT_EQ(why({dense(2), BatchNorm{}, dense(1)}, false), "");
  EXPECT_EQ(
      why({dense(2), BatchNorm{}, dense(1)}, true),
      "layer 2 (batch-norm) looks across examples, and a penalty needs its second derivative");
  EXPECT_EQ(why({dense(2, Activation::tanh), dense(1, Activation::sigmoid)}, true), "");
  EXPECT_NE(why({maxout(1, 256)}, false), "");
  EXPECT_NE(why({}, false), "");
}

}  // namespace
}  // namespace gan
