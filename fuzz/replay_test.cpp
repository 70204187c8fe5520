/// Every seed, every hostile input and every regression goes through its target, in the ordinary
/// build too.

#include <gtest/gtest.h>

#include <set>

#include "fuzz/seeds.h"
#include "fuzz/targets.h"
#include "gan/core/files.h"
#include "gan/io/testing.h"

namespace gan::fuzz {
namespace {

void replay(const Seed& seed) {
  SCOPED_TRACE(seed.target + "/" + seed.name);
  EXPECT_NO_THROW(parse_exact(seed.bytes, target(seed.target).run));
}

TEST(Fuzz, EveryTargetHasSeeds) {
  std::set<std::string_view> seeded, known;
  for (const Seed& seed : valid_seeds()) seeded.insert(target(seed.target).name);
  for (const Target& target : targets()) known.insert(target.name);
  EXPECT_EQ(seeded, known);
}

TEST(Fuzz, Seeds) {
  for (const Seed& seed : valid_seeds()) replay(seed);
  for (const Seed& seed : near_misses()) replay(seed);
}

TEST(Fuzz, HostileInputs) {
  for (const Seed& seed : hostile_inputs()) replay(seed);
}

TEST(Fuzz, Regressions) {
  for (const Target& target : targets()) {
    const Path folder = Path(GAN_SOURCE) / "fuzz/regressions" / target.name;
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      replay({std::string(target.name), entry.path().filename(), read_file(entry.path())});
  }
}

}  // namespace
}  // namespace gan::fuzz
