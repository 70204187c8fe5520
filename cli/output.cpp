#include "cli/output.h"

#include <charconv>
#include <fstream>
#include <sstream>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/core/paths.h"
#include "gan/export/targets.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"
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

/// Of the first dimension in the header of a .npy file; -1 where there is none.
int64_t count_in_header(std::string_view header) {
  constexpr std::string_view kBefore = "'shape': (";
  const size_t at = header.find(kBefore);
  if (at == header.npos) return -1;
  int64_t count = -1;
  const char* digits = header.data() + at + kBefore.size();
  std::from_chars(digits, header.data() + header.size(), count);
  return count;
}

bool is_npy_like_ours(const Path& file, const Shape& example) {
  const std::string bytes = beginning_of(file);
  const int64_t count = count_in_header(bytes);
  if (count < 1) return false;
  Shape shape{count};
  shape.insert(shape.end(), example.begin(), example.end());
  return bytes.starts_with(npy_header(shape));
}

/// A line of `width` numbers, each as format_csv prints it.
template <class Number>
bool is_row_of(const std::string& line, int64_t width) {
  std::vector<Number> numbers;
  std::istringstream cells(line);
  for (std::string cell; std::getline(cells, cell, ',');) {
    const auto number = parse_number<Number>(cell);
    if (!number) return false;
    numbers.push_back(*number);
  }
  if (static_cast<int64_t>(numbers.size()) != width) return false;
  return format_csv({}, width, std::span<const Number>(numbers)) == line + "\n";
}

bool is_csv_like_ours(const Path& file, const DataCard& card) {
  std::string bytes = beginning_of(file);
  const int64_t width = product(card.shape);
  const std::string header =
      card.columns.empty() ? "" : format_csv(card.columns, width, std::span<const float>{});
  if (!bytes.starts_with(header)) return false;
  bytes.erase(0, header.size());
  const std::string line = bytes.substr(0, bytes.find('\n'));
  return is_row_of<float>(line, width) ||
         is_row_of<double>(line, width);  // the latter where the data have an origin
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
  if (is_free(out, force)) return;
  if (!is_file(out) || !is_png_of_gan(beginning_of(out))) refuse(out, kPicture);
}

void check_examples_output(const Path& out, const DataCard& card, bool force) {
  if (out.extension() == ".png") return check_picture_output(out, force);
  if (is_free(out, force)) return;
  const bool csv = out.extension() == ".csv";
  const bool ours =
      is_file(out) && (csv ? is_csv_like_ours(out, card) : is_npy_like_ours(out, card.shape));
  if (!ours) refuse(out, "file of such samples");
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
