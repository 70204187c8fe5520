#include "gan/header.h"

#include <cmath>
#include <limits>

#include "gan/io/bytes.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

/// A checkpoint of a small net over tables of two columns.
class HeaderOf : public testing::Test {
 protected:
  HeaderOf() {
    config_.generator.noise_size = 3;
    config_.generator.layers = {Dense{.units = 4}, Dense{.units = 2}};
    config_.discriminator.layers = {Dense{.units = 1}};
    card_ = {"mine.csv",          "0123456789abcdef",        {2}, false, -1, 3,
             {"width", "height"}, Scaling{{0.5F, 0}, {2, 4}}};
    for (int i = 0; i < 26; ++i) append_little(weights_, 0.5F);
  }

  SafeTensors content() const {
    SafeTensors out{.tensors = {{"model.w", {"F32", {26}, weights_}}},
                    .metadata = format_header(config_, card_)};
    out.metadata["step"] = step_;
    return out;
  }
  Header read() const { return read_header(content(), std::string(kWho)); }
  void refuses(std::string_view part) const {
    expect_data_error([&] { read(); }, part);
  }

  Config config_;
  DataCard card_;
  std::string step_ = "12", weights_;
};

TEST_F(HeaderOf, IsReadAsItWasWritten) {
  const Header header = read();
  EXPECT_EQ(header.step, 12);
  EXPECT_EQ(format_config(header.config), format_config(config_));
  EXPECT_EQ(format_card(header.card), format_card(card_));
}

TEST_F(HeaderOf, HasEveryPart) {
  for (const char* key : {"config", "data", "step"}) {
    SafeTensors lacking = content();
    lacking.metadata.erase(key);
    expect_data_error([&] { read_header(lacking, std::string(kWho)); },
                      std::string("has no '") + key + "' in its header");
  }
}

TEST_F(HeaderOf, IsOfThisFormat) {
  SafeTensors other = content();
  EXPECT_EQ(other.metadata.at("format"), "2");
  other.metadata["format"] = "3";
  expect_data_error([&] { read_header(other, std::string(kWho)); },
                    "is of format 3, this version reads format 2: update gan");
  other.metadata.erase("format");  // format 1 did not say so
  expect_data_error([&] { read_header(other, std::string(kWho)); },
                    "is of format 1, which this version cannot read: train again, or use the "
                    "version of gan that wrote it");
}

TEST_F(HeaderOf, StepsAreWholeAndThoseOfTheName) {
  for (const std::string step :
       {"-5", "", "1.5", "12 ", "0x1", "99999999999999999999", "2000000000000"}) {
    step_ = step;
    refuses("'step' in its header is '" + step + "'");
  }
  step_ = "12";
  EXPECT_EQ(read_header(content(), std::string(kWho), 12).step, 12);
  expect_data_error([&] { read_header(content(), std::string(kWho), 13); },
                    "its header says step 12, its name says 13");
}

TEST_F(HeaderOf, NetworksFitTheData) {
  card_.shape = {3};
  card_.columns = {};
  card_.encoding = {};
  refuses("'config' in its header: [generator] ends with 2 outputs, expected 3");
  card_.shape = {2};
  config_.discriminator.layers = {Dense{.units = 2}};
  refuses("'config' in its header: [discriminator] ends with 2 outputs, expected 1");
  config_.discriminator.layers = {};
  refuses("[discriminator] has no layers");
}

TEST_F(HeaderOf, SettingsAreRead) {
  SafeTensors other = content();
  other.metadata["config"] = "[run]\nsede = 1\n";
  expect_data_error([&] { read_header(other, std::string(kWho)); },
                    "'config' in its header:2: 'run.sede' is not a known key");
  other.metadata["config"] = "[generator]\nlayers = " + std::string(100'000, '[');
  expect_data_error([&] { read_header(other, std::string(kWho)); }, "nests more than 32 deep");
}

TEST_F(HeaderOf, TheModelIsNoLargerThanItsTensors) {
  weights_.resize(25 * sizeof(float));  // 3 x 4 + 4 + 4 x 2 + 2 = 26
  SafeTensors small = content();
  small.tensors["model.w"].shape = {25};
  expect_data_error([&] { read_header(small, std::string(kWho)); },
                    "its network needs 104 bytes, its tensors have 100");
}

TEST_F(HeaderOf, NumbersAreFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  weights_.replace(8, sizeof nan, reinterpret_cast<const char*>(&nan), sizeof nan);
  refuses("tensor 'model.w' holds a NaN or an infinity");
  SafeTensors begun = content();
  begun.tensors["model.w"].bytes =
      std::string_view(weights_).substr(0, 8);  // what the loop keeps may be infinite
  begun.tensors["loop.best_score"] = {"F32", {1}, std::string_view(weights_).substr(8, 4)};
  begun.tensors["model.v"] = {"F32", {24}, std::string_view(weights_).substr(12)};
  begun.tensors["model.u"] = {"F32", {2}, std::string_view(weights_).substr(0, 8)};
  EXPECT_EQ(read_header(begun, std::string(kWho)).step, 12);
}

TEST_F(HeaderOf, DeepModelsHaveTwoLayersOrMore) {
  config_.run.model = "dbn";
  config_.dbn.hidden = {{3}};
  refuses("dbn.hidden: expected two layers or more");
}

}  // namespace
}  // namespace gan
