#include "gan/judge/kept.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/testing.h"

namespace gan {
namespace {

TEST(Kept, IsMadeOnce) {
  const ScratchFolder folder;
  const Path file = folder.path() / "deeper" / "one.json";
  int made = 0;
  const auto make = [&]() -> Json {
    ++made;
    return {{"value", 0.1}};
  };
  const auto value = [&] { return kept_json(file, {{"value", 0}}, make)["value"].get<double>(); };
  EXPECT_EQ(value(), 0.1);
  EXPECT_EQ(value(), 0.1);
  EXPECT_EQ(made, 1);
  for (const char* damaged : {"", "[1]", "{\"value\": \"text\"}", "{\"other\": 1}"}) {
    write_file(file, damaged);
    EXPECT_EQ(value(), 0.1) << damaged;
  }
  EXPECT_EQ(made, 5);
  kept_json({}, {}, make);
  kept_json({}, {}, make);
  EXPECT_EQ(made, 7);
}

TEST(Kept, HoldsTensors) {
  const ScratchFolder folder;
  const Path file = folder.path() / "features.npy";
  const at::Tensor x = at::arange(12, at::kFloat).view({3, 4}) / 7;
  int made = 0;
  const auto make = [&] {
    ++made;
    return x;
  };
  EXPECT_TRUE(at::equal(kept_tensor(file, x.size(0), make), x));
  EXPECT_TRUE(at::equal(kept_tensor(file, x.size(0), make), x));
  EXPECT_EQ(made, 1);
  write_file(file, "nothing");
  EXPECT_TRUE(at::equal(kept_tensor(file, x.size(0), make), x));
  EXPECT_EQ(made, 2);
}

TEST(BytesHash, IsFnv1a) {
  EXPECT_EQ(bytes_hash(""), "cbf29ce484222325");
  EXPECT_EQ(bytes_hash("a"), "af63dc4c8601ec8c");  // published
}

}  // namespace
}  // namespace gan
