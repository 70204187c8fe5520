#include <ATen/ATen.h>
#include <fmt/core.h>

#include "cli/command.h"
#include "cli/pictures.h"
#include "gan/core/error.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"
#include "gan/io/png.h"

namespace gan::cli {
namespace {

std::span<const float> span_of(const at::Tensor& t) { return {t.data_ptr<float>(), static_cast<size_t>(t.numel())}; }

}  // namespace

int carry_out(const SampleOptions& o) {
  const Path out = o.out;
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  const at::Tensor samples = model.sample(o.n, o.seed).contiguous();
  if (out.extension() == ".npy") {
    write_file(out, {npy_header(samples.sizes().vec()), {static_cast<const char*>(samples.data_ptr()), samples.nbytes()}});
  } else if (out.extension() == ".csv") {
    const auto& columns = model.data().columns;
    write_file(out, format_csv(columns, product(model.data().shape), span_of(samples)));
  } else {
    write_file(out, encode_png(picture(model.data(), samples, at::empty({0, product(model.data().shape)}, at::kFloat))));
  }
  fmt::print("{}: {} samples of {}, step {}, seed {}\n", o.out, count(o.n), o.run, model.step(), o.seed);
  return 0;
}

int carry_out(const InterpolateOptions& o) {
  const Path out = o.out;
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  if (!dynamic_cast<Latent*>(&model.generative())) throw UsageError("{}: this kind of model has no latent space to walk through", o.run);
  if (!model.data().image) throw UsageError("{}: interpolation draws images, this run generates {}", o.run, model.data().name);
  write_file(out, encode_png(straight_lines(model, o.seed)));
  fmt::print("{}: {} straight lines through z, {} points each, seed {}\n", o.out, kLines, kLinePoints, o.seed);
  return 0;
}

}  // namespace gan::cli
