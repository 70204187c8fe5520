#include "gan/kernels/team.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace gan::kernels {
namespace {

class Teams : public testing::TestWithParam<int> {
 protected:
  Teams() { at::set_num_threads(GetParam()); }
  ~Teams() override { at::set_num_threads(before_); }

 private:
  int before_ = at::get_num_threads();
};
INSTANTIATE_TEST_SUITE_P(Sizes, Teams, testing::Values(1, 2, 3, 8));

TEST_P(Teams, SharesCoverAllOnceInWholeGrains) {
  for (const int64_t n : {0, 1, 7, 8, 100, 1200})
    for (const int64_t grain : {1, 8, 64}) {
      std::vector<std::atomic<int>> covered(static_cast<size_t>(n));
      run_team(1e9, [&](Team& team) {
        const auto [begin, end] = team.share(n, grain);
        EXPECT_TRUE(begin == end || begin % grain == 0) << begin;
        for (int64_t i = begin; i < end; ++i) ++covered[static_cast<size_t>(i)];
      });
      for (const auto& times : covered) ASSERT_EQ(times, 1);
    }
}

/// Each member needs in every round what all others wrote in the round before.
TEST_P(Teams, NobodyGoesOnBeforeAllHaveMet) {
  constexpr int64_t kWidth = 64, kRounds = 300;
  std::vector<int64_t> now(kWidth, 1), next(kWidth);
  run_team(1e9, [&](Team& team) {
    std::vector<int64_t>*from = &now, *to = &next;
    for (int64_t round = 0; round < kRounds; ++round, std::swap(from, to)) {
      const int64_t largest = *std::max_element(from->begin(), from->end()),
                    sum = std::accumulate(from->begin(), from->end(), int64_t{0});
      EXPECT_EQ(sum, kWidth * largest);
      const auto [begin, end] = team.share(kWidth);
      for (int64_t i = begin; i < end; ++i) (*to)[static_cast<size_t>(i)] = largest + 1;
      team.barrier();
    }
  });
  EXPECT_EQ(now[0], 1 + kRounds);
}

TEST_P(Teams, AMemberThatFailsTakesTheOthersAlongAndIsHeard) {
  for (int failing = 0; failing < GetParam(); ++failing)
    EXPECT_THROW(run_team(1e9,
                          [&](Team& team) {
                            team.barrier();
                            if (team.index == failing) throw std::out_of_range("me");
                            team.barrier();
                            if (team.size > 1) ADD_FAILURE() << "met without member " << failing;
                          }),
                 std::out_of_range);
  std::atomic<int> members{0};
  run_team(1e9, [&](Team&) { ++members; });
  EXPECT_EQ(members, GetParam());
  run_team(10, [&](Team& team) { members = team.size; });
  EXPECT_EQ(members, 1) << "for ten operations";
}

}  // namespace
}  // namespace gan::kernels
