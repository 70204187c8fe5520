#include "gan/run/training_doctor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/core.h>

#include "gan/core/error.h"
#include "gan/doctor/report.h"

namespace gan {
namespace {

constexpr int64_t kBetween = 200;   // steps, at least, between two revivals of units
constexpr int64_t kPatience = 500;  // steps, until a change is taken not to have helped
constexpr int64_t kAgain = 5;  // too many units died again, if these times so are as many as before

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
      facts_(training_facts(config)),
      doctor_(facts_) {}

void TrainingDoctor::visit(const StateVisitor& visit) {
  if (!touched_) return;
  visit("doctor.changes", changes_);
  visit("doctor.treatments", treatments_);
  visit("doctor.revivals", revivals_);
  visit("doctor.ended", ended_);
}

void TrainingDoctor::expect(const SafeTensors& content, const std::string& who) {
  touched_ = content.tensors.contains("doctor.changes");
  const auto treatments = content.tensors.find("doctor.treatments");
  const bool other_numbers = treatments != content.tensors.end() &&
                             treatments->second.shape != Shape{kMostChanges, kTreatmentNumbers};
  if (other_numbers || (!touched_ && content.tensors.contains("doctor.rate")))
    throw DataError(
        "{}: an earlier version of gan changed the settings of this training, in a way that this "
        "version does not know; resume it with that version",
        who);
  changes_.fill_(-1);
  treatments_.zero_();
  revivals_.fill_(-1);
  ended_.zero_();
}

std::vector<TrainingDoctor::Change> TrainingDoctor::changes() const {
  std::vector<Change> out;
  for (int64_t i = 0; i < count(changes_.select(1, 0)); ++i) {
    const auto at = [&](int64_t column) { return changes_[i][column].item<int64_t>(); };
    if (at(2) < 0 || at(2) >= std::ssize(remedies()))
      throw DataError("the checkpoint names remedy {} of the doctor, which this version lacks",
                      at(2));
    Change change{.from = at(0), .to = at(1), .remedy = static_cast<size_t>(at(2)), .after = {}};
    int64_t column = 0;
    each_number(change.after,
                [&](double& number) { number = treatments_[i][column++].item<double>(); });
    out.push_back(change);
  }
  return out;
}

void TrainingDoctor::add(const Change& change) {
  const int64_t i = count(changes_.select(1, 0));
  changes_[i].copy_(
      at::tensor({change.from, change.to, static_cast<int64_t>(change.remedy)}, at::kLong));
  Treatment after = change.after;
  int64_t column = 0;
  each_number(after, [&](double number) { treatments_[i][column++].fill_(number); });
  touched_ = true;
}

Treatment TrainingDoctor::treatment() const {
  const std::vector<Change> all = changes();
  return all.empty() ? Treatment{} : all.back().after;
}

void TrainingDoctor::begin() {
  if (touched_) learner_.treat(treatment());
  if (!on()) return;
  const auto pass = [&](int64_t step) {  // on from the newest line to that step
    if (!returns_to(first_line_ ? 0 : newest_line_, step - 1).empty()) doctor_.begin_anew();
  };
  for (const auto& [step, numbers] : run_.all_metrics()) {
    pass(step);
    doctor_.note(step, numbers);
    newest_line_ = step;
    first_line_ = false;
  }
  pass(std::numeric_limits<int64_t>::max());
  for (const Finding& finding : run_.findings()) doctor_.add(finding);
}

bool TrainingDoctor::examines(int64_t step) const {
  if (!on()) return false;
  const int64_t log = run_section_.log_every;
  const int64_t lines = (kUnexamined + log - 1) / log;
  return step % (log * lines) == 0;
}

NamedNumbers TrainingDoctor::examine(int64_t step) const {
  return hooks_.examine ? hooks_.examine(step) : NamedNumbers();
}

/// Of the data, at the first line.
std::vector<Finding> TrainingDoctor::first_findings() {
  if (!first_line_ || !hooks_.look_at_data) return {};
  std::vector<Finding> news = hooks_.look_at_data();
  for (const Finding& finding : news) doctor_.add(finding);
  return news;
}

/// The returns after which training went on from a step in [first, last]: one that was followed by
/// a return to an earlier step belongs there.
std::vector<TrainingDoctor::Change> TrainingDoctor::returns_to(int64_t first, int64_t last) const {
  if (!touched_) return {};
  std::vector<Change> out;
  const std::vector<Change> all = changes();
  for (auto change = all.begin(); change != all.end(); ++change) {
    const int64_t place =
        std::ranges::min(std::ranges::subrange(change, all.end()), {}, &Change::to).to;
    if (change->is_return() && first <= place && place <= last) out.push_back(*change);
  }
  return out;
}

/// Tells of returns to steps from `before` on, before `step`: their own lines are gone.
void TrainingDoctor::tell_returns(int64_t before, int64_t step, std::vector<Finding>& news) {
  for (const Change& change : returns_to(before, step - 1)) {
    const Remedy& remedy = remedies()[change.remedy];
    const Finding finding{
        .name = std::string(remedy.finding),
        .from = change.from,
        .to = change.from,
        .text = fmt::format("{} at step {}", remedy.event, change.from),
        .done = fmt::format("went back to step {}, with {}", change.to, description(change.after))};
    doctor_.add(finding);
    news.push_back(finding);
  }
}

/// What was done about the finding that has not ended: in place of what `news` has of it.
void TrainingDoctor::note_done(std::string_view finding, const std::string& what,
                               std::vector<Finding>& news) {
  const int64_t from = doctor_.open(finding)->from;
  doctor_.note_done(finding, what);
  std::erase_if(news, [&](const Finding& f) { return f.name == finding && f.from == from; });
  news.push_back(*doctor_.open(finding));
}

void TrainingDoctor::revive(size_t remedy, int64_t step, std::vector<Finding>& news) {
  const int64_t times = count(revivals_.select(1, 0));
  // Only where the learner has just watched a batch, as it has after a restart, too.
  const bool watched = step % run_section_.log_every == 0;
  if (!watched || times >= kMostRevivals) return;
  const auto newest = [&](int64_t column) { return revivals_[times - 1][column].item<int64_t>(); };
  if (times > 0 && step - newest(0) < kBetween) return;
  // Not at each line: a unit that still fires in the averaged G is left alone for long.
  if (doctor_.open("dead-units")->from != step && !examines(step)) return;
  const int64_t units = learner_.revive(step);
  if (units == 0) return;
  touched_ = changed_state_ = true;
  const bool again = times > 0 && kAgain * units >= newest(1);
  revivals_[times].copy_(at::tensor({step, units}, at::kLong));
  note_done(
      "dead-units",
      fmt::format("{} unit{} drawn anew at step {}", units, units == 1 ? " was" : "s were", step),
      news);
  const Relapse cause{remedy, doctor_.first_sign("dead-units")};
  if (again && next_treatment(cause)) relapse_ = cause;
}

/// The first of the remedy's treatments that differs from the present one for this learner, which
/// is under it from now on.
std::optional<Treatment> TrainingDoctor::changed(const Remedy& remedy) const {
  const std::vector<Change> before = changes();
  if (static_cast<int64_t>(before.size()) >= kMostChanges) return {};
  const auto times = std::count_if(before.begin(), before.end(), [&](const Change& c) {
    return &remedies()[c.remedy] == &remedy;
  });
  for (const Treatment& next : remedy.changes(treatment(), times, {facts_, doctor_.history()}))
    if (const Treatment taken = learner_.treat(next); taken != treatment()) return taken;
  learner_.treat(treatment());
  return {};
}

void TrainingDoctor::go_on(size_t remedy, int64_t step, std::vector<Finding>& news) {
  const auto next = changed(remedies()[remedy]);
  if (!next) return;
  add({.from = step, .to = step, .remedy = remedy, .after = *next});
  changed_state_ = true;
  note_done(remedies()[remedy].finding,
            fmt::format("went on from step {} with {}", step, description(*next)), news);
}

void TrainingDoctor::act(size_t number, int64_t step, std::vector<Finding>& news) {
  const Remedy& remedy = remedies()[number];
  const Finding* open = doctor_.open(remedy.finding);
  if (open == nullptr) return;
  const bool begins = open->from == step;
  for (const Change& change : changes()) {  // what was done about it may still help
    const bool for_this = change.remedy == number && open->from <= change.to;
    if (for_this && step - change.to < kPatience) return;
  }
  // Dead units may be the reason: what comes of reviving them is waited for.
  const Finding* dead = doctor_.open("dead-units");
  const bool waits =
      remedy.course != Course::back && dead != nullptr && step - dead->from < kPatience;
  const bool nowhere = remedy.course == Course::end && doctor_.leads_nowhere();
  switch (nowhere ? Course::back_before_it : remedy.course) {
    case Course::revive:
      revive(number, step, news);
      break;
    case Course::end:
      if (!begins) break;
      touched_ = true;
      ended_.fill_(1);
      note_done(remedy.finding, "training ended here", news);
      break;
    case Course::go_on_at_once:
      if (begins) go_on(number, step, news);
      break;
    case Course::go_on:
      go_on(number, step, news);
      break;
    case Course::back:
    case Course::back_before_it: {
      const Relapse cause{number, doctor_.first_sign(remedy.finding)};
      if (!waits && next_treatment(cause)) relapse_ = cause;
      break;
    }
  }
}

std::vector<Finding> TrainingDoctor::note(int64_t step, const NamedNumbers& numbers) {
  if (!on()) return {};
  std::vector<Finding> news = first_findings();
  tell_returns(first_line_ ? 0 : newest_line_, step, news);
  first_line_ = false;
  newest_line_ = step;
  for (Finding& finding : doctor_.note(step, numbers)) news.push_back(std::move(finding));
  for (size_t i = 0; acts() && !relapse_ && i < remedies().size(); ++i) act(i, step, news);
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

bool TrainingDoctor::can_go_back() const {
  const bool can = next_treatment(divergence()).has_value();
  learner_.treat(treatment());
  return can;
}

std::optional<Treatment> TrainingDoctor::next_treatment(const Relapse& cause) const {
  int64_t to_repeat = 0;  // steps: as many as the training has
  for (const Stage& stage : learner_.stages()) to_repeat += stage.steps;
  for (const Change& change : changes()) to_repeat -= change.from - change.to;
  if (!acts() || to_repeat <= 0) return {};
  return changed(remedies()[cause.remedy]);
}

int64_t TrainingDoctor::target(const Relapse& cause, std::optional<int64_t> best) const {
  const int64_t last = run_.last_step().value_or(0);
  const std::vector<int64_t> there = run_.steps();
  const int64_t start = there.empty() ? last : there.front();  // or as near to it as there is
  if (best) best = std::min(*best, last);
  switch (remedies()[cause.remedy].course) {
    case Course::end:  // it led nowhere: no checkpoint is any good
      return start;
    case Course::revive:
    case Course::back_before_it:
      return best && *best < cause.first_sign ? *best : start;
    default:
      break;
  }
  // Where going back did not help, the last checkpoint may be of a training that falls apart.
  std::vector<int64_t> returns;
  for (const Change& change : changes())
    if (change.is_return()) returns.push_back(change.to);
  const auto fresh = [&](int64_t step) { return std::ranges::count(returns, step) == 0; };
  if (!returns.empty() && best && fresh(*best)) return *best;
  return fresh(last) ? last : start;
}

void TrainingDoctor::note_return(const Memory& memory, const Relapse& cause, int64_t step,
                                 int64_t target, const Treatment& treatment) {
  changes_.copy_(memory.changes);
  treatments_.copy_(memory.treatments);
  add({.from = step, .to = target, .remedy = cause.remedy, .after = treatment});
}

Relapse divergence() {
  const auto is_it = [](const Remedy& remedy) { return remedy.finding == "diverges"; };
  const auto row = std::find_if(remedies().begin(), remedies().end(), is_it);
  return {static_cast<size_t>(row - remedies().begin())};
}

}  // namespace gan
