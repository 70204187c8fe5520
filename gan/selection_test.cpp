#include "gan/selection.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/game/generator.h"
#include "gan/spec/testing.h"

namespace gan {
namespace {

/// A G that nobody trained; with `classes`, its networks see labels.
Model model_of(std::vector<std::string> classes, NoiseKind noise = NoiseKind::normal) {
  Config c;
  c.generator.noise = noise;
  c.generator.noise_size = 3;
  if (!classes.empty()) c.generator.layers.push_back(ClassEmbedding{.size = 2});
  c.generator.layers.push_back(Dense{.units = 4});
  const DataSpec data{.shape = {4}, .classes = classes};
  auto G = std::make_unique<Generator>(c.generator, data, 1, Tensor(), at::kCPU);
  DataCard card{.name = "pets", .shape = {4}, .classes = std::move(classes)};
  return Model(c, card, 0, std::move(G));
}

const std::vector<std::string> kPets = {"cat", "dog", "7"};

TEST(Selection, NothingChosenIsWhatTheModelDraws) {
  Model model = model_of(kPets);
  EXPECT_TRUE(at::equal(sample(model, {}, 5, 2), model.sample(5, 2)));
  EXPECT_TRUE(at::equal(sample(model, {}, 3, 2, 2), model.sample(5, 2).slice(0, 2)));
}

TEST(Selection, AClassIsOneAndTheSameZGivesEachOfThem) {
  Model model = model_of(kPets);
  const Tensor cats = sample(model, {.label = 0}, 40, 2), dogs = sample(model, {.label = 1}, 40, 2);
  EXPECT_FALSE(at::allclose(cats, dogs));
  // What the model draws itself is of these, by its own labels.
  auto& G = dynamic_cast<Generator&>(model.generative());
  const Tensor label = G.labels(40, 2).unsqueeze(1), drawn = model.sample(40, 2);
  EXPECT_TRUE(at::allclose(at::where(label.eq(0), cats, drawn), drawn));
  EXPECT_TRUE(at::allclose(at::where(label.eq(1), dogs, drawn), drawn));
  EXPECT_GT(label.eq(0).sum().item<int64_t>(), 0);
  EXPECT_GT(label.eq(1).sum().item<int64_t>(), 0);
}

TEST(Selection, SoManyOfEachClassInTurn) {
  Model model = model_of(kPets);
  const Tensor all = sample(model, {.of_each_class = 2}, 6, 2);
  for (int64_t label = 0; label < 3; ++label)
    EXPECT_TRUE(
        at::allclose(all.narrow(0, 2 * label, 2), sample(model, {.label = label}, 2, 2, 2 * label)))
        << label;
}

TEST(Selection, EachSeedGivesItsFirstSample) {
  for (const auto& classes : {kPets, std::vector<std::string>()}) {
    Model model = model_of(classes);
    const Tensor some = sample(model, {.seeds = {4, 0, 9}}, 3, 77);
    EXPECT_TRUE(at::allclose(some[0], model.sample(1, 4)[0]));
    EXPECT_TRUE(at::allclose(some[1], model.sample(1, 0)[0]));
    EXPECT_TRUE(at::allclose(some[2], model.sample(1, 9)[0]));
    EXPECT_TRUE(at::equal(sample(model, {.seeds = {4, 0, 9}}, 2, 77, 1), some.slice(0, 1)));
  }
}

TEST(Selection, TruncationIsTheTruncatedNormalInTheSameOrder) {
  const Tensor z = at::special_ndtri((at::arange(20000, at::kDouble) + 0.5) / 20000).to(at::kFloat);
  const Tensor cut = truncated(z, 1);
  EXPECT_LE(cut.abs().max().item<float>(), 1);
  EXPECT_GT(cut.abs().max().item<float>(), 0.999);
  EXPECT_TRUE((cut.diff() >= 0).all().item<bool>());
  const double density = std::exp(-0.5) / std::sqrt(2 * M_PI), inside = std::erf(std::sqrt(0.5));
  EXPECT_NEAR(cut.to(at::kDouble).square().mean().item<double>(), 1 - 2 * density / inside, 1e-4);
  EXPECT_TRUE(at::allclose(truncated(z, 10), z, 1e-4, 1e-5));
  Model model = model_of({});
  const Tensor all = model.sample(100, 3), typical = sample(model, {.truncation = 0.3}, 100, 3);
  EXPECT_LT(typical.std().item<float>(), 0.5 * all.std().item<float>());
}

TEST(Selection, ClassesAreFoundByNameThenByNumber) {
  Model model = model_of(kPets);
  EXPECT_EQ(label_of(model, "dog"), 1);
  EXPECT_EQ(label_of(model, "0"), 0);
  EXPECT_EQ(label_of(model, "7"), 2);
  EXPECT_SAYS(complaint([&] { label_of(model, "dgo"); }), "the classes of pets are cat, dog, 7");
  EXPECT_SAYS(complaint([&] { label_of(model, "3"); }), "class '3'");
}

TEST(Selection, WhatAModelHasNotIsRefused) {
  Model plain = model_of({});
  EXPECT_THROW(sample(plain, {.label = 0}, 1, 1), UsageError);
  EXPECT_SAYS(complaint([&] { sample(plain, {.of_each_class = 1}, 1, 1); }),
              "was trained without labels");
  EXPECT_SAYS(complaint([&] { label_of(plain, "cat"); }), "was trained without labels");
  Model uniform = model_of({}, NoiseKind::uniform);
  EXPECT_SAYS(complaint([&] { sample(uniform, {.truncation = 1}, 1, 1); }),
              "only normal noise can be cut off");
}

TEST(Selection, AGridHasARowForEachClass) {
  Model model = model_of(kPets);
  const SampleGrid grid = sample_grid(model.generative(), 7, 5);
  EXPECT_EQ(grid.columns, 2);
  EXPECT_TRUE(
      at::allclose(model.own_units(grid.samples), sample(model, {.of_each_class = 2}, 6, 5)));
  Model plain = model_of({});
  EXPECT_EQ(sample_grid(plain.generative(), 7, 5).columns, 0);
  EXPECT_EQ(sample_grid(plain.generative(), 7, 5).samples.size(0), 7);
}

}  // namespace
}  // namespace gan
