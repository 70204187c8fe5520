#include "gan/doctor_page.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/checkup.h"
#include "gan/core/html.h"
#include "gan/core/paths.h"
#include "gan/core/step_name.h"
#include "gan/doctor/data_findings.h"
#include "gan/doctor/doctor.h"
#include "gan/doctor/report.h"
#include "gan/io/base64.h"
#include "gan/pictures.h"

namespace gan {
namespace {

constexpr size_t kMostPicture = 8000000;  // bytes of a file that goes into the page
constexpr size_t kPictured = 3;           // findings with pictures before and after

constexpr std::string_view kStyle =
    "body{max-width:84rem}td.name{white-space:nowrap}"
    "figure{display:inline-block;margin:0 1rem 1rem 0;max-width:46%}";

struct StepPicture {
  int64_t step;
  Path file;
};

/// samples/step-0001000.png, ... in order.
std::vector<StepPicture> sample_pictures(const RunFolder& run) {
  std::vector<StepPicture> out;
  const Path folder = run.path() / "samples";
  if (!is_folder(folder)) return out;
  for (const std::string& name : names_in(folder)) {
    const auto step = step_named(name, ".png");
    if (step && is_file(folder / name)) out.push_back({*step, folder / name});
  }
  std::ranges::sort(out, {}, &StepPicture::step);
  return out;
}

std::string figure_of(const StepPicture& picture) {
  const std::string bytes = read_file(picture.file);
  if (bytes.size() > kMostPicture) return "";
  return fmt::format(
      "<figure><img alt=\"samples at step {0}\" src=\"data:image/png;base64,{1}\">"
      "<figcaption>step {0}</figcaption></figure>\n",
      picture.step, encode_base64(bytes));
}

/// The last picture before a finding, and the first one after it.
std::string before_and_after(const std::vector<StepPicture>& pictures, const Finding& finding) {
  const auto after = std::find_if(pictures.begin(), pictures.end(),
                                  [&](const auto& p) { return p.step >= finding.from; });
  std::string out =
      fmt::format("<h2>Samples before and after: {}</h2>\n", html_escaped(finding.name));
  if (after != pictures.begin()) out += figure_of(*std::prev(after));
  if (after != pictures.end()) out += figure_of(*after);
  return out;
}

}  // namespace

std::vector<Finding> findings_in(const RunFolder& run) {
  Doctor doctor(training_facts(run.config()));
  const std::vector<Finding> written = run.findings();
  // After a return, other settings held: what there is to find was found by the doctor that knew
  // them.
  if (std::none_of(written.begin(), written.end(), is_return))
    for (const auto& [step, numbers] : run.all_metrics()) doctor.note(step, numbers);
  for (const Finding& finding : written) doctor.add(finding);
  return doctor.findings();
}

std::vector<Finding> findings_without_doctor(const RunFolder& run,
                                             const std::filesystem::path& data_dir) {
  const Path checkpoint = run.find_checkpoint("last");
  const Problem problem = prepare_trained(run, checkpoint, run.config(), data_dir);
  std::vector<Finding> out = data_findings(problem.data);
  const auto learner = make_learner(problem);
  restore(*learner, checkpoint);
  const int64_t step = run.last_step().value_or(0);
  const NamedNumbers numbers = Checkup(problem, *learner).measure();
  Doctor doctor(training_facts(run.config()), /*at_once=*/true);
  for (Finding& finding : doctor.note(step, numbers))
    if (finding.name != "schedule") out.push_back(std::move(finding));
  return out;
}

std::string doctor_page(const RunFolder& run, const std::vector<Finding>& findings) {
  const std::string title =
      fmt::format("Findings in {}", absolute_path(run.path()).filename().string());
  std::string out = page_begin(title, kStyle);
  if (findings.empty()) out += "<p>Nothing was found.</p>\n";
  if (!findings.empty()) out += "<table><tr><th>finding</th><th>when</th><th>what</th></tr>\n";
  for (const Finding& f : findings) {
    const std::string done =
        f.done.empty() ? "" : fmt::format("<br>Done: {}.", html_escaped(f.done));
    out += fmt::format("<tr><td class=name>{}</td><td>{}</td><td>{}.{}</td></tr>\n",
                       html_escaped(f.name), time_of(f), html_escaped(f.text), done);
  }
  if (!findings.empty()) out += "</table>\n";
  out += fmt::format(
      "<h2>Curves</h2><p>What was found is tinted, from its first step on.</p>"
      "<img alt=curves src=\"data:image/png;base64,{}\">\n",
      encode_base64(encode_png(curves(run, findings))));
  const std::vector<StepPicture> pictures = sample_pictures(run);
  size_t shown = 0;
  for (const Finding& finding : findings)
    if (!pictures.empty() && finding.from > 0 && shown++ < kPictured)
      out += before_and_after(pictures, finding);
  return out + "</body></html>\n";
}

}  // namespace gan
