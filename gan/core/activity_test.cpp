#include "gan/core/activity.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Activity, IsSaidWhereMemoryEnds) {
  const auto said = [](Activity activity) {
    now_doing(activity);
    return out_of_memory();
  };
  EXPECT_NE(
      said(Activity::reading_data).find("while reading the data; use fewer or smaller examples"),
      std::string::npos);
  EXPECT_NE(said(Activity::training).find("while training; make training.batch_size"),
            std::string::npos);
  EXPECT_NE(said(Activity::drawing_samples).find("while drawing samples; ask for fewer"),
            std::string::npos);
  EXPECT_EQ(said(Activity::scoring).find("batch_size"), std::string::npos);
  EXPECT_EQ(said(Activity::reading_a_checkpoint).find("batch_size"), std::string::npos);
  EXPECT_EQ(said(Activity::starting).find("while"), std::string::npos);
}

}  // namespace
}  // namespace gan
