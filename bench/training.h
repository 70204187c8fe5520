#pragma once
/// A training of a recipe on random data, to be timed.

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/families.h"
#include "gan/game/trainer.h"
#include "gan/spec/config.h"
#include "gan/workers/workers.h"

namespace gan {

class Same : public Batches {
 public:
  explicit Same(at::Tensor x, int64_t first = 0, double share = 1)
      : x_(std::move(x)), first_(first), share_(share) {}
  Batch next() override { return {.x = x_, .first = first_, .share = share_}; }

 private:
  at::Tensor x_;
  int64_t first_;
  double share_;
};

/// This worker's rows of a batch that is always the same.
inline Same rows_of(int64_t batch, const Shape& shape, const Workers& workers) {
  const Share own = workers.share(batch);
  return Same(at::rand(batch_shape(own.count, shape)), own.first,
              static_cast<double>(own.count) / static_cast<double>(batch));
}

/// The recipe, to be run by this engine in this precision. @throws UsageError where it cannot be.
inline Config recipe_for(const std::string& recipe, const std::string& engine,
                         const std::string& precision) {
  Config c = parse_config(read_file(recipe), recipe);
  override_config(c, "run.engine=" + engine);
  override_config(c, "run.precision=" + precision);
  const std::string why = family_of(c).engines.why_not_fused(c);
  if (c.run.engine == Engine::fused && !why.empty())
    throw UsageError("{}: the fused engine cannot train it: {}", recipe, why);
  return c;
}

/// What G makes: an image or a row of numbers.
inline DataSpec data_like_samples(const Config& c) {
  return {.shape = shapes(c.generator.layers, {c.generator.noise_size}, "generator").back().out};
}

inline Tensor some_means(const DataSpec& data) {
  return at::full({data.dim()}, 0.2);
}

/// What a training of this recipe does, step after step, on random data.
class Training {
 public:
  Training(const std::string& recipe, const std::string& engine, const std::string& precision,
           int64_t batch, Workers& workers = alone())
      : config_(configure(recipe, engine, precision, batch)),
        spec_(data_like_samples(config_)),
        trainer_({.config = config_,
                  .data = spec_,
                  .batches_per_epoch = 500,
                  .means = some_means(spec_),
                  .workers = &workers}),
        data_(rows_of(batch, spec_.shape, workers)),
        workers_(workers) {}
  void step() {
    std::vector<double> numbers;
    for (const auto& [name, value] : trainer_.step(t_++, data_))
      numbers.push_back(value.item<double>());  // as the loop does
    workers_.sum(numbers);
  }

 private:
  static Config configure(const std::string& recipe, const std::string& engine,
                          const std::string& precision, int64_t batch) {
    Config c = recipe_for(recipe, engine, precision);
    c.training.batch_size = batch;
    return c;
  }
  Config config_;
  DataSpec spec_;
  int64_t t_ = 0;
  Trainer trainer_;
  Same data_;
  Workers& workers_;
};

}  // namespace gan
