#include "gan/spec/fit.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"

namespace gan {
namespace {

std::string complaint(const Config& config, int64_t dim = 3) {
  try {
    check_fit(config, {dim});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

Config net(int64_t outputs, int64_t logits) {
  Config c;
  c.generator.layers = {Dense{.units = 5}, Dense{.units = outputs}};
  c.discriminator.layers = {Dense{.units = logits}};
  return c;
}

TEST(Fit, OfNetworks) {
  EXPECT_EQ(complaint(net(3, 1)), "");
  EXPECT_EQ(complaint(net(4, 1)),
            "[generator] ends with 4 outputs, expected 3: as many as an example has numbers");
  EXPECT_EQ(complaint(net(3, 2)), "[discriminator] ends with 2 outputs, expected 1: one logit");
  EXPECT_NE(complaint(Config{}).find("[generator] has no layers"), std::string::npos);
}

TEST(Fit, OfDeepModels) {
  Config c;
  c.run.model = ModelKind::dbm;
  EXPECT_EQ(complaint(c), "");
  c.dbm.k = {{1, 2, 3}};
  EXPECT_NE(complaint(c).find("dbm.k: holds 3 values, there are 2 hidden layers"),
            std::string::npos)
      << complaint(c);
  c.dbm.hidden = {{5}};
  EXPECT_NE(complaint(c).find("dbm.hidden: expected two layers or more, got 1"), std::string::npos);
}

}  // namespace
}  // namespace gan
