/// Scores a run against held-out data, and prints each number beside its controls.
///
///   build/evaluate_run runs/ring8 toy:ring8
///
/// Expect, for each score, its name and value (with an interval, where one is known), and below it
/// what it must be read beside; of ring8 among others:
///
///   modes: 8 of 8
///   two-sample accuracy: 89.1% [88.2, 89.9]
///     (training examples as samples: 49.7% [48.4, 50.9])

#include <fmt/core.h>

#include "gan/core/error.h"
#include "gan/evaluate.h"

int main(int argc, char** argv) try {
  if (argc != 3) throw gan::UsageError("usage: {} RUN DATA", argv[0]);

  gan::Model model = gan::load(argv[1]);
  const gan::DataSet data = gan::open_data(argv[2]);
  const gan::Evaluation evaluation = gan::evaluate(
      model, data, {.say = [](const std::string& text) { fmt::print(stderr, "{} ...\n", text); }});

  for (const gan::Score& score : evaluation.scores()) {
    fmt::print("{}: {}\n", score.title(), score.shown());
    for (const gan::Score::Control& control : score.controls)
      fmt::print("  ({}: {})\n", control.name, control.cell);
  }
  return 0;
} catch (const gan::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return static_cast<int>(error.code());
}
