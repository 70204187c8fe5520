#include "gan/checkup.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gan/core/testing.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

/// 1,000 rows of two normal numbers, or more, and networks that are one dense layer each: G(z) = W
/// z
/// + b.
class Measured : public testing::Test {
 protected:
  explicit Measured(int64_t numbers = 2) {
    std::vector<float> values(static_cast<size_t>(1000 * numbers));
    Stream(1, "data").normal(values, 1000 * numbers, 0);
    write_file(temp_.path() / "x.npy", format_npy({1000, numbers}, values));
    Config c;
    c.data.source = (temp_.path() / "x.npy").string();
    c.data.scale = Scale::none;
    c.training.steps = 5;
    c.training.batch_size = 10;
    c.run.threads = 1;
    c.game.averaging = 0;
    c.generator.noise_size = numbers;
    c.generator.layers = {Dense{.units = numbers}};
    c.discriminator.layers = {Dense{.units = 1}};
    problem_ = prepare(c);
    learner_ = make_learner(problem_);
  }

  /// Tensors by their names in a checkpoint.
  void set(const std::map<std::string, Tensor>& values) {
    const at::NoGradGuard no_grad;
    size_t found = 0;
    learner_->visit_state([&](const std::string& name, Tensor& value) {
      const auto given = values.find(name);
      if (given == values.end()) return;
      value.copy_(given->second);
      ++found;
    });
    EXPECT_EQ(found, values.size());
  }
  std::map<std::string, double> measure() {
    std::map<std::string, double> out;
    for (const auto& [name, value] : Checkup(problem_, *learner_).measure())
      EXPECT_TRUE(out.emplace(name, value).second) << name;
    return out;
  }

  ScratchFolder temp_;
  Problem problem_;
  std::unique_ptr<Learner> learner_;
};

TEST_F(Measured, SamplesLikeTheDataAreFoundTheSame) {
  set({{"model.dense1.weight", at::eye(2)}, {"model.dense1.bias", at::zeros({2})}});
  auto of = measure();
  EXPECT_NEAR(of.at("width"), 1, 0.1);
  EXPECT_NEAR(of.at("crowd"), 1, 0.2);
  EXPECT_GT(of.at("covered"), 0.95);
  EXPECT_GT(of.at("inside"), 0.95);
  EXPECT_GT(of.at("inside_data"), 0.95);
  EXPECT_EQ(of.at("z_effect"), of.at("width"));  // there are no labels
  EXPECT_LT(of.at("copies"), 0.15);
  EXPECT_FALSE(of.contains("class_width"));
}

class MeasuredOfMany : public Measured {
 protected:
  MeasuredOfMany() : Measured(70) {}
};

TEST_F(MeasuredOfMany, HeldOutExamplesAmongTheDataAreNotedApart) {
  const auto of = measure();
  EXPECT_GT(of.at("inside_data_of_many"), 0.3);
  EXPECT_FALSE(of.contains("inside_data"));
}

TEST_F(Measured, ANarrowGIsNarrowByItsFactor) {
  set({{"model.dense1.weight", at::eye(2)}, {"model.dense1.bias", at::zeros({2})}});
  const auto whole = measure();
  set({{"model.dense1.weight", 0.1 * at::eye(2)}});
  const auto tenth = measure();
  for (const char* name : {"width", "crowd", "z_effect"})
    EXPECT_NEAR(tenth.at(name), 0.1 * whole.at(name), 1e-3) << name;
  EXPECT_LT(tenth.at("covered"), 0.3);
  EXPECT_GT(tenth.at("inside"), 0.99);
}

TEST_F(Measured, AGThatLeavesOutADirectionIsNarrowAlongIt) {
  Tensor flat = at::eye(2);
  flat[1][1] = 0.01;
  set({{"model.dense1.weight", flat}, {"model.dense1.bias", at::zeros({2})}});
  const auto of = measure();
  EXPECT_GT(of.at("width"), 0.6);
  // The directions of the data are not quite the axes.
  EXPECT_LT(of.at("narrowest"), 0.9);
  set({{"model.dense1.weight", at::eye(2)}});
  EXPECT_GT(measure().at("narrowest"), 0.85);
}

TEST_F(Measured, SamplesFarFromTheDataAreNotAmongThem) {
  set({{"model.dense1.weight", at::eye(2)}, {"model.dense1.bias", at::tensor({6.0F, 0.0F})}});
  const auto of = measure();
  EXPECT_NEAR(of.at("width"), 1, 0.1);
  EXPECT_LT(of.at("covered"), 0.05);
  EXPECT_LT(of.at("inside"), 0.05);
}

TEST_F(Measured, DThatAnswersByThePositionAloneDoesNotOverfit) {
  set({{"model.dense1.weight", at::eye(2)},
       {"model.dense1.bias", at::tensor({6.0F, 0.0F})},
       {"D.dense1.weight", at::tensor({-1.0F, 0.0F}).unsqueeze(0)},
       {"D.dense1.bias", at::zeros({1})}});
  auto of = measure();
  EXPECT_NEAR(of.at("d_overfit"), 0,
              0.05);  // 6 is the whole way, 1 / sqrt(100) the error of a mean
  EXPECT_LT(std::abs(of.at("d_overfit_errors")), 4);
  set({{"D.dense1.weight", at::zeros({1, 2})}});
  of = measure();
  EXPECT_FALSE(of.contains("d_overfit"));  // it tells nothing
}

TEST_F(Measured, NothingIsChanged) {
  std::map<std::string, Tensor> before;
  learner_->visit_state(
      [&](const std::string& name, Tensor& value) { before.emplace(name, value.clone()); });
  EXPECT_EQ(measure(), measure());
  learner_->visit_state([&](const std::string& name, Tensor& value) {
    EXPECT_TRUE(at::equal(value, before.at(name))) << name;
  });
}

}  // namespace
}  // namespace gan
