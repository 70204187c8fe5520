#include "gan/doctor/doctor.h"

#include <algorithm>

namespace gan {
namespace {

constexpr int kMostBeginnings = 3;  // of a finding that comes and goes

}  // namespace

void put(std::vector<Finding>& findings, const Finding& finding) {
  for (Finding& known : findings)
    if (known.name == finding.name && known.from == finding.from &&
        is_return(known) == is_return(finding)) {
      known = finding;
      return;
    }
  const auto later = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) {
    const bool event_first = f.from == finding.from && is_return(finding) && !is_return(f);
    return f.from > finding.from || event_first;
  });
  findings.insert(later, finding);
}

Doctor::Doctor(const TrainingFacts& facts, bool at_once)
    : facts_(facts), at_once_(at_once), rows_(detectors().size()) {}

Finding* Doctor::newest(std::string_view name) {
  const auto found = std::find_if(findings_.rbegin(), findings_.rend(),
                                  [&](const Finding& f) { return f.name == name; });
  return found == findings_.rend() ? nullptr : &*found;
}

const Finding* Doctor::open(std::string_view name) const {
  const auto found = std::find_if(findings_.rbegin(), findings_.rend(),
                                  [&](const Finding& f) { return f.name == name && !f.to; });
  return found == findings_.rend() ? nullptr : &*found;
}

int64_t Doctor::first_sign(std::string_view name) const {
  for (size_t i = 0; i < rows_.size(); ++i)
    if (detectors()[i].name == name) return rows_[i].first_sign;
  return 0;
}

void Doctor::begin_anew() {
  history_.begin_anew();
  for (Row& row : rows_) row.seen = row.unseen = 0;
}

void Doctor::add(const Finding& finding) {
  put(findings_, finding);
}

void Doctor::note_done(std::string_view name, const std::string& what) {
  Finding* of = newest(name);
  if (of == nullptr) return;
  of->done += (of->done.empty() ? "" : "; ") + what;
}

std::vector<Finding> Doctor::note(int64_t step, const NamedNumbers& numbers) {
  history_.add(step, numbers);
  std::vector<Finding> news;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Detector& detector = detectors()[i];
    Row& row = rows_[i];
    const auto sign = detector.find(history_, facts_, row.open);
    if (!sign) continue;
    if (sign->present && row.seen == 0) row.first_sign = step;
    row.seen = sign->present ? row.seen + 1 : 0;
    row.unseen = sign->present ? 0 : row.unseen + 1;
    const bool begins =
        !row.open && row.seen >= (at_once_ ? 1 : detector.begin) && row.begun < kMostBeginnings;
    const bool ends = row.open && row.unseen >= detector.end;
    if (begins) {
      row.open = true;
      ++row.begun;
      news.push_back({.name = std::string(detector.name), .from = step, .text = sign->text});
      findings_.push_back(news.back());
    }
    if (ends) {
      row.open = false;
      Finding* over = newest(detector.name);
      over->to = step;
      news.push_back(*over);
    }
  }
  return news;
}

}  // namespace gan
