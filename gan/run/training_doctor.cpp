#include "gan/run/training_doctor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/core.h>

#include "gan/doctor/report.h"

namespace gan {
namespace {

constexpr int64_t kUnexamined = 250;  // steps, at least, between two measurements
constexpr int64_t kBetween = 200;     // the same, between two revivals of units

int64_t count(const Tensor& steps) {  // of those that are not -1
  return steps.ge(0).sum().item<int64_t>();
}

}  // namespace

bool ended_by_doctor(const SafeTensors& content) {
  const auto found = content.tensors.find("doctor.ended");
  int64_t value = 0;
  if (found == content.tensors.end() || found->second.bytes.size() != sizeof value) return false;
  std::memcpy(&value, found->second.bytes.data(), sizeof value);
  return value != 0;
}

TrainingDoctor::TrainingDoctor(const RunFolder& run, Learner& learner, const Config& config,
                               const DoctorHooks& hooks)
    : run_(run),
      learner_(learner),
      run_section_(config.run),
      hooks_(hooks),
      doctor_(training_facts(config)) {}

void TrainingDoctor::visit(const StateVisitor& visit) {
  if (!touched_) return;
  visit("doctor.rate", rate_);
  visit("doctor.returns", returns_);
  visit("doctor.revivals", revivals_);
  visit("doctor.ended", ended_);
}

void TrainingDoctor::expect(const SafeTensors& content) {
  touched_ = content.tensors.contains("doctor.rate");
}

void TrainingDoctor::begin() {
  if (touched_) learner_.scale_rates(rate_.item<double>());
  if (!on()) return;
  for (const auto& [step, numbers] : run_.all_metrics()) {
    doctor_.note(step, numbers);
    newest_line_ = step;
    first_line_ = false;
  }
  for (const Finding& finding : run_.findings()) doctor_.add(finding);
}

bool TrainingDoctor::examines(int64_t step) const {
  if (!on() || !hooks_.examine) return false;
  const int64_t log = run_section_.log_every;
  const int64_t lines = (kUnexamined + log - 1) / log;
  return step % (log * lines) == 0;
}

NamedNumbers TrainingDoctor::examine(int64_t step) const {
  return hooks_.examine(step);
}

/// Of the data, at the first line.
std::vector<Finding> TrainingDoctor::first_findings() {
  if (!first_line_ || !hooks_.look_at_data) return {};
  std::vector<Finding> news = hooks_.look_at_data();
  for (const Finding& finding : news) doctor_.add(finding);
  return news;
}

/// Returns to steps from `before` on, before `step`: their own lines are gone.
void TrainingDoctor::tell_returns(int64_t before, int64_t step, std::vector<Finding>& news) {
  double rate = 1;
  for (int64_t i = 0; i < count(returns_.select(1, 0)); ++i) {
    rate *= kLowerRate;
    const auto from = returns_[i][0].item<int64_t>(), to = returns_[i][1].item<int64_t>();
    if (to < before || to >= step) continue;
    const Finding finding{
        .name = "diverges",
        .from = from,
        .to = from,
        .text = fmt::format("training diverged at step {}", from),
        .done = fmt::format(
            "went back to step {}, with learning rates of {:.3g} times the settings", to, rate)};
    doctor_.add(finding);
    news.push_back(finding);
  }
}

void TrainingDoctor::revive(int64_t step, std::vector<Finding>& news) {
  const int64_t times = count(revivals_);
  const Finding* dead = doctor_.open("dead-units");
  // Only where the learner has just watched a batch, as it has after a restart, too.
  const bool watched = step % run_section_.log_every == 0;
  if (!acts() || dead == nullptr || !watched || times >= kMostRevivals) return;
  if (times > 0 && step - revivals_[times - 1].item<int64_t>() < kBetween) return;
  const int64_t units = learner_.revive(step);
  touched_ = changed_state_ = true;
  revivals_[times].fill_(step);
  const std::string name = dead->name;
  const int64_t from = dead->from;
  doctor_.note_done(name, fmt::format("{} unit{} drawn anew at step {}", units,
                                      units == 1 ? " was" : "s were", step));
  std::erase_if(news, [&](const Finding& f) { return f.name == name && f.from == from; });
  news.push_back(*doctor_.open(name));
}

std::vector<Finding> TrainingDoctor::note(int64_t step, const NamedNumbers& numbers) {
  if (!on()) return {};
  std::vector<Finding> news = first_findings();
  tell_returns(first_line_ ? 0 : newest_line_, step, news);
  first_line_ = false;
  newest_line_ = step;
  for (Finding& finding : doctor_.note(step, numbers)) {
    const bool begins = !finding.to;
    wants_to_go_back_ = wants_to_go_back_ || (begins && finding.name == "diverges" && acts());
    if (begins && finding.name == "no-progress" && acts()) {
      touched_ = true;
      ended_.fill_(1);
      doctor_.note_done(finding.name, "training ended here");
      finding = *doctor_.open(finding.name);
    }
    news.push_back(std::move(finding));
  }
  revive(step, news);
  if (hooks_.say)
    for (const Finding& finding : news) hooks_.say(step, finding);
  return news;
}

void TrainingDoctor::note_failure(int64_t step, double epoch, const NamedNumbers& numbers,
                                  const std::string& what) {
  if (!on()) return;
  Finding finding{.name = "not-finite",
                  .from = step,
                  .text = fmt::format("{}: a number grew beyond all bounds; use a lower "
                                      "training.learning_rate, or a penalty (game.r1, game.r2)",
                                      what)};
  std::vector<Finding> news;  // of returns after which no line was written
  tell_returns(first_line_ ? 0 : newest_line_, step, news);
  if (hooks_.say && !news.empty()) hooks_.say(step, news.back());
  if (newest_line_ < step || first_line_) doctor_.note(step, numbers);
  doctor_.add(finding);
  news.push_back(finding);
  run_.log(step, epoch, numbers, news);
  if (hooks_.say) hooks_.say(step, finding);
  write_report();
}

void TrainingDoctor::write_report() const {
  if (on()) run_.write_report(doctor_report(doctor_.findings()));
}

int64_t TrainingDoctor::returns() const {
  return count(returns_.select(1, 0));
}

bool TrainingDoctor::can_go_back() const {
  return acts() && returns() < kMostReturns && learner_.scale_rates(rate_.item<double>());
}

int64_t TrainingDoctor::target(std::optional<int64_t> best) const {
  const int64_t last = run_.last_step().value_or(0);
  // Where going back did not help, the last checkpoint may be of a training that falls apart.
  return best && returns() > 0 ? std::min(*best, last) : last;
}

void TrainingDoctor::note_return(int64_t step, int64_t target) {
  touched_ = true;
  const int64_t i = returns();
  returns_[i][0].fill_(step);
  returns_[i][1].fill_(target);
  rate_.mul_(kLowerRate);
}

}  // namespace gan
