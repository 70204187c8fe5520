#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/output.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/data/readers.h"
#include "gan/io/png.h"
#include "gan/judge/sampling.h"
#include "gan/model/chain.h"
#include "gan/model/examples_file.h"
#include "gan/pictures.h"
#include "gan/selection.h"
#include "gan/units.h"

namespace gan::cli {
namespace {

/// The first of the options about chains that was given.
const char* asks_for_a_chain(const SampleOptions& o) {
  if (o.chains) return "--chains";
  if (o.burn_in) return "--burn-in";
  if (o.thin) return "--thin";
  return o.start.empty() ? nullptr : "--start";
}

/// Training examples of the data that the model was trained on.
at::Tensor data_starts(const SampleOptions& o, const Model& model, int64_t chains) {
  if (is_folder(o.run)) {
    const RunFolder run = RunFolder::open(o.run);
    Config config = run.config();
    config.run.device = o.device;
    return starting_points(
        prepare_trained(run, run.find_checkpoint(o.checkpoint), config, o.data_dir), chains,
        o.seed);
  }
  Config config = model.config();
  config.run.device = o.device;
  const Problem problem = prepare(config, o.data_dir);
  check_same_data(model.data(), problem, o.run);
  return starting_points(problem, chains, o.seed);
}

/// Consecutive states of chains, those of the first chain first: [n, shape...] own units.
at::Tensor walk_along(const SampleOptions& o, Model& model, int64_t n) {
  auto* chain = dynamic_cast<Chain*>(&model.generative());
  if (!chain)
    throw UsageError("{}: samples of this model are independent: {} has no meaning", o.run,
                     asks_for_a_chain(o));
  const int64_t chains = o.chains.value_or(1);
  const at::Tensor start = o.start == "data"
                               ? chain->start_at(data_starts(o, model, chains), o.seed)
                               : chain->start(chains, o.seed);
  const ChainSchedule schedule{
      .burn_in = o.burn_in.value_or(1000), .thin = o.thin.value_or(1), .taken = n / chains};
  return model.own_units(follow(*chain, start, schedule, o.seed).flatten(0, 1));
}

/// The first of the options that choose samples by z or by class.
const char* asks_for_a_selection(const SampleOptions& o) {
  if (!o.class_name.empty()) return "--class";
  if (!o.seeds.empty()) return "--seeds";
  return o.truncation ? "--truncation" : nullptr;
}

constexpr int64_t kPerClass = 8;  // samples in a row of a picture

/// What the options ask for. A picture of a model with classes has a row for each.
Selection selection_of(const SampleOptions& o, Model& model, bool to_picture) {
  const char* choice = asks_for_a_selection(o);
  const char* chain = asks_for_a_chain(o);
  if (choice != nullptr && chain != nullptr)
    throw UsageError("{} and {} cannot be used together", choice, chain);
  Selection out{.seeds = o.seeds, .truncation = o.truncation};
  if (!o.class_name.empty()) out.label = label_of(model, o.class_name);
  const int64_t classes = class_count(model.generative());
  if (!to_picture || classes == 0 || out.label || !o.seeds.empty()) return out;
  out.of_each_class = o.n ? (*o.n + classes - 1) / classes : kPerClass;
  return out;
}

/// How many samples: as many as asked for; else whole rows of classes, or chains of equal length.
int64_t count_of(const SampleOptions& o, const Selection& wanted, Model& model) {
  if (!o.seeds.empty()) return static_cast<int64_t>(o.seeds.size());
  if (o.n) return *o.n;
  if (wanted.of_each_class > 0) return wanted.of_each_class * class_count(model.generative());
  const int64_t chains = o.chains.value_or(1);
  return (kUsualSamples + chains - 1) / chains * chains;
}

/// All n examples at once, for a picture; drawn in blocks, since a network needs much more room
/// than its outputs.
at::Tensor draw_all(const Draw& draw, int64_t n) {
  constexpr int64_t kBlock = 1000;
  std::vector<at::Tensor> blocks;
  for (int64_t first = 0; first < n; first += kBlock)
    blocks.push_back(draw(first, std::min(kBlock, n - first)));
  return blocks.size() == 1 ? blocks[0] : at::cat(blocks);
}

}  // namespace

int carry_out(const SampleOptions& o) {
  const Path out = o.out;
  const bool to_picture = out.extension() == ".png";
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  const DataCard& data = model.data();
  check_is_not_training_data(out, o.run);
  check_examples_output(out, o.force);
  const Selection wanted = selection_of(o, model, to_picture);
  const int64_t n = count_of(o, wanted, model);
  int64_t columns = o.chains.value_or(1) > 1 ? n / *o.chains : 0;
  if (wanted.of_each_class > 0) columns = wanted.of_each_class;
  if (to_picture) check_picture(data, n, columns);
  check_can_write(out);
  now_doing(Activity::drawing_samples);
  at::Tensor walked;
  if (asks_for_a_chain(o)) walked = walk_along(o, model, n);
  const Draw draw = [&](int64_t first, int64_t count) {
    stop_if_asked();
    const at::Tensor samples = walked.defined() ? walked.narrow(0, first, count)
                                                : sample(model, wanted, count, o.seed, first);
    check_finite_samples(samples, o.run);
    return samples;
  };
  if (to_picture) {
    write_file(out, encode_png(picture(data, draw_all(draw, n),
                                       at::empty({0, product(data.shape)}, at::kFloat), columns)));
  } else {
    catch_stop_signals();
    double largest = 0;
    const Draw watched = [&](int64_t first, int64_t count) {
      at::Tensor block = draw(first, count);
      largest = std::max(largest, block.abs().max().item<double>());
      return block;
    };
    try {
      write_examples(out, n, data.shape, data.columns, watched, {data.channels_last, data.origin});
    } catch (const Interrupted&) {
      note(fmt::format("gan: stopped, nothing was written to {}", printable(o.out)));
      return 128 + stop_signal();
    }
    if (largest > kLargestValue)
      note(fmt::format(
          "gan: {}: holds values as large as {:.3g}; evaluate scores those up to {:g}: train with a smaller learning rate",
          printable(o.out), largest, kLargestValue));
    if (out.extension() == ".npy" && !data.origin.empty())
      note(fmt::format(
          "gan: {}: float32, which .npy files are written in, rounds values of {}; write a .csv to keep their digits",
          printable(o.out), printable(data.name)));
  }
  const std::string seeds = o.seeds.empty() ? fmt::format("seed {}", o.seed) : "one of each seed";
  fmt::print("{}: {} samples of {}, step {}, {}\n", printable(o.out), count(n), printable(o.run),
             model.step(), seeds);
  return 0;
}

int carry_out(const InterpolateOptions& o) {
  const Path out = o.out;
  Model model = load(o.run, o.checkpoint, find_device(o.device));
  if (!dynamic_cast<Latent*>(&model.generative()))
    throw UsageError("{}: this kind of model has no latent space to walk through", o.run);
  check_is_not_training_data(out, o.run);
  check_picture_output(out, o.force);
  if (!model.data().image)
    throw UsageError("{}: interpolation draws images, this run generates {}", o.run,
                     model.data().name);
  check_can_write(out);
  now_doing(Activity::drawing_samples);
  LineClasses classes;
  if (!o.class_name.empty()) classes.from = label_of(model, o.class_name);
  if (!o.to_class.empty()) classes.to = label_of(model, o.to_class);
  write_file(out, encode_png(straight_lines(model, o.seed, classes)));
  fmt::print("{}: {} straight lines {}, {} points each, seed {}\n", printable(o.out), kLines,
             classes.to ? "from class to class" : "through z", kLinePoints, o.seed);
  return 0;
}

}  // namespace gan::cli
