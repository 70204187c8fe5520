/// Derived networks of images, trained for two steps by the fused engine.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/families.h"
#include "gan/game/trainer.h"
#include "gan/gan.h"
#include "gan/kernels/products.h"
#include "gan/nets/draw.h"
#include "gan/pace.h"

namespace gan {
namespace {

class Noise : public Batches {
 public:
  Noise(const Shape& shape, int64_t batch) : shape_(shape), batch_(batch) {}
  Batch next() override {
    const Tensor rows = draw_normal(Stream(1, "data"), batch_, product(shape_), number_++);
    return {.x = rows.tanh().view(batch_shape(batch_, shape_))};
  }

 private:
  Shape shape_;
  int64_t batch_, number_ = 0;
};

class DerivedTraining : public testing::TestWithParam<Shape> {};

TEST_P(DerivedTraining, TwoStepsGiveImagesOfTheDatasShape) {
  const DataSpec data{.shape = GetParam(), .size = 40};
  const Machine machine{.cores = 1};
  for (const size_t size : {sizes_of_networks().size() - 1, size_t{2}}) {
    Config c =
        derive({.name = "photos", .spec = data, .image = true}, machine, {.size = size}).config;
    ASSERT_EQ(unsupported_by_fused(c), "");
    c.run.engine = Engine::fused;
    c.run.precision = kernels::has_bf16() ? Precision::bf16 : Precision::fp32;
    Trainer trainer({.config = c, .data = data, .batches_per_epoch = 10});
    Noise batches(data.shape, c.training.batch_size);
    for (int64_t t = 0; t < 2; ++t)
      for (const auto& [name, value] : trainer.step(t, batches))
        EXPECT_TRUE(value.isfinite().item<bool>()) << name;
    const Tensor samples = trainer.model().sample(3, 0);
    EXPECT_EQ(samples.numel(), 3 * data.dim());
    EXPECT_TRUE(samples.isfinite().all().item<bool>());
    EXPECT_GT(samples.std().item<double>(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, DerivedTraining,
                         testing::Values(Shape{8, 8}, Shape{28, 28}, Shape{1, 33, 47},
                                         Shape{3, 20, 48}, Shape{4, 9, 15}, Shape{3, 57, 8},
                                         Shape{3, 64, 70}),
                         [](const auto& info) {
                           std::string name = "of";
                           for (const int64_t side : info.param) name += "_" + std::to_string(side);
                           return name;
                         });

/// Measuring changes nothing of what is trained afterwards.
TEST(Pace, IsMeasuredOnALearnerThatIsThrownAway) {
  Config c = derive(facts_of(open_data("toy:ring8", {}, {.train = 500, .valid = 100})), {}).config;
  c.data.train = 500;
  c.data.valid = 100;
  c.run.threads = 1;
  c.training.steps = 20;
  const Problem problem = prepare(c);
  const auto trained = [&](bool measured) {
    const auto learner = make_learner(problem);
    Pace pace;
    if (measured) pace = measure_pace(problem, Judge(problem.data), {.seconds = 1});
    EXPECT_EQ(measured, pace.step > 0);
    EXPECT_EQ(measured, pace.evaluation > 0 && pace.picture > 0 && pace.checkpoint > 0);
    EXPECT_EQ(measured, pace.closing > 0);
    Noise batches({2}, problem.config.training.batch_size);
    for (int64_t t = 0; t < 3; ++t) learner->step(t, batches);
    return learner->model().sample(5, 0);
  };
  EXPECT_TRUE(at::equal(trained(false), trained(true)));
}

}  // namespace
}  // namespace gan
