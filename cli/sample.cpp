#include <ATen/ATen.h>
#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/pictures.h"
#include "gan/core/error.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"
#include "gan/io/png.h"

namespace gan::cli {
namespace {

struct Options {
  std::string run, checkpoint = "last", out, device = "cpu";
  int64_t n = 64;
  uint64_t seed = 0;
};

std::span<const float> span_of(const at::Tensor& t) { return {t.data_ptr<float>(), static_cast<size_t>(t.numel())}; }

constexpr int64_t kMostSamples = 100'000'000;

void check_output(const Path& out, std::initializer_list<std::string> extensions) {
  std::error_code error;
  if (std::filesystem::is_directory(out, error)) throw UsageError("--out {}: is a folder, a file name was expected", out.string());
  const std::string extension = out.extension();
  std::string known;
  for (const auto& e : extensions) known += (known.empty() ? "" : ", ") + e;
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
    throw UsageError("--out {}: the extension decides what is written; expected one of {}", out.string(), known);
}

void run_sample(const Options& o) {
  const Path out = o.out;
  check_output(out, {".png", ".npy", ".csv"});
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  const at::Tensor samples = model.sample(o.n, o.seed).contiguous();
  if (out.extension() == ".npy") {
    write_file(out, format_npy(samples.sizes().vec(), span_of(samples)));
  } else if (out.extension() == ".csv") {
    const auto& columns = model.data().columns;
    write_file(out, format_csv(columns, product(model.data().shape), span_of(samples)));
  } else {
    write_file(out, encode_png(picture(model.data(), samples, at::empty({0, product(model.data().shape)}, at::kFloat))));
  }
  fmt::print("{}: {} samples of {}, step {}, seed {}\n", o.out, count(o.n), o.run, model.step(), o.seed);
}

void run_interpolate(const Options& o) {
  const Path out = o.out;
  check_output(out, {".png"});
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  auto* latent = dynamic_cast<Latent*>(&model.generative());
  if (!latent) throw UsageError("{}: this kind of model has no latent space to walk through", o.run);
  if (!model.data().image) throw UsageError("{}: interpolation draws images, this run generates {}", o.run, model.data().name);
  constexpr int64_t kLines = 8, kPoints = 12;
  const at::Tensor ends = latent->noise(2 * kLines, o.seed);  // [16, Z]
  const at::Tensor t = at::linspace(0, 1, kPoints, ends.options()).view({1, kPoints, 1});
  const at::Tensor from = ends.narrow(0, 0, kLines).unsqueeze(1), to = ends.narrow(0, kLines, kLines).unsqueeze(1);
  const at::Tensor z = (from * (1 - t) + to * t).flatten(0, 1);  // [8 * 12, Z], straight lines
  const at::Tensor images = model.own_units(latent->decode(z));
  write_file(out, encode_png(picture(model.data(), images, {}, kPoints)));
  fmt::print("{}: {} straight lines through z, {} points each, seed {}\n", o.out, kLines, kPoints, o.seed);
}

void add_common(CLI::App& command, Options& o) {
  command.add_option("RUN", o.run, "a run's folder, or a checkpoint file")->required()->check(some_text());
  command.add_option("--seed", o.seed, "the same seed gives the same bytes")->capture_default_str()->check(whole(0));
  command.add_option("--checkpoint", o.checkpoint, "last, best or a step")->capture_default_str();
  add_device(command, o.device, "auto, cpu or cuda [cpu]");
}

}  // namespace

void add_sample(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("sample", "draw new examples from a trained generator");
  add_common(*command, *o);
  command->add_option("-n", o->n, "how many")->capture_default_str()->check(whole(1, kMostSamples));
  command->add_option("--out", o->out, ".png (a grid), .npy (float32, [N, ...], the data's own units) or .csv")->required()->check(some_text());
  command->footer("Example: " + program() + " sample runs/fashion-mnist -n 100 --seed 7 --out samples.png");
  command->callback([o] { run_sample(*o); });
}

void add_interpolate(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("interpolate", "walk along straight lines through z (figure 3 of the paper)");
  add_common(*command, *o);
  command->add_option("--out", o->out, "a .png file")->required()->check(some_text());
  command->footer("Example: " + program() + " interpolate runs/fashion-mnist --out lines.png");
  command->callback([o] { run_interpolate(*o); });
}

}  // namespace gan::cli
