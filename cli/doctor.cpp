#include <fmt/core.h>

#include <iostream>

#include "cli/command.h"
#include "cli/json.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/doctor/finding_json.h"
#include "gan/doctor/report.h"
#include "gan/doctor_page.h"

namespace gan::cli {
namespace {

/// With what a run that was trained without the doctor does not hold, where its data can be had.
std::vector<Finding> all_findings(const DoctorOptions& o, const RunFolder& run) {
  std::vector<Finding> out = findings_in(run);
  if (run.config().run.doctor != DoctorMode::off || !run.last_step()) return out;
  try {
    for (Finding& finding : findings_without_doctor(run, o.data_dir))
      out.push_back(std::move(finding));
  } catch (const DataError& error) {
    note(fmt::format("gan: the data and the samples were not looked at: {}", error.what()));
  }
  return out;
}

void print(const std::vector<Finding>& findings) {
  if (findings.empty()) std::cout << "nothing was found\n";
  for (const Finding& f : findings) {
    std::cout << printable(fmt::format("{}, {}: {}", f.name, time_of(f), f.text)) << "\n";
    if (!f.done.empty()) std::cout << "  done: " << printable(f.done) << "\n";
  }
}

void write_page(const DoctorOptions& o, const RunFolder& run,
                const std::vector<Finding>& findings) {
  const Path file = run.path() / "doctor.html";
  try {
    write_file(file, doctor_page(run, findings));
  } catch (const WriteError& error) {  // somebody else's run
    note(fmt::format("gan: no page: {}", error.what()));
    return;
  }
  if (!o.json) std::cout << "\nthe same as a page: " << printable(file.string()) << "\n";
}

}  // namespace

int carry_out(const DoctorOptions& o) {
  if (!is_there(o.run)) throw DataError("{}: no such run", o.run);
  const RunFolder run = RunFolder::open(o.run);
  const std::vector<Finding> findings = all_findings(o, run);
  if (o.json) {
    nlohmann::ordered_json out;
    out["findings"] = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) out["findings"].push_back(json_of(finding));
    std::cout << json_text(out) << "\n";
  } else {
    print(findings);
  }
  write_page(o, run, findings);
  return 0;
}

}  // namespace gan::cli
