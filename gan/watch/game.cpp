#include "gan/watch/game.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <vector>

#include "gan/core/error.h"
#include "gan/data/toy.h"
#include "gan/export/runtime_noise.h"
#include "gan/export/steps.h"
#include "gan/header.h"
#include "gan/io/bytes.h"
#include "gan/theory/pull.h"
#include "gan/theory/pushforward.h"
#include "gan/theory/sigmoid.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<float>;

constexpr int64_t kPoints = 512, kArrows = 96, kSide = 96, kGrid = 241, kManySamples = 20'000,
                  kNoisePoints = 4001, kWidest = 1 << 20;
constexpr double kAround = 0.3;  // of the data's range, shown on both sides of it

template <class Values>
double mean(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The two players and the toy of one checkpoint.
class Game {
 public:
  Game(const SafeTensors& content, const std::string& who)
      : header_(read_header(content, who)), toy_(toy_of(header_, who)) {
    if (header_.card.shape != Shape{toy_->dim()})
      throw DataError(
          "{}: its examples are {}, those of {} have {} numbers: the checkpoint is damaged", who,
          shape_text(header_.card.shape), header_.card.name, toy_->dim());
    const Config& config = header_.config;
    ExportSource source{.generator = config.generator,
                        .card = header_.card,
                        .tensors = content,
                        .model = who,
                        .prefix = averages(config.game) ? "G." : "model."};
    G_ = program_of(graph_of(source));
    source.prefix = "D.";
    source.judging.emplace(discriminator_of(config, header_.card));
    D_ = program_of(graph_of(source));
    if (G_.classes > 0 || D_.classes > 0)
      throw UsageError(
          "{}: its networks see labels; the game is drawn only for networks that see none", who);
    if (std::max(G_.numbers, D_.numbers) > kWidest)
      throw UsageError(
          "{}: its networks are too wide to be drawn, {} numbers an example; at most {}", who,
          std::max(G_.numbers, D_.numbers), kWidest);
    z_ = noise(kPoints);
    x_ = run(G_, z_, {});
    data_ = toy_->sample(kPoints, 0);
    on_data_ = run(D_, data_, {});
    on_x_ = run(D_, x_, {});
    const std::string& value = config.game.value;
    even_ = value == "relativistic" ? (mean(on_data_) + mean(on_x_)) / 2 : even_logit(value);
  }

  Json json() const {
    Json out{{"step", header_.step},
             {"toy", toy_->name()},
             {"value", header_.config.game.value},
             {"dim", toy_->dim()},
             {"noise_size", G_.inputs},
             {"z", shown_noise()},
             {"x", rows(x_, toy_->dim())},
             {"data", rows(data_, toy_->dim())},
             {"D_data", rounded(mean(answers(on_data_)))},
             {"D_samples", rounded(mean(answers(on_x_)))}};
    if (toy_->dim() == 1)
      add_densities(out);
    else
      add_surface(out);
    return out;
  }

 private:
  static std::shared_ptr<const Toy> toy_of(const Header& header, const std::string& who) {
    constexpr std::string_view kToy = "toy:";
    const std::string& name = header.card.name;
    if (!has_section(header.config, "generator") || !name.starts_with(kToy))
      throw UsageError(
          "{}: is a model of the kind '{}' on {}; the game is drawn only for adversarial nets on toy "
          "data",
          who, header.config.run.model.text, name);
    return make_toy(name.substr(kToy.size()));
  }

  /// To the digits that can be seen.
  template <class Values>
  static Json list(const Values& values) {
    Json out = Json::array();
    for (const double value : values) out.push_back(rounded(value));
    return out;
  }
  static double rounded(double value) { return std::round(value * 1e4) / 1e4; }
  template <class Values>
  static Json rows(const Values& values, int64_t width) {
    Json out = Json::array();
    for (auto at = values.begin(); at != values.end(); at += width)
      out.push_back(list(std::span(at, static_cast<size_t>(width))));
    return out;
  }

  bool normal() const { return header_.config.generator.noise == NoiseKind::normal; }

  /// The first two numbers of each z.
  Json shown_noise() const {
    Json out = Json::array();
    for (size_t i = 0; i < z_.size(); i += static_cast<size_t>(G_.inputs))
      out.push_back(list(std::span(&z_[i], static_cast<size_t>(std::min<int64_t>(2, G_.inputs)))));
    return out;
  }

  /// As `gan sample` draws.
  Numbers noise(int64_t n) const {
    Numbers z(static_cast<size_t>(n * G_.inputs));
    generator::noise_of_seed(normal(), 0, 0, n, G_.inputs, z.data());
    return z;
  }

  std::vector<double> answers(const Numbers& logits) const {
    std::vector<double> out;
    for (const float logit : logits) out.push_back(sigmoid(logit - even_));
    return out;
  }
  std::vector<double> D(const Numbers& points) const { return answers(run(D_, points, {})); }

  struct Range {
    double low, high;
  };
  Range range() const {
    const double low = header_.card.low, high = header_.card.high, more = kAround * (high - low);
    return {low - more, high + more};
  }

  /// p_g over cells: exact by change of variables where z has one dimension, else of many samples.
  std::vector<double> mass_of_G(const Cells& cells) const {
    if (G_.inputs == 1) {
      const NoiseGrid grid = normal() ? normal_noise(kNoisePoints) : uniform_noise(kNoisePoints);
      const Numbers x = run(G_, Numbers(grid.z.begin(), grid.z.end()), {});
      return push_forward(grid, std::vector<double>(x.begin(), x.end()), cells);
    }
    std::vector<double> mass(static_cast<size_t>(cells.count));
    for (const float x : run(G_, noise(kManySamples), {})) {
      const double cell = std::floor((x - cells.low) / cells.width);
      if (cell >= 0 && cell < static_cast<double>(cells.count))
        mass[static_cast<size_t>(cell)] += 1.0 / kManySamples;
    }
    return mass;
  }

  void add_densities(Json& out) const {
    const Range shown = range();
    const Cells cells = cells_around(shown.low, shown.high, kGrid);
    std::vector<double> grid, p_data, p_g = mass_of_G(cells), best;
    for (double& p : p_g) p /= cells.width;
    for (int64_t i = 0; i < kGrid; ++i) {
      const double x = cells.middle(i), p = std::exp(toy_->log_density({&x, 1}));
      grid.push_back(x);
      p_data.push_back(p);
      const double both = p + p_g[static_cast<size_t>(i)];
      best.push_back(both > 0 ? p / both : 0.5);
    }
    out["grid"] = list(grid);
    out["p_data"] = list(p_data);
    out["p_g"] = list(p_g);
    out["D"] = list(D(Numbers(grid.begin(), grid.end())));
    const std::string& value = header_.config.game.value;
    if (value == "minimax" || value == "non-saturating") out["D_best"] = list(best);
  }

  void add_surface(Json& out) const {
    const auto [low, high] = range();
    Numbers points;
    for (int64_t row = 0; row < kSide; ++row)
      for (int64_t column = 0; column < kSide; ++column)
        for (const int64_t i : {column, row})
          points.push_back(
              static_cast<float>(low + (high - low) * static_cast<double>(i) / (kSide - 1)));
    out["box"] = {low, high, low, high};
    out["surface"] = rows(D(points), kSide);
    out["arrows"] = arrows((high - low) * 1e-4);
  }

  /// Minus the gradient of G's loss at each of the first samples: the pull times the slope of D's
  /// logit, by central differences over 2 h.
  Json arrows(double h) const {
    constexpr double kSides[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    Numbers points;
    for (size_t i = 0; i < kArrows; ++i)
      for (const auto& side : kSides)
        for (size_t j = 0; j < 2; ++j)
          points.push_back(static_cast<float>(x_[2 * i + j] + h * side[j]));
    const Numbers logit = run(D_, points, {});
    const double of_data = mean(on_data_);
    Json out = Json::array();
    for (size_t i = 0; i < kArrows; ++i) {
      const float* a = &logit[4 * i];
      const double pull = pull_of(header_.config.game.value, on_x_[i], of_data);
      out.push_back({pull * (a[0] - a[1]) / (2 * h), pull * (a[2] - a[3]) / (2 * h)});
    }
    return out;
  }

  const Header header_;
  std::shared_ptr<const Toy> toy_;
  Program G_, D_;
  Numbers z_, x_, data_;
  Numbers on_data_, on_x_;  ///< D's logits
  double even_ = 0;         ///< the one that says "cannot tell"
};

}  // namespace

std::string game_json(std::string_view checkpoint, const std::string& who) {
  const SafeTensors content = parse_safetensors(checkpoint, who);
  verify_checksum(content, who);
  return Game(content, who).json().dump();
}

}  // namespace gan
