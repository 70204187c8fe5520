#include "gan/paper/figure1.h"

#include <fmt/format.h>

#include <chrono>

#include "gan/core/duration.h"
#include "gan/paper/figure1_training.h"

namespace gan::paper {
namespace {

/// 16 levels a channel: a third of the bytes, hardly to be seen.
Image coarse(Image image) {
  for (uint8_t& level : image.pixels) level = static_cast<uint8_t>((level + 8) / 17 * 17);
  return image;
}

std::string number(double x) {
  return fmt::format("{:.4f}", x);
}

std::vector<std::string> explanation(const std::string& data, double at_first) {
  return {
      fmt::format(
          "The paper's figure is a drawing; this one is a training, of two small networks by Algorithm 1 on {} (the data are N(4, 1.25^2)), where G starts to their right. (a) An "
          "adversarial pair near convergence: p_g is similar to p_data, D is partly accurate. (b) D takes {} steps, G none: D becomes D*. (c) {} "
          "updates of G later, {} steps of D between two: D's gradient has led G(z) to where data are more likely. (d) In the end p_g = p_data, and "
          "D = 1/2 wherever there are data.",
          data, kInner, kUpdates, kFollow),
      fmt::format(
          "Stage (a) is the first step at which the JSD is below {}; it is {:.3f} before the first step. So the JSD of (a) says that this training gets there, and no more: it is the rule "
          "by which the stage was chosen. What is found at (a) is how much D knows by then.",
          kNear, at_first),
      "D* is computed from the density of the data, which is known, and that of p_g, by change of variables: z has one dimension. z is normal; it is drawn by its quantiles, evenly "
      "spaced, so that arrows lie dense where p_g is high."};
}

std::vector<Check> checks_of(const Record& record) {
  const Snapshot &a = record.stages[0], &b = record.stages[1], &d = record.stages[3];
  const auto share = [](const Snapshot& s) {
    return s.against.discriminator_error / s.against.half_error;
  };
  return {
      {fmt::format(
           "Figure 1 (a): JSD of p_data and p_g, {:.3f} before the first step; below {} by the choice of the stage",
           record.at_first, kNear),
       a.against.jensen_shannon, kNear / 2, kNear / 2},
      {"Figure 1 (a): mean |D - D*| under (p_data + p_g) / 2, as a share of that of D = 1/2",
       share(a), 0.5, 0.4},
      {"Figure 1 (b): mean |D - D*| under (p_data + p_g) / 2", b.against.discriminator_error, 0,
       0.03},
      {"Figure 1 (b): the same, as a share of that of D = 1/2", share(b), 0, 0.2},
      {"Figure 1 (c): mean D(G(z)) less that of (b), by the D of (b)", record.after - record.before,
       0.5, 0.49},
      {"Figure 1 (d): JSD of p_data and p_g", d.against.jensen_shannon, 0, 0.002},
      {"Figure 1 (d): mean |D - 1/2| under (p_data + p_g) / 2", d.from_half, 0, 0.03},
  };
}

Table table_of(const std::vector<Snapshot>& stages) {
  Table table{"Figure 1: the four stages",
              {"stage", "step", "JSD(p_data, p_g)", "mean |D - D*|", "the same of D = 1/2",
               "mean |D - 1/2|", "mean D(x)", "mean D(G(z))"},
              {}};
  for (const Snapshot& s : stages)
    table.rows.push_back({s.figure.title, std::to_string(s.step), number(s.against.jensen_shannon),
                          number(s.against.discriminator_error), number(s.against.half_error),
                          number(s.from_half), number(s.on_data), number(s.on_samples)});
  return table;
}

Picture four_stages(const std::vector<Snapshot>& stages) {
  std::vector<Figure1> figures;
  for (const Snapshot& s : stages) figures.push_back(s.figure);
  return {
      "figure1.png",
      "Data density (dotted), model density (green) and D (dashed blue) in four stages of one training, with D* behind D; below them the mapping from z to x. The paper's figure 1 shows the same stages, drawn by hand.",
      encode_png(draw_figure1(figures, 330, 340))};
}

Picture animation(const Record& record) {
  std::vector<Frame> frames;
  for (Image& image : draw_figure1_frames(record.film, 480, 340))
    frames.push_back({coarse(std::move(image)), record.holds[frames.size()]});
  return {"figure1-training.png",
          "The same training as an animation, which stops at the four stages.",
          encode_animated_png(frames)};
}

}  // namespace

Piece figure1(uint64_t seed, const std::function<void(const std::string&)>& say) {
  const auto start = std::chrono::steady_clock::now();
  const auto toy = make_toy("gaussian1d");
  const Record record = train_in_stages(toy, seed, say);
  Piece piece{.name = "figure1", .title = "Figure 1: four stages of a training in one dimension"};
  piece.text = explanation(toy->name(), record.at_first);
  piece.checks = checks_of(record);
  piece.tables.push_back(table_of(record.stages));
  piece.pictures.push_back(four_stages(record.stages));
  piece.pictures.push_back(animation(record));
  piece.settings = fmt::format(
      "seed {}; G: dense 32 (tanh), 1; D: dense 32, 32 (tanh), 1; non-saturating, k = {}, Adam 1e-3 falling to 1e-5, betas 0 and 0.99, {} steps of {} examples; {} frames",
      seed, kK, kSteps, kBatch, record.film.size());
  piece.seconds = seconds_since(start);
  return piece;
}

}  // namespace gan::paper
