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
#include "gan/game/generator.h"
#include "gan/gan.h"
#include "gan/model/checkpoint.h"
#include "gan/nets/draw.h"
#include "gan/nets/network.h"
#include "gan/nets/testing.h"

namespace gan {
namespace {

constexpr double kRounding = 1e-5;  // of float32, relative to the largest number
constexpr int64_t kExamples = 19;   // more than a block, and odd

template <class L>
L spectral(L layer) {
  layer.spectral_norm.on = true;
  return layer;
}

/// Layers that the fused engine does not know, odd sizes and strides.
std::vector<Case> more_cases() {
  const Init init{.kind = Init::Kind::normal, .value = 0.4};
  return {
      {"maxout_convolution",
       {MaxoutConvolution{.channels = 3,
                          .pieces = 2,
                          .kernel = 3,
                          .pad = 1,
                          .pool = 3,
                          .pool_stride = 2,
                          .init = init},
        MaxoutConvolution{.channels = 2, .pieces = 3, .kernel = 2, .init = init, .tied = false}},
       false,
       {2, 8, 7}},
      {"uneven_strides",
       {transposed(5, 3, 2, 0), transposed(6, 2, 3, 0), convolution(7, 5, 3, 2),
        transposed(3, 5, 1, 2)},
       false,
       {3, 4, 5}},
      {"transposed_groups",
       {TransposedConvolution{.channels = 6,
                              .kernel = 4,
                              .stride = 2,
                              .pad = 1,
                              .groups = 3,
                              .init = init,
                              .bias = {.value = 0.2},
                              .tied = false},
        Convolution{.channels = 20,
                    .kernel = 3,
                    .pad = 2,
                    .groups = 2,
                    .activation = Activation::tanh,
                    .init = init,
                    .tied = false}},
       false,
       {9, 3, 5}},
      {"overlapping_means",
       {convolution(5, 3, 1, 1), AveragePool{.window = 3, .stride = 2}, Downsample{},
        Upsample{.filter = Upsample::Filter::bilinear}, Upsample{}},
       false,
       {2, 11, 9}},
      {"row_and_image",
       {Residual{.layers = {dense(30, Activation::relu)}, .shortcut = {}}, BatchNorm{},
        maxout(5, 3), Dropout{}},
       false,
       {2, 5, 3}},
      {"spectral_norm",
       {spectral(dense(12)), Reshape{.shape = {3, 2, 2}},
        spectral(
            TransposedConvolution{.channels = 4, .kernel = 4, .stride = 2, .pad = 1, .init = init}),
        spectral(convolution(5, 3, 1, 1))},
       false},
      {"single_numbers", {dense(1), ActivationLayer{.activation = Activation::sigmoid}}, false},
  };
}

/// A case with an image as its input begins with a reshape of z.
NetworkSpec as_generator(const Case& c) {
  NetworkSpec out = c.spec;
  if (c.input.size() == 3) out.insert(out.begin(), Reshape{.shape = c.input});
  return out;
}

/// Random weights, and running moments as of some training.
void fill(Network& network) {
  const at::NoGradGuard no_grad;
  uint64_t number = 0;
  network.visit_state("", [&](const std::string& name, at::Tensor& t) {
    const Stream stream = Stream(11, "fill").child(number++);
    if (name.ends_with("variance"))
      t.copy_(draw_uniform(stream, 1, t.numel(), 0).add_(0.3).view(t.sizes()));
    else if (name.ends_with("mean") || name.ends_with("bias") || name.ends_with("gain"))
      t.add_(draw_normal(stream, 1, t.numel(), 0).mul_(0.3).view(t.sizes()));
  });
}

template <class T>
std::vector<T> numbers(const at::Tensor& t) {
  const at::Tensor flat = t.contiguous();
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

/// A checkpoint of a generator with random weights, and what the reference network makes of z.
struct Made {
  explicit Made(const Case& c) {
    section.layers = as_generator(c);
    section.noise_size = product(c.input);
    for (int64_t i = 0; i < c.classes; ++i) card.classes.push_back(std::to_string(i));
    Network network(section.layers, {section.noise_size}, "generator", Stream(3), {}, at::kCPU,
                    c.classes);
    fill(network);
    card.shape = network.out();
    card.name = "toy";
    card.encoding = Scaling{{-2.5F}, {0.25F}};
    bytes = write_checkpoint(
        [&](const StateVisitor& visit) { network.visit_state("model.", visit); }, {});
    tensors = parse_safetensors(bytes, "test");
    const at::Tensor z = at::empty({kExamples, section.noise_size});
    const at::Tensor label = at::empty({kExamples}, at::kLong);
    samples = {.seed = 5, .n = kExamples};
    generator::noise_of_seed(true, samples.seed, 0, kExamples, section.noise_size,
                             z.data_ptr<float>());
    generator::labels_of_seed(samples.seed, 0, kExamples, std::max<int64_t>(c.classes, 1),
                              label.data_ptr<int64_t>());
    samples.z = numbers<float>(z);
    if (c.classes > 0) samples.label = numbers<int64_t>(label);
    samples.x = numbers<float>(own_units(card, network.infer(z, label)));
  }
  ExportSource source() const { return {section, card, tensors, "test", 7, "", false, {}}; }

  GeneratorSection section;
  DataCard card;
  std::string bytes;
  SafeTensors tensors;
  ExportSamples samples;
};

std::vector<Case> exported_cases() {
  std::vector<Case> out;
  for (const Case& c : all_cases())
    if (std::string_view(c.name) != "projection") out.push_back(c);
  for (const Case& c : more_cases()) out.push_back(c);
  return out;
}

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
    if (folder == nullptr || target.name == "cpp" || target.name == "html") continue;
    const Path to = Path(folder) / GetParam().name;
    std::filesystem::create_directories(to);
    for (const ExportedFile& file : files)
      write_file(to / (file.name.empty() ? "g.onnx" : file.name), file.bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, Exported, testing::ValuesIn(exported_cases()), name_of);

TEST(Export, ADiscriminatorsLayerIsRefusedByItsName) {
  for (const Case& c : all_cases()) {
    if (std::string_view(c.name) != "projection") continue;
    const Made made(c);
    const std::string said = complaint<UsageError>([&] { graph_of(made.source()); });
    EXPECT_TRUE(holds(said, "[generator] layer 4 (projection")) << said;
  }
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
