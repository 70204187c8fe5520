#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "gan/core/files.h"
#include "gan/paper/cache.h"
#include "gan/paper/table1.h"
#include "gan/spec/config.h"

namespace gan::paper {
namespace {

/// The scores that results/reproduce/scores keeps are found by the settings that they were made
/// with, as this program writes them. Where it writes them otherwise (a new line, another default),
/// hours of training would be done again.
TEST(KeptScores, AreFoundByTheSettingsAsTheyAreWrittenNow) {
  const Path folder = Path(GAN_GOLDEN) / "../../results/reproduce/scores";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Path file = entry.path();
    const auto json = nlohmann::ordered_json::parse(read_file(file));
    const std::string question = json.at("question");
    const size_t line = question.find('\n');
    ASSERT_TRUE(question.starts_with("data ")) << file;
    const std::string settings = question.substr(line + 1);
    EXPECT_EQ(format_config(parse_config(settings, file.string())), settings)
        << file
        << ": mend its question, and its name, where the meaning of the settings is the same; else remove it";
    const std::string name =
        json.at("recipe").get<std::string>() + "-seed" + std::to_string(json.at("seed").get<int>());
    EXPECT_EQ(file.filename().string(), name + "-" + fingerprint(question).substr(0, 8) + ".json");
    EXPECT_NE(precision_of(json.at("made_on")), "?") << file;
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace gan::paper
