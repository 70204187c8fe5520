#include "cli/info_data.h"

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/picture_input.h"
#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/data/variety.h"
#include "gan/gan.h"
#include "gan/io/png.h"
#include "gan/judge/judge.h"
#include "gan/pictures.h"

namespace gan::cli {
namespace {

/// "32 x 32 (60), 48 x 32 (4)"; long lists are cut.
std::string sizes_text(const PictureReport& report) {
  constexpr size_t kMost = 5;
  std::vector<std::string> parts;
  int64_t others = report.other_sizes;
  for (size_t i = 0; i < report.sizes.size(); ++i) {
    const auto& [size, number] = report.sizes[i];
    if (i < kMost)
      parts.push_back(fmt::format("{} ({})", size_text(size), count(number)));
    else
      others += number;
  }
  if (others > 0) parts.push_back(fmt::format("others ({})", count(others)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string classes_text(const DataSet& d) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < d.classes.size(); ++i)
    parts.push_back(fmt::format("{} ({})", d.classes[i], d.pictures->class_counts.at(i)));
  return printable(fmt::format("{}", fmt::join(parts, ", ")));
}

/// The first lines are read by scripts.
void print_pictures(const DataSet& d) {
  const PictureReport& report = *d.pictures;
  fmt::print("images  {}\nshape  [{}]\n", report.images, fmt::join(d.train.shape(), ", "));
  if (!d.classes.empty()) fmt::print("classes  {}\n", classes_text(d));
  fmt::print("  from      {}\n", printable(d.description));
  fmt::print("  sizes     {}{}\n", sizes_text(report),
             report.resized ? ", before they were scaled or cropped" : "");
  fmt::print("  same      {}\n",
             report.duplicates == 0
                 ? "no two images"
                 : fmt::format("{} are copies of another image", count(report.duplicates)));
  if (report.skipped > 0) fmt::print("  skipped   {}\n", count(report.skipped));
}

void print_examples(const DataSet& d) {
  fmt::print("{}: {}\n  example   [{}]{}\n  values    {} to {}\n", printable(d.name),
             printable(d.description), fmt::join(d.train.shape(), ", "),
             d.image ? ", an image" : "", d.low, d.high);
}

void print_data(const DataSet& d) {
  if (d.pictures)
    print_pictures(d);
  else
    print_examples(d);
  fmt::print("  training  {}\n  valid     {}\n  test      {}\n  hash      {}\n",
             count(d.train.size()), count(d.valid.size()), count(d.test.size()), d.hash);
  if (!d.classes.empty() && !d.pictures)
    fmt::print("  classes   {}\n", printable(fmt::format("{}", fmt::join(d.classes, ", "))));
  if (const std::string missing = without_variety(d); !missing.empty())
    fmt::print("  variety   {}\n", missing);
  if (!d.columns.empty())
    fmt::print("  columns   {}\n", printable(fmt::format("{}", fmt::join(d.columns, ", "))));
  for (const std::string& note : d.notes) fmt::print("  note      {}\n", printable(note));
}

/// What a training without a recipe would do, and why.
void print_choices(const InfoOptions& o, const DataSet& d) {
  std::string options;
  for (const auto& [name, value] : o.pictures)
    options += fmt::format(" --{} {}", name, shell_word(value));
  fmt::print("\n`{} train --data {}{}` chooses\n", program(), printable(shell_word(o.what)),
             printable(options));
  for (const std::string& reason : derive(facts_of(d), this_machine()).reasons)
    fmt::print("  {}\n", printable(reason));
}

/// Training examples as a grid, those of a class one after the other.
Image grid_of(const DataSet& d) {
  constexpr int64_t kMost = 100;
  std::vector<int64_t> numbers(static_cast<size_t>(std::min(kMost, d.train.size())));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  if (d.train.labelled())
    std::ranges::stable_sort(numbers, {}, [&](int64_t i) { return d.train.label(i); });
  const Examples chosen = d.train.pick(numbers);
  const at::Tensor rows = rows_of(chosen, 0, chosen.size());
  return picture(card_of(d), rows.view(batch_shape(chosen.size(), d.train.shape())), {});
}

DataSet opened(const InfoOptions& o) {
  const StoppableImport stoppable;
  return open_data(o.what, o.data_dir, {}, settings_of(o.pictures));
}

}  // namespace

void info_data(const InfoOptions& o) {
  if (!o.out.empty()) check_picture_output(o.out, o.force);
  const DataSet d = opened(o);
  print_data(d);
  print_choices(o, d);
  if (o.out.empty()) return;
  if (!d.image) throw UsageError("--out {}: {} holds no images", o.out, d.name);
  check_can_write(o.out);
  write_file(o.out, encode_png(grid_of(d)));
  fmt::print("  examples  {}\n", printable(o.out));
}

}  // namespace gan::cli
