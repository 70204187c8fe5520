#include "gan/data/toy.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/core/error.h"
#include "gan/core/random.h"

namespace gan {
namespace {

using std::numbers::pi;

double log_sum_exp(std::span<const double> terms) {
  const double most = *std::max_element(terms.begin(), terms.end());
  if (!std::isfinite(most)) return most;
  double sum = 0;
  for (const double t : terms) sum += std::exp(t - most);
  return most + std::log(sum);
}

/// Log of the isotropic normal density at squared distance `square` from its mean.
double log_normal(double square, double deviation, int64_t dim) {
  return -square / (2 * deviation * deviation) -
         static_cast<double>(dim) * std::log(deviation * std::sqrt(2 * pi));
}

/// Of every sample one uniform number, which chooses the place, and dim normal ones for the noise.
template <class Place>
std::vector<float> sample_places(const std::string& name, int64_t n, int64_t dim, uint64_t seed,
                                 double noise, Place place) {
  const Stream stream = Stream(seed, "toy").child(name);
  std::vector<float> u(static_cast<size_t>(n)), x(static_cast<size_t>(n * dim));
  stream.child("place").uniform(u, 1, 0);
  stream.child("noise").normal(x, dim, 0);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < dim; ++j) {
      float& value = x[i * dim + j];
      value = static_cast<float>(place(u[i], j) + noise * value);
    }
  return x;
}

class Mixture : public Toy {
 public:
  Mixture(std::string name, int64_t dim, std::vector<double> centres, double deviation)
      : name_(std::move(name)), dim_(dim), centres_(std::move(centres)), deviation_(deviation) {}

  std::string name() const override { return name_; }
  int64_t dim() const override { return dim_; }
  std::vector<float> modes() const override { return {centres_.begin(), centres_.end()}; }
  double mode_deviation() const override { return deviation_; }

  std::vector<float> sample(int64_t n, uint64_t seed) const override {
    const int64_t modes = count();
    return sample_places(name_, n, dim_, seed, deviation_, [&](float u, int64_t j) {
      return centres_[static_cast<int64_t>(static_cast<double>(u) * static_cast<double>(modes)) *
                          dim_ +
                      j];
    });
  }

  double log_density(std::span<const double> x) const override {
    std::vector<double> terms(static_cast<size_t>(count()));
    for (size_t k = 0; k < terms.size(); ++k) {
      double square = 0;
      for (int64_t j = 0; j < dim_; ++j) square += std::pow(x[j] - centres_[k * dim_ + j], 2);
      terms[k] = log_normal(square, deviation_, dim_);
    }
    return log_sum_exp(terms) - std::log(static_cast<double>(count()));
  }

 private:
  int64_t count() const { return static_cast<int64_t>(centres_.size()) / dim_; }

  std::string name_;
  int64_t dim_;
  std::vector<double> centres_;  // [modes, dim]
  double deviation_;
};

std::vector<double> ring() {
  std::vector<double> centres;
  for (int k = 0; k < 8; ++k) {
    centres.push_back(2 * std::cos(k * pi / 4));
    centres.push_back(2 * std::sin(k * pi / 4));
  }
  return centres;
}

std::vector<double> grid() {
  std::vector<double> centres;
  for (int i = -2; i <= 2; ++i)
    for (int j = -2; j <= 2; ++j) centres.insert(centres.end(), {2.0 * i, 2.0 * j});
  return centres;
}

class SwissRoll : public Toy {
 public:
  SwissRoll() {
    for (int i = 0; i <= kIntervals; ++i) {
      const double t = kFrom + (kTo - kFrom) * i / kIntervals;
      x_.push_back(t * std::cos(t) / kShrink);
      y_.push_back(t * std::sin(t) / kShrink);
      const double inner = i % 2 == 1 ? 4 : 2;
      const bool is_end = i == 0 || i == kIntervals;
      const double simpson = is_end ? 1 : inner;
      log_weight_.push_back(std::log(simpson / (3.0 * kIntervals)));
    }
  }

  std::string name() const override { return "swissroll"; }
  int64_t dim() const override { return 2; }

  std::vector<float> sample(int64_t n, uint64_t seed) const override {
    return sample_places(name(), n, 2, seed, kNoise, [](float u, int64_t j) {
      const double t = kFrom + (kTo - kFrom) * u;
      return t * (j == 0 ? std::cos(t) : std::sin(t)) / kShrink;
    });
  }

  /// log of the mean over t of N(x; curve(t), noise^2), by the composite Simpson rule: its step is
  /// a fifth of the narrowest kernel's width in t.
  double log_density(std::span<const double> x) const override {
    std::vector<double> terms(x_.size());
    for (size_t i = 0; i < terms.size(); ++i) {
      const double dx = x[0] - x_[i], dy = x[1] - y_[i];
      terms[i] = log_weight_[i] + log_normal(dx * dx + dy * dy, kNoise, 2);
    }
    return log_sum_exp(terms);
  }

 private:
  static constexpr double kFrom = 1.5 * pi, kTo = 4.5 * pi, kShrink = 7, kNoise = .05;
  static constexpr int kIntervals = 2000;
  std::vector<double> x_, y_, log_weight_;
};

}  // namespace

std::vector<std::string> toy_names() {
  return {"ring8", "grid25", "gaussian1d", "swissroll"};
}

std::shared_ptr<const Toy> make_toy(std::string_view name) {
  if (name == "ring8") return std::make_shared<Mixture>("ring8", 2, ring(), .02);
  if (name == "grid25") return std::make_shared<Mixture>("grid25", 2, grid(), .05);
  if (name == "gaussian1d")
    return std::make_shared<Mixture>("gaussian1d", 1, std::vector<double>{4}, 1.25);
  if (name == "swissroll") return std::make_shared<SwissRoll>();
  throw UsageError("toy '{}': no such toy{}; there are {}", name, did_you_mean(name, toy_names()),
                   fmt::join(toy_names(), ", "));
}

}  // namespace gan
