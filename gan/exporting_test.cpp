#include "gan/exporting.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/export/onnx_proof.h"
#include "gan/export/runtime_noise.h"
#include "gan/export/steps.h"
#include "gan/exporting_testing.h"
#include "gan/game/generator.h"
#include "gan/gan.h"

namespace gan {
namespace {

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

class Exported : public testing::TestWithParam<Case> {};

TEST_P(Exported, StepsMakeWhatTheReferenceNetworkMakes) {
  const Made made(GetParam());
  const Program program = program_of(graph_of(made.source()));
  EXPECT_LT(largest_difference(run(program, made.samples.z, made.samples.label), made.samples.x),
            kRounding);
}

/// The code of a page: its steps, with and without WebAssembly, and its random numbers.
TEST_P(Exported, APageMakesWhatTheReferenceNetworkMakes) {
  const Made made(GetParam());
  const Exporter& html = exporter_to("html");
  const Proof proof =
      html.prove(made.source(), made.samples, html.write(made.source(), made.samples));
  EXPECT_TRUE(holds(proof.how, "run by node")) << proof.how;
  EXPECT_LT(proof.largest.value(), kRounding);
}

TEST_P(Exported, TorchScriptMakesWhatTheReferenceNetworkMakes) {
  const Made made(GetParam());
  const Exporter& script = exporter_to("torchscript");
  const Proof proof =
      script.prove(made.source(), made.samples, script.write(made.source(), made.samples));
  EXPECT_LT(proof.largest.value(), kRounding);
}

/// Every target takes every layer, and ONNX's checker takes what is written. Where the environment
/// variable GAN_EXPORTS names a folder, the files go there, for tools/check_exports.py.
TEST_P(Exported, AllTargetsAreWritten) {
  const Made made(GetParam());
  const char* folder = std::getenv("GAN_EXPORTS");
  for (const ExportTarget& target : export_targets()) {
    const std::vector<ExportedFile> files =
        exporter_to(target.name).write(made.source(), made.samples);
    const size_t without_picture = target.files.size() == 6 ? 5 : target.files.size();
    EXPECT_EQ(files.size(), std::max<size_t>(without_picture, 1));
    if (target.name == "onnx") {
      EXPECT_NO_THROW(check_onnx(files.front().bytes));
    }
    if (folder == nullptr || target.name == "cpp" || target.name == "html" ||
        target.name == "torchscript")
      continue;
    const Path to = Path(folder) / GetParam().name;
    std::filesystem::create_directories(to);
    for (const ExportedFile& file : files)
      write_file(to / (file.name.empty() ? "g.onnx" : file.name), file.bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, Exported, testing::ValuesIn(exported_cases()), name_of);

class ExportedDiscriminator : public testing::TestWithParam<Case> {};

/// ONNX by the runtime that is here; the checker takes the file in any case.
TEST_P(ExportedDiscriminator, SaysWhatTheReferenceNetworkSays) {
  const MadeD made(GetParam());
  for (const char* target : {"torchscript", "onnx"}) {
    const Exporter& exporter = exporter_to(target);
    const Proof proof =
        exporter.prove(made.source(), made.samples, exporter.write(made.source(), made.samples));
    EXPECT_FALSE(holds(proof.how, "cannot run it")) << proof.how;
    EXPECT_TRUE(proof.largest || target == std::string("onnx")) << proof.how;
    EXPECT_LT(proof.largest.value_or(0), kRounding) << proof.how;
  }
}

TEST_P(ExportedDiscriminator, ItsStepsDoSoOfRows) {
  const MadeD made(GetParam());
  if (made.card.shape.size() != 1 || made.card.classes.size() > 0) return;
  const Program program = program_of(graph_of(made.source()));
  EXPECT_LT(largest_difference(run(program, made.samples.x, {}), made.samples.logit), kRounding);
}

INSTANTIATE_TEST_SUITE_P(Layers, ExportedDiscriminator, testing::ValuesIn(all_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(MoreLayers, ExportedDiscriminator, testing::ValuesIn(more_cases()),
                         name_of);

TEST(Export, EachNumberOfAnExampleHasItsOwnScaleForDToo) {
  const MadeD one({"rows", {dense(1)}, false, {3}});
  MadeD each({"rows", {dense(1)}, false, {3}});
  each.card.encoding = Scaling{{-2.5F, 0, 1}, {0.25F, 1, 2}};
  std::vector<float> x = one.samples.x;  // other numbers, the same in the network's units
  for (size_t i = 0; i < x.size(); ++i) {
    const float seen = 0.25F * (x[i] + 2.5F);
    if (i % 3 == 1) x[i] = seen;
    if (i % 3 == 2) x[i] = seen / 2 + 1;
  }
  EXPECT_LT(largest_difference(run(program_of(graph_of(each.source())), x, {}), one.samples.logit),
            kRounding);
}

TEST(Export, WhatNoDiscriminatorOfOneExampleIsIsRefused) {
  const MadeD made({"rows", {dense(1)}, false, {3}});
  const auto said = [&](const ExportSource& source) {
    return complaint<UsageError>([&] { graph_of(source); });
  };
  ExportSource packed = made.source();
  packed.judging->pack = 2;
  EXPECT_TRUE(holds(said(packed), "judges 2 examples at once")) << said(packed);
  MadeD large({"rows", {dense(1)}, false, {3}});
  large.card.origin = {1e9};
  EXPECT_TRUE(holds(said(large.source()), "more digits")) << said(large.source());
}

TEST(Export, ATensorOfAnotherShapeIsRefused) {
  Made made(exported_cases().front());
  made.tensors.tensors.at("model.dense1.bias").shape = {1, 1};
  const auto said = [&] { return complaint([&] { graph_of(made.source()); }); };
  EXPECT_TRUE(holds(said(), "'model.dense1.bias' is F32 [1, 1]")) << said();
  made.tensors.tensors.erase("model.dense1.bias");
  EXPECT_TRUE(holds(said(), "holds no 'model.dense1.bias'")) << said();
}

TEST(Export, EachNumberHasItsOwnScale) {
  Made made({"rows", {dense(3)}, false, {4}});
  const std::vector<float> same = made.samples.x;
  made.card.encoding = Scaling{{1, 2, 3}, {0.5F, 2, 4}};
  made.card.origin = {100};
  const std::vector<float> x =
      run(program_of(graph_of(made.source())), made.samples.z, made.samples.label);
  for (size_t i = 0; i < x.size(); ++i) {
    const double network = (same[i] + 2.5) * 0.25;
    const double factor[] = {0.5, 2, 4};
    EXPECT_NEAR(x[i], network / factor[i % 3] + static_cast<double>(i % 3) + 101, 1e-3);
  }
}

TEST(Export, NoiseAndLabelsAreThoseOfGanSample) {
  constexpr int64_t kSize = 7, kClasses = 3, kFirst = 4;
  for (const NoiseKind kind : {NoiseKind::normal, NoiseKind::uniform}) {
    const GeneratorSection section{
        .noise = kind, .noise_size = kSize, .layers = {ClassEmbedding{.size = 2}, dense(2)}};
    const DataSpec data{.shape = {2}, .classes = {"a", "b", "c"}};
    Generator model(section, data, 1, {}, at::kCPU);
    const uint64_t seed = (uint64_t{1} << 40) + 9;
    std::vector<float> z(kExamples * kSize);
    std::vector<int64_t> label(kExamples);
    generator::noise_of_seed(kind == NoiseKind::normal, seed, kFirst, kExamples, kSize, z.data());
    generator::labels_of_seed(seed, kFirst, kExamples, kClasses, label.data());
    EXPECT_LT(largest_difference(z, numbers<float>(model.noise(kExamples, seed, kFirst))), 1e-6);
    EXPECT_EQ(label, numbers<int64_t>(model.labels(kExamples, seed, kFirst)));
  }
}

TEST(Export, AKnownDifferenceIsMeasured) {
  const std::vector<float> a{1, -4, 2}, b{1, -4, 2.5F};
  EXPECT_DOUBLE_EQ(largest_difference(b, a), 0.125);
  EXPECT_TRUE(std::isnan(largest_difference(std::vector<float>{NAN, 0, 0}, a)));
  EXPECT_TRUE(std::isnan(largest_difference(std::vector<float>{1}, a)));
}

}  // namespace
}  // namespace gan
