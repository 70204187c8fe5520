/// Checkpoints that were changed, with a checksum that is right: what whoever loads them says.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/exporting.h"
#include "gan/gan.h"
#include "gan/io/npy.h"
#include "gan/io/safetensors.h"
#include "gan/paper/cache.h"

namespace gan {
namespace {

class Changed : public testing::Test {
 protected:
  Changed() {
    std::vector<float> values(200);
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7);
    write_file(temp_.path() / "x.npy", format_npy({100, 2}, values));
    Config c = derive(facts_of(open_data((temp_.path() / "x.npy").string())), {}).config;
    c.data.source = (temp_.path() / "x.npy").string();
    c.training.steps = 5;
    c.training.batch_size = 10;
    c.run.threads = 1;
    c.generator.layers = {Dense{.units = 2}};
    c.discriminator.layers = {Dense{.units = 1}};
    train(c, run_);
    good_ = read_file(run_ / "checkpoints/last");
  }

  /// In place of the checkpoint, as a file of this name.
  Path put(const std::function<void(SafeTensors&)>& change, const char* name = "x.safetensors") {
    SafeTensors content = parse_safetensors(good_, "good");
    change(content);
    content.metadata["checksum"] = checksum(content);
    write_file(temp_.path() / name, format_safetensors(content));
    return temp_.path() / name;
  }
  std::string refused(const std::function<void(SafeTensors&)>& change,
                      const char* name = "x.safetensors") {
    const Path file = put(change, name);
    const std::string what = complaint([&] { load(file); });
    EXPECT_TRUE(what.starts_with(file.string() + ": ")) << what;
    return what;
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    const size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from << " is not in " << text;
    text.replace(at, from.size(), to);
  }

  const ScratchFolder temp_;
  const Path run_ = temp_.path() / "run";
  std::string good_;
};

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(Changed, TheGoodOneIsLoaded) {
  const Path file = put([](SafeTensors&) {});
  EXPECT_EQ(load(file).step(), 5);
}

TEST_F(Changed, HeadersAreCheckedBeforeAnythingIsBuilt) {
  const auto three_numbers = [](SafeTensors& c) {
    std::string& data = c.metadata["data"];
    replace(data, "\"shape\":[2]", "\"shape\":[3]");
    replace(data, "\"offset\":[", "\"offset\":[0,");
    replace(data, "\"factor\":[", "\"factor\":[1,");
  };
  EXPECT_HAS(refused(three_numbers),
             "'config' in its header: [generator] ends with 2 outputs, expected 3");
  EXPECT_HAS(refused([](SafeTensors& c) {
               replace(c.metadata["data"], "\"columns\":[]", "\"columns\":[\"a\"]");
             }),
             "data.columns in its header holds 1 names");
  EXPECT_HAS(refused([](SafeTensors& c) { c.metadata["step"] = "-5"; }),
             "'step' in its header is '-5'");
  EXPECT_HAS(refused([](SafeTensors& c) { c.metadata["config"] = "[generator]\nlayers = []\n"; }),
             "[generator] has no layers");
}

TEST_F(Changed, ARunOfTheFirstFormatIsRefused) {
  const auto first_format = [](SafeTensors& c) { c.metadata.erase("format"); };
  const std::string said = "is of format 1, which this version cannot read: train again";
  EXPECT_HAS(refused(first_format), said);
  const RunFolder run = RunFolder::open(run_);
  write_file(run.checkpoint(5), read_file(put(first_format)));
  const Problem problem = prepare(run.config());
  EXPECT_HAS(complaint([&] { check_continues(run, problem); }), said);
  EXPECT_HAS(complaint([&] { load(run_); }), said);
}

TEST_F(Changed, AFileIsNamedByItsStep) {
  EXPECT_HAS(refused([](SafeTensors&) {}, "step-0000006.safetensors"),
             "its header says step 5, its name says 6");
  EXPECT_EQ(load(put([](SafeTensors&) {}, "step-5.safetensors")).step(), 5);
  EXPECT_FALSE(step_of("step--000005.safetensors"));
  EXPECT_FALSE(step_of("step-.safetensors"));
  EXPECT_FALSE(step_of("step-1x.safetensors"));
  EXPECT_FALSE(step_of("step-9999999999999999999.safetensors"));
  EXPECT_EQ(step_of("somewhere/step-0001000.safetensors"), 1000);
}

TEST_F(Changed, WithoutAChecksumItIsNoCheckpoint) {
  SafeTensors content = parse_safetensors(good_, "good");
  content.metadata.erase("checksum");
  write_file(temp_.path() / "x.safetensors", format_safetensors(content));
  EXPECT_HAS(complaint([&] { load(temp_.path() / "x.safetensors"); }),
             "has no 'checksum' in its header");
}

TEST_F(Changed, NothingIsDrawnFromWeightsThatAreNoNumbers) {
  std::string bytes;
  const auto spoil = [&](SafeTensors& c) {
    SafeTensor& weights = std::find_if(c.tensors.begin(), c.tensors.end(), [](const auto& t) {
                            return t.first.starts_with("model.");
                          })->second;
    bytes = std::string(weights.bytes);
    const float number = std::numeric_limits<float>::infinity();
    bytes.replace(0, sizeof number, reinterpret_cast<const char*>(&number), sizeof number);
    weights.bytes = bytes;
  };
  EXPECT_HAS(refused(spoil), "holds a NaN or an infinity");

  const RunFolder run = RunFolder::open(run_);
  const Path last = put(spoil);
  write_file(run.checkpoint(5), read_file(last));
  const Problem problem = prepare(run.config());
  const auto learner = make_learner(problem);
  EXPECT_HAS(complaint([&] { restore(*learner, run.find_checkpoint("last")); }),
             "holds a NaN or an infinity");
  EXPECT_HAS(complaint([&] { check_continues(run, problem); }), "holds a NaN or an infinity");
  EXPECT_HAS(complaint([&] { prepare_trained(run, run.find_checkpoint("last"), run.config()); }),
             "holds a NaN or an infinity");
}

TEST_F(Changed, AGeneratorWhoseNumbersOverflowIsNotExported) {
  std::string bytes;
  const Path file = put([&](SafeTensors& c) {
    SafeTensor& weights = std::find_if(c.tensors.begin(), c.tensors.end(), [](const auto& t) {
                            return t.first.starts_with("model.");
                          })->second;
    bytes = std::string(weights.bytes);
    const float number = std::numeric_limits<float>::max();
    for (size_t at = 0; at < bytes.size(); at += sizeof number)
      bytes.replace(at, sizeof number, reinterpret_cast<const char*>(&number), sizeof number);
    weights.bytes = bytes;
  });
  for (const char* target : {"cpp", "onnx", "html"}) {
    const auto write = [&] { export_model(file, exporter_to(target), {}); };
    EXPECT_THROW(write(), DataError) << target;
    EXPECT_HAS(complaint(write), "makes numbers that are not finite");
  }
}

TEST_F(Changed, ADamagedConfigIsNoFaultOfTheCommandLine) {
  write_file(run_ / "config.toml", "[run]\nsede = 1\n");
  EXPECT_HAS(complaint([&] { RunFolder::open(run_).config(); }),
             "config.toml:2: 'run.sede' is not a known key");
}

TEST(JsonFromElsewhere, MayNestWithoutEnd) {
  const std::string deep(100'000, '[');
  const std::string closed = deep + std::string(deep.size(), ']');
  for (const std::string& json : {deep, closed, "{\"name\":" + closed + "}"})
    EXPECT_THROW(paper::parse_piece(json, "report"), DataError);
}

}  // namespace
}  // namespace gan
