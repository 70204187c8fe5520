#include <fmt/core.h>

#include "cli/command.h"
#include "cli/output.h"
#include "gan/core/activity.h"
#include "gan/core/cache_folder.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/exporting.h"

namespace gan::cli {
namespace {

Path place_of(const Path& out, std::string_view name) {
  return name.empty() ? out : out / name;
}

void make_folder(const Path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw WriteError("{}: cannot be made: {}", folder.string(), error.message());
}

/// Before the model is read: what is there already may be somebody's work.
void check_places(const ExportOptions& o, const ExportTarget& target) {
  const Path out = o.out;
  if (target.files.empty() && is_folder(out))
    throw UsageError("--out {}: expected the name of a file, but this is a folder", o.out);
  if (!target.files.empty() && is_there(out) && !is_folder(out))
    throw UsageError("--out {}: expected the name of a folder, but this is a file", o.out);
  if (target.files.empty()) check_export_output(out, o.force);
  for (const std::string_view name : target.files) check_export_output(out / name, o.force);
}

void print_speed(const Export& made) {
  const Speed &theirs = *made.proof.speed, &ours = *made.of_gan;
  fmt::print(
      "one thread: one sample {:.3f} ms (gan's libtorch model {:.3f}), {} samples {:.2f} ms "
      "({:.2f}), ready after {:.1f} ms\n",
      theirs.one, ours.one, made.samples, theirs.batch, ours.batch, theirs.start);
}

}  // namespace

int carry_out(const ExportOptions& o) {
  const ExportTarget& target = export_target(o.to);
  const Path out = o.out;
  check_is_not_training_data(out, o.run);
  check_places(o, target);
  now_doing(Activity::drawing_samples);
  const Export made = export_model(o.run, exporter_to(target.name),
                                   {.checkpoint = o.checkpoint,
                                    .licence = o.licence,
                                    .bytes = o.bytes,
                                    .network = o.network,
                                    .data_dir = o.data_dir,
                                    .cache = cache_folder(),
                                    .say = [](const std::string& what) { note(what + " ..."); }});
  if (!target.files.empty()) make_folder(out);
  for (const ExportedFile& file : made.files) write_file(place_of(out, file.name), file.bytes);
  std::string names;
  for (const ExportedFile& file : made.files)
    names += (names.empty() ? "" : ", ") + (file.name.empty() ? o.out : file.name);
  fmt::print("{}: {} of {}, step {}\n", printable(o.out), printable(names), printable(o.run),
             made.step);
  if (made.proof.largest)
    fmt::print(
        "compared with the model: {} samples differ by at most {:.1e} of their largest "
        "number ({})\n",
        made.samples, *made.proof.largest, printable(made.proof.how));
  else
    fmt::print("not compared with the model: {}\n", printable(made.proof.how));
  if (made.of_gan) print_speed(made);
  return 0;
}

}  // namespace gan::cli
