#include "gan/baselines/controls.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

/// Four clusters of 50 around the corners of a square.
Tensor clusters() {
  const Tensor corner = at::arange(200, at::kLong).remainder(4);
  const Tensor centre =
      at::stack({corner.bitwise_and(1), corner.bitwise_right_shift(1)}, 1).to(at::kFloat) * 10;
  return centre + draw_normal(Stream(3), 200, 2, 0) * 0.1;
}

void expect_function_of_the_index(GenerativeModel& model) {
  const Tensor all = model.sample(40, 5);
  EXPECT_TRUE(all.slice(0, 13, 33).equal(model.sample(20, 5, 13)));
  EXPECT_TRUE(all.equal(model.sample(40, 5)));
}

TEST(TrainingImages, EachOnceBeforeAnyAgain) {
  const Tensor x = at::arange(10, at::kFloat).unsqueeze(1);
  TrainingImages model(x);
  const Tensor y = model.sample(25, 1);
  EXPECT_TRUE(std::get<0>(y.slice(0, 0, 10).sort(0)).equal(x));
  EXPECT_TRUE(std::get<0>(y.slice(0, 10, 20).sort(0)).equal(x));
  EXPECT_FALSE(y.slice(0, 0, 10).equal(y.slice(0, 10, 20)));
  EXPECT_FALSE(y.equal(model.sample(25, 2)));
  expect_function_of_the_index(model);
}

TEST(KMeans, FindsSeparateClusters) {
  const Tensor x = clusters();
  double least = 1e9;
  for (uint64_t seed = 1; seed <= 5; ++seed)
    least = std::min(least, KMeans(x, {.centres = 4, .seed = seed}).distortion());
  EXPECT_LT(least, 0.03);  // 2 * 0.1^2 within clusters, 100 between
}

TEST(KMeans, MoreIterationsNeverHurtAndItEndsByItself) {
  const Tensor x = draw_normal(Stream(1), 500, 20, 0);
  double before = 1e9;
  for (const int64_t iterations : {1, 2, 5, 100}) {
    const KMeans model(x, {.centres = 10, .iterations = iterations});
    EXPECT_LE(model.distortion(), before + 1e-6);
    before = model.distortion();
  }
  EXPECT_LT(KMeans(x, {.centres = 10, .iterations = 100}).iterations(), 100);
}

TEST(KMeans, EndsAtTheMeansOfItsExamples) {
  const Tensor x = draw_normal(Stream(1), 300, 12, 0) + 3;
  const Tensor centres = KMeans(x, {.centres = 7, .iterations = 1'000}).centres();
  const Tensor mine = (x.unsqueeze(1) - centres.unsqueeze(0)).square().sum(2).argmin(1);
  for (int64_t k = 0; k < 7; ++k)
    EXPECT_TRUE(x.index_select(0, mine.eq(k).nonzero().squeeze(1))
                    .mean(0)
                    .allclose(centres[k], 1e-4, 1e-4));
}

TEST(KMeans, EmptyCentresMove) {
  Tensor x =
      at::zeros({100, 2});  // equal examples: all but one of the centres that start there lose them
  x.slice(0, 0, 3).copy_(at::tensor({5.f, 0.f, 0.f, 5.f, -5.f, 0.f}).view({3, 2}));
  const KMeans model(x, {.centres = 4, .iterations = 50, .seed = 2});
  EXPECT_LT(model.distortion(), 1e-6);
}

TEST(KMeans, AsManyCentresAsExamples) {
  const Tensor x = draw_normal(Stream(1), 20, 3, 0);
  KMeans model(x, {.centres = 20});
  EXPECT_LT(model.distortion(), 1e-6);
  expect_function_of_the_index(model);
  EXPECT_THROW(KMeans(x, {.centres = 21}), UsageError);
  EXPECT_THROW(KMeans(x, {.centres = 0}), UsageError);
}

TEST(MeanImage, IsTheMean) {
  const Tensor x = draw_uniform(Stream(1), 30, 6, 0);
  MeanImage model(x);
  const Tensor y = model.sample(3, 1);
  ASSERT_EQ(y.sizes(), (at::IntArrayRef{3, 6}));
  for (int64_t i = 0; i < 3; ++i) EXPECT_TRUE(y[i].equal(x.mean(0)));
  EXPECT_THROW(MeanImage(at::zeros({0, 6})), DataError);
  EXPECT_THROW(TrainingImages(at::zeros({0, 6})), DataError);
}

}  // namespace
}  // namespace gan
