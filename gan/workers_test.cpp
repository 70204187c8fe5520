/// Several workers learn what one would: every kind of model that can be divided.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/families.h"
#include "gan/gan.h"
#include "gan/nets/draw.h"
#include "gan/run/coordination.h"
#include "gan/run/follow.h"
#include "gan/run/step_schedule.h"
#include "gan/run/tensor_batches.h"
#include "gan/workers/testing.h"

namespace gan {
namespace {

constexpr int32_t kExamples = 60, kClasses = 3;

/// 0 and 1 alone where `bits`; and labels.
Examples examples(const Shape& shape, bool bits) {
  const Tensor u = draw_uniform(Stream(3, "examples"), kExamples, product(shape), 0);
  const Tensor x = bits ? u.lt(0.3).to(at::kFloat) : u;
  Examples out(shape, std::vector<float>(x.data_ptr<float>(), x.data_ptr<float>() + x.numel()));
  std::vector<int32_t> labels;
  for (int32_t i = 0; i < kExamples; ++i) labels.push_back(i % kClasses);
  return std::move(out).with_labels(labels);
}

struct Case {
  std::string name;
  Config config;
  Shape shape{6};
  bool bits = false;
  int64_t steps = 12;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

using State = std::map<std::string, Tensor>;

State state_of(Learner& learner) {
  State out;
  learner.visit_state([&](const std::string& name, Tensor& t) { out[name] = t.detach().clone(); });
  return out;
}

struct Result {
  State state;
  RunFolder::Numbers numbers;  ///< of the last step
};

/// Steps of a learner, of which the state passes through everybody in the middle.
Result learned(const Case& c, Workers& workers) {
  const Examples data = examples(c.shape, c.bits);
  BatchOrder order(data, {}, c.config.training.batch_size, 1);
  const auto pick = [&](std::span<const int64_t> numbers) {
    std::vector<Tensor> rows;
    for (const int64_t i : numbers) {
      Tensor row = at::empty({data.dim()});
      data.read(i, {row.data_ptr<float>(), static_cast<size_t>(data.dim())});
      rows.push_back(row);
    }
    return at::stack(rows);
  };
  const Setup setup{.config = c.config,
                    .data = {.shape = c.shape, .classes = {"a", "b", "c"}, .size = kExamples},
                    .batches_per_epoch = order.batches_per_epoch(),
                    .means = at::full({product(c.shape)}, 0.3),
                    .examples = pick,
                    .workers = &workers};
  const auto learner = family_of(c.config).learner(setup);
  TensorBatches batches(order, at::kCPU, checked_division(*learner, c.config, workers), workers);
  const Coordination coordination(workers, *learner);
  Result out;
  for (int64_t t = 0; t < c.steps; ++t) {
    batches.seek(t * learner->batches_per_step());
    out.numbers = coordination.combined(learner->step(t, batches), batches.share()).numbers;
    if (t != c.steps / 2) continue;
    learner->join_state();
    learner->divide_state();
  }
  learner->join_state();
  out.state = state_of(*learner);
  return out;
}

void expect_near(const Result& a, const Result& b, double bound) {
  ASSERT_EQ(a.state.size(), b.state.size());
  for (const auto& [name, t] : a.state)
    EXPECT_LE((t.to(at::kDouble) - b.state.at(name).to(at::kDouble)).abs().max().item<double>(),
              bound)
        << name;
  ASSERT_EQ(a.numbers.size(), b.numbers.size());
  for (size_t i = 0; i < a.numbers.size(); ++i)
    EXPECT_NEAR(a.numbers[i].second, b.numbers[i].second, 10 * bound) << a.numbers[i].first;
}

class SeveralWorkers : public testing::TestWithParam<Case> {
 protected:
  SeveralWorkers() { at::set_num_threads(1); }
  ~SeveralWorkers() override { at::set_num_threads(threads_); }

 private:
  int threads_ = at::get_num_threads();
};

TEST_P(SeveralWorkers, LearnsWhatOneWouldAlone) {
  constexpr double kBound = 2e-5;
  const Result alone_ = learned(GetParam(), alone());
  for (const int64_t size : {2, 3}) {
    SCOPED_TRACE(size);
    std::vector<Result> all(static_cast<size_t>(size));
    among(size, [&](Workers& w) { all[static_cast<size_t>(w.rank())] = learned(GetParam(), w); });
    expect_near(alone_, all[0], kBound);
    for (int64_t r = 1; r < size; ++r)  // to the last bit
      for (const auto& [name, t] : all[0].state)
        EXPECT_TRUE(t.equal(all[static_cast<size_t>(r)].state.at(name))) << name << " of " << r;
  }
}

Config adversarial(Engine engine) {
  Config c;
  c.run.engine = engine;
  c.training = {.steps = 100, .batch_size = 14, .learning_rate = 0.05};
  c.optimizer = {.method = Method::momentum, .momentum = 0.5, .final_momentum = 0.5};
  c.generator.noise_size = 3;
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 6}};
  c.discriminator.layers = {Dense{.units = 8, .activation = Activation::leaky_relu},
                            Dropout{.keep = 0.8, .scale = 1.25}, Dense{.units = 1}};
  return c;
}

Case images(const std::string& name, Engine engine) {
  Case c{.name = name, .config = adversarial(engine), .shape = {1, 4, 4}};
  c.config.generator.layers = {Dense{.units = 32}, Reshape{{2, 4, 4}}, BatchNorm{},
                               ActivationLayer{.activation = Activation::relu},
                               Convolution{.channels = 1, .kernel = 3, .pad = 1}};
  c.config.discriminator.layers = {
      Convolution{.channels = 4, .kernel = 3, .pad = 1, .activation = Activation::leaky_relu},
      Dense{.units = 1}};
  return c;
}

std::vector<Case> cases() {
  std::vector<Case> out;
  const auto add = [&](const char* name, const std::function<void(Case&)>& change) {
    out.push_back({.name = name, .config = adversarial(Engine::reference)});
    change(out.back());
  };
  add("Dense", [](Case&) {});
  add("DenseFused", [](Case& c) { c.config.run.engine = Engine::fused; });
  add("Penalties", [](Case& c) {
    c.config.run.engine = Engine::fused;
    c.config.game.r1 = c.config.game.r2 = 0.5;
  });
  add("PenaltiesOfSlopes", [](Case& c) {
    c.config.game.wgan_gp = 1;
    c.config.game.dragan = 1;
  });
  add("Relativistic", [](Case& c) { c.config.game.value = "relativistic"; });
  add("Simultaneous", [](Case& c) { c.config.game.update = Update::simultaneous; });
  add("Average", [](Case& c) {
    c.config.game.averaging = 0.9;
    c.config.optimizer.method = Method::adam;
  });
  add("Parts", [](Case& c) {
    c.config.training.batch_size = 24;
    c.config.game.accumulate = 2;
    c.config.game.k = 2;
  });
  add("Packs", [](Case& c) { c.config.game.pack = 2; });
  out.push_back(images("Images", Engine::reference));
  out.push_back(images("ImagesFused", Engine::fused));
  out.push_back(images("Groups", Engine::reference));
  out.back().config.discriminator.layers.insert(out.back().config.discriminator.layers.begin() + 1,
                                                MinibatchDeviation{.group = 3});
  out.push_back(images("NormalisedD", Engine::reference));
  out.back().config.discriminator.layers.insert(out.back().config.discriminator.layers.begin() + 1,
                                                BatchNorm{});
  out.push_back(images("NormalisedDFused", Engine::fused));
  out.back().config.discriminator.layers.insert(out.back().config.discriminator.layers.begin() + 1,
                                                BatchNorm{});
  out.push_back(images("Augmented", Engine::reference));
  out.back().config.augmentation.mode = AugmentationMode::adaptive;
  out.back().config.augmentation.images = 100;

  const auto add_bits = [&](const char* name, const char* model,
                            const std::function<void(Config&)>& change) {
    Config c;
    c.run.model = model;
    c.data.binarise = true;
    c.training = {.steps = 100, .batch_size = 14, .learning_rate = 0.05};
    c.optimizer = {.method = Method::momentum, .momentum = 0.5, .final_momentum = 0.5};
    change(c);
    out.push_back({.name = name, .config = c, .shape = {20}, .bits = true});
  };
  add_bits("Rbm", "rbm", [](Config& c) {
    c.rbm.hidden = 8;
    c.rbm.persistent = false;
    c.rbm.weight_decay = 0.01;
  });
  add_bits("RbmPersistent", "rbm", [](Config& c) {
    c.rbm.hidden = 8;
    c.rbm.persistent = true;
    c.rbm.chains = 7;
    c.rbm.sparsity_cost = 0.1;
  });
  add_bits("Gsn", "gsn", [](Config& c) { c.gsn.hidden = {{9, 5}}; });
  add_bits("Cae", "stacked-cae", [](Config& c) {
    c.cae.hidden = {{9, 5}};
    c.cae.layer_epochs = 1;
  });
  add_bits("Mixture", "bernoulli-mixture", [](Config& c) { c.mixture.components = 3; });
  add_bits("Nce", "nce", [](Config& c) {
    c.nce.hidden = 6;
    c.mixture.components = 2;
    c.nce.noise = NceNoise::mixture;
    c.nce.noise_epochs = 1;
  });
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, SeveralWorkers, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gan
