#include "cli/output.h"

#include <fstream>

#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/export/targets.h"
#include "gan/io/png.h"
#include "gan/paper/parts.h"
#include "gan/run/folder.h"

namespace gan::cli {
namespace {

/// The first bytes of a file, enough to know it by; fewer where there are no more, or where they
/// cannot be read.
std::string beginning_of(const Path& file) {
  constexpr size_t kEnough = size_t{1} << 22;
  std::string bytes(kEnough, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

/// Nothing is there, or whoever calls may do as they like.
bool is_free(const Path& out, bool force) {
  return force || (!is_there(out) && !is_link(out));
}

[[noreturn]] void refuse(const Path& out, const char* what) {
  throw UsageError(
      "--out {}: exists already, and is no {}; choose another name, or give --force to replace it",
      out.string(), what);
}

constexpr const char* kPicture = "picture that gan made";

}  // namespace

void check_picture_output(const Path& out, bool force) {
  if (!force && !is_own_picture(out)) refuse(out, kPicture);
}

void check_examples_output(const Path& out, bool force) {
  if (out.extension() == ".png") return check_picture_output(out, force);
  if (!is_free(out, force))
    throw UsageError("--out {}: exists already; choose another name, or give --force to replace it",
                     out.string());
}

bool is_own_picture(const Path& file) {
  return is_free(file, false) || (is_file(file) && is_png_of_gan(beginning_of(file)));
}

void check_is_not_training_data(const Path& out, const Path& run) {
  if (!is_there(out)) return;
  const Path folder = is_folder(run) ? run : absolute_path(run).parent_path().parent_path();
  std::string source;
  try {
    source = RunFolder::open(folder).config().data.source;
  } catch (const Error&) {
    return;  // a checkpoint by itself, which knows no path
  }
  if (same_file(out, source))
    throw UsageError("--out {}: is the data that {} was trained on; choose another name",
                     out.string(), run.string());
}

void check_export_output(const Path& out, bool force) {
  if (out.extension() == ".png") return check_picture_output(out, force);
  if (is_free(out, force)) return;
  const bool ours = is_file(out) && beginning_of(out).find(kExportMark) != std::string::npos;
  if (!ours) refuse(out, "file that gan export wrote");
}

void check_report_output(const Path& folder, bool force) {
  if (force) return;
  bool ours = false;
  for (const char* name : {"report.md", "report.html"}) {
    if (is_free(folder / name, false)) continue;
    const bool is_report =
        is_file(folder / name) &&
        beginning_of(folder / name).find(paper::kReportTitle) != std::string::npos;
    if (!is_report) refuse(folder / name, "report that gan wrote");
    ours = true;
  }
  if (ours) return;  // and so are the pictures, also those of a gan that did not sign them
  for (const std::string& name : names_in(folder)) {
    const bool is_named_so =
        name.starts_with("figure") || name.starts_with("theory") || name.starts_with("nce-");
    const bool may_be_drawn = is_named_so && name.ends_with(".png");
    if (may_be_drawn) check_picture_output(folder / name, false);
  }
}

}  // namespace gan::cli
