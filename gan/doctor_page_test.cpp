#include "gan/doctor_page.h"

#include <gtest/gtest.h>

#include "gan/core/testing.h"

namespace gan {
namespace {

std::vector<std::string> found_in_run(const std::vector<Finding>& written) {
  const ScratchFolder temp;
  Config config;
  config.training.steps = 1000;
  const RunFolder run = RunFolder::create(temp.path() / "run", config);
  for (int64_t step = 1; step <= 10; ++step)
    run.log(step, 1, {{"G.dead.1", 0.5}}, step == 1 ? written : std::vector<Finding>());
  std::vector<std::string> names;
  for (const Finding& finding : findings_in(run)) names.push_back(finding.name);
  return names;
}

TEST(DoctorPage, HoldsWhatIsFoundInTheMetrics) {
  EXPECT_EQ(found_in_run({}), std::vector<std::string>{"dead-units"});
}

TEST(DoctorPage, HoldsOnlyWhatWasFoundWhereTrainingWentBack) {
  const Finding went_back{
      .name = "diverges", .from = 7, .to = 7, .text = "diverged", .done = "back"};
  EXPECT_EQ(found_in_run({went_back}), std::vector<std::string>{"diverges"});
}

}  // namespace
}  // namespace gan
