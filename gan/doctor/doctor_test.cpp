#include "gan/doctor/doctor.h"

#include <gtest/gtest.h>

#include "gan/doctor/finding_json.h"
#include "gan/doctor/report.h"
#include "gan/doctor/testing.h"

namespace gan {
namespace {

const TrainingFacts kFacts{.steps = 5000, .batch_size = 100};

/// Dead units in lines [10, 20).
NamedNumbers passing(int i) {
  return {{"G.dead.1", i >= 10 && i < 20 ? 0.5 : 0.0}};
}

TEST(Doctor, CountsNoSignsFromBeforeItBeganAnew) {
  const auto lines_until_found = [](const NamedNumbers& line, int before) {
    Doctor doctor(usual());
    for (int i = 0; i < before; ++i) doctor.note(5000 + 50 * i, line);
    doctor.begin_anew();
    int lines = 0;
    while (doctor.findings().empty() && lines < 100) doctor.note(6000 + 50 * lines++, line);
    return lines;
  };
  EXPECT_EQ(lines_until_found({{"G.dead.1", 0.5}}, 4), 5);  // 5 lines in a window
  EXPECT_EQ(lines_until_found({{"width", 0.01}}, 2), 3);    // 3 signs in a row
}

TEST(Doctor, SaysAFindingOnceWhenItBeginsAndOnceWhenItIsOver) {
  Doctor doctor(kFacts);
  std::vector<Finding> said;
  for (int i = 0; i < 40; ++i)
    for (const Finding& finding : doctor.note(50 * (i + 1), passing(i))) said.push_back(finding);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].from, 750);
  EXPECT_FALSE(said[0].to);
  EXPECT_EQ(said[1].from, 750);
  EXPECT_EQ(said[1].to, 1100);  // the second line without
  ASSERT_EQ(doctor.findings().size(), 1u);
  EXPECT_EQ(doctor.findings()[0], said[1]);
  EXPECT_EQ(doctor.open("dead-units"), nullptr);
}

TEST(Doctor, NoLongerSaysWhatComesAndGoes) {
  const auto line = [](int i) { return NamedNumbers{{"G.dead.1", i / 10 % 2 ? 0.5 : 0.0}}; };
  EXPECT_EQ(found_in(line, 200, kFacts).size(), 3u);
}

TEST(Doctor, FindsTheSameInPartsAndAnew) {
  Doctor whole(kFacts), again(kFacts);
  for (int i = 0; i < 16; ++i) whole.note(50 * (i + 1), passing(i));
  for (int i = 0; i < 16; ++i) again.note(50 * (i + 1), passing(i));
  for (int i = 16; i < 40; ++i)
    EXPECT_EQ(whole.note(50 * (i + 1), passing(i)), again.note(50 * (i + 1), passing(i)));
  EXPECT_EQ(whole.findings(), again.findings());
}

TEST(Doctor, KeepsWhatWasDone) {
  Doctor doctor(kFacts);
  for (int i = 0; i < 16; ++i) doctor.note(50 * (i + 1), passing(i));
  ASSERT_NE(doctor.open("dead-units"), nullptr);
  doctor.note_done("dead-units", "one thing");
  doctor.note_done("dead-units", "another");
  doctor.note_done("collapse", "nothing of that name");
  EXPECT_EQ(doctor.open("dead-units")->done, "one thing; another");
  Finding recorded = doctor.findings()[0];
  recorded.text = "as it was written";
  doctor.add(recorded);
  doctor.add({.name = "data-split", .text = "first"});
  ASSERT_EQ(doctor.findings().size(), 2u);
  EXPECT_EQ(doctor.findings()[0].name, "data-split");
  EXPECT_EQ(doctor.findings()[1], recorded);
}

TEST(FindingJson, ComesBackAsItWas) {
  const Finding open{.name = "collapse", .from = 7, .text = "a \"quoted\" sentence"};
  EXPECT_EQ(json_of(open).dump(),
            "{\"name\":\"collapse\",\"from\":7,\"to\":null,\"text\":\"a \\\"quoted\\\" "
            "sentence\",\"done\":null}");
  const Finding over{.name = "diverges", .from = 9, .to = 12, .text = "t", .done = "d"};
  for (const Finding& finding : {open, over}) EXPECT_EQ(finding_of(json_of(finding)), finding);
  for (const char* text : {"3", "{}", "{\"name\":1,\"from\":2,\"text\":\"t\"}",
                           "{\"name\":\"n\",\"from\":\"2\",\"text\":\"t\"}"})
    EXPECT_FALSE(finding_of(nlohmann::ordered_json::parse(text))) << text;
}

TEST(DoctorReport, HasALineForEachFinding) {
  EXPECT_EQ(doctor_report({}), "# Findings\n\nNothing was found.\n");
  const std::vector<Finding> findings = {
      {.name = "data-split", .text = "Splits differ"},
      {.name = "dead-units", .from = 400, .to = 900, .text = "27% are dead", .done = "revived"},
      {.name = "diverges", .from = 950, .to = 950, .text = "gone"},
      {.name = "collapse", .from = 1000, .text = "one example"}};
  EXPECT_EQ(doctor_report(findings),
            "# Findings\n\n"
            "- **data-split**, before training: Splits differ.\n"
            "- **dead-units**, from step 400 to 900: 27% are dead. Done: revived.\n"
            "- **diverges**, at step 950: gone.\n"
            "- **collapse**, from step 1000 on: one example.\n");
  EXPECT_EQ(line_about(1000, findings[3]), "step 1000: collapse: one example");
  EXPECT_EQ(line_about(900, {.name = "dead-units", .from = 400, .to = 900, .text = "t"}),
            "step 900: dead-units is over (it was found at step 400)");
}

}  // namespace
}  // namespace gan
