#include <ATen/ATen.h>
#include <fmt/core.h>

#include "gan/core/duration.h"
#include "gan/core/stop.h"
#include "gan/paper/reproduction.h"
#include "gan/paper/table1.h"
#include "gan/pictures.h"

namespace gan::paper {
namespace {

constexpr uint64_t kDraw = 0;  // the seed of what is drawn: the first there is, not chosen

struct Panel {
  const char* data;
  std::vector<const char*> recipes;
  const char* published;  ///< what the paper shows of these data
};
const std::vector<Panel> kSamplesOf = {
    {"mnist", {"paper-mnist", "paper-mnist-averaged", "mnist-dense"}, "figure 2 a of the paper"},
    {"fashion-mnist", {"paper-mnist", "mnist-dense"}, "not in the paper"},
    {"cifar10", {"paper-cifar10-full"}, "figure 2 c of the paper, fully connected nets"},
    {"cifar10", {"paper-cifar10-conv"}, "figure 2 d of the paper, convolutional nets"},
};
const std::vector<Panel> kLinesOf = {
    {"mnist", {"paper-mnist", "paper-mnist-averaged", "mnist-dense"}, "figure 3 of the paper"},
    {"fashion-mnist", {"paper-mnist", "mnist-dense"}, "not in the paper"},
};

bool is_too_long(const Reproduction& r, const Panel& panel) {
  return r.settings().quick && std::string_view(panel.data) == "cifar10";
}

std::vector<Training> trainings_of(Reproduction& r, const Panel& panel) {
  std::vector<Training> out;
  if (is_too_long(r, panel) || r.missing(panel.data)) return out;
  for (const char* recipe : panel.recipes)
    if (auto training = r.training(recipe, panel.data)) out.push_back(std::move(*training));
  return out;
}

std::vector<Training> trainings_of(Reproduction& r, const std::vector<Panel>& panels) {
  r.digits();  // some images are needed
  std::vector<Training> out;
  for (const Panel& panel : panels)
    for (Training& training : trainings_of(r, panel)) out.push_back(std::move(training));
  return out;
}

enum class Trained { now, before };  ///< what is missing is trained first, or left out

/// A picture of each model of `trained`, and a word about each panel that is left out.
template <class Draw>
void draw(Reproduction& r, Piece& piece, const std::vector<Panel>& panels, Trained trained,
          const std::string& caption, Draw picture_of) {
  for (const Panel& panel : panels) {
    if (is_too_long(r, panel))
      piece.text.push_back(
          fmt::format("{} ({}) is left out of --quick.", panel.data, panel.published));
    else if (const auto why = r.missing(panel.data))
      piece.text.push_back(
          fmt::format("{} ({}) is left out: {}.", panel.data, panel.published, *why));
    for (const Training& training : trainings_of(r, panel)) {
      if (trained == Trained::before && r.left(training) > 0) continue;
      Model model = r.best(training);
      const auto score = r.scored(training);
      std::optional<Origin> scored;
      if (score) scored = {score->step, score->made_on, score->checkpoint};
      const std::string beside =
          beside_score({model.step(), made_on(r.train(training)), r.best_hash(training)}, scored);
      r.say(fmt::format("drawing {} ...", training.recipe));
      piece.pictures.push_back(
          {fmt::format("{}-{}.png", piece.name, training.recipe),
           fmt::format(
               "{}, seed {}, step {} (the best by the validation score). {} {} Published: {}.",
               training.recipe, training.config.run.seed, count(model.step()), beside, caption,
               panel.published),
           encode_png(picture_of(model, training))});
      if (trained == Trained::now) stop_if_asked();
    }
  }
  const std::vector<Training> all = trainings_of(r, panels);
  if (piece.pictures.size() < all.size())
    piece.text.push_back(not_finished(all.size() - piece.pictures.size(), all.size()));
  if (r.settings().quick)
    piece.text.push_back("Made with --quick: far too few steps for a good generator.");
  piece.settings = settings_text(all);
}

Piece figure2_of(Reproduction& r, Trained trained) {
  Piece piece{.name = "figure2", .title = "Figure 2: samples from the model"};
  piece.text.push_back(
      "Random draws, not chosen: the first that the generator gives with seed 0. Samples are independent of each other; no chain has to mix. "
      "The Toronto Face Database (figure 2 b of the paper) is not public and left out.");
  draw(
      r, piece, kSamplesOf, trained,
      "The framed last column is the training image nearest to the sample beside it: the model has not learned the training set by heart where they differ.",
      [&](Model& model, const Training& training) {
        const Problem problem =
            prepare(training.config, r.settings().data_dir);  // the data as the model knows them
        return with_nearest(Judge(problem.data), model.sample(kWithNearest, kDraw));
      });
  return piece;
}

Piece figure3_of(Reproduction& r, Trained trained) {
  Piece piece{.name = "figure3", .title = "Figure 3: straight lines in z"};
  piece.text.push_back(
      "Images along straight lines between two random points of z, the first that seed 0 gives: they change gradually where the generator has found more than single images. The paper shows two such lines, of digits.");
  draw(r, piece, kLinesOf, trained, "Each row is one line, from left to right.",
       [&](Model& model, const Training&) { return straight_lines(model, kDraw); });
  return piece;
}

std::optional<Piece> unless_empty(Piece piece) {
  if (piece.pictures.empty()) return {};
  return piece;
}

}  // namespace

std::vector<Training> figure2_trainings(Reproduction& r) {
  return trainings_of(r, kSamplesOf);
}
Piece figure2(Reproduction& r) {
  return figure2_of(r, Trained::now);
}
std::optional<Piece> figure2_so_far(Reproduction& r) {
  return unless_empty(figure2_of(r, Trained::before));
}

std::vector<Training> figure3_trainings(Reproduction& r) {
  return trainings_of(r, kLinesOf);
}
Piece figure3(Reproduction& r) {
  return figure3_of(r, Trained::now);
}
std::optional<Piece> figure3_so_far(Reproduction& r) {
  return unless_empty(figure3_of(r, Trained::before));
}

}  // namespace gan::paper
