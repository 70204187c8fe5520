#pragma once
/// Training without settings: a whole configuration, derived from what is known of the data and of
/// the machine, with a line of reason for each choice. The configuration is a recipe like any
/// other: a run stores it, and it can be edited.

#include <optional>
#include <string>
#include <vector>

#include "gan/data/data_spec.h"
#include "gan/spec/config.h"
#include "gan/spec/length.h"

namespace gan {

/// What is known of the data.
struct DataFacts {
  std::string name;  ///< as the user gave it
  DataSpec spec;
  bool image = false;
  bool toy = false;  ///< the density is known in closed form
};

/// What is known of the machine.
struct Machine {
  int64_t cores = 1;
  bool fast_bf16 = false;  ///< it multiplies bfloat16 faster than float32
  bool gpu = false;
  double memory = 8e9;  ///< bytes that a training may take
};

/// What the user wants beside that.
struct Wishes {
  std::optional<int64_t> steps;
  std::optional<double> epochs;  ///< in place of steps
  std::optional<Length> length;  ///< in place of both: of a training of a given time
  std::optional<size_t> size;    ///< of the networks of images: see sizes_of_networks()
};

struct Derived {
  Config config;
  std::vector<std::string> reasons;  ///< one line each: "batch: 100 of 50,000 images"
  /// Of the networks of images: the place in sizes_of_networks(). Rows of numbers have none.
  std::optional<size_t> size;
};

/// Images of 1, 3 or 4 channels with sides from 8 to 512 get convolutional networks, all other
/// data dense ones.
Derived derive(const DataFacts& data, const Machine& machine, const Wishes& wishes = {});

/// Networks of images come in these sizes, the largest first.
struct NetworkSize {
  int64_t channels;  ///< at full resolution; twice as many at each halving, up to 16 times as many
  int64_t batch;
};
const std::vector<NetworkSize>& sizes_of_networks();

/// An estimate of the time of a training step of each of them, in seconds; infinite where there is
/// too little memory. For data that get convolutional networks.
std::vector<double> step_estimates(const DataFacts& data, const Machine& machine);

/// The size for a training that has time for `steps` steps of size `now`, where a step of each size
/// takes `seconds`, by estimates. Fewer than 1,000 steps call for the largest size with 1,000; more
/// than 20,000 for the largest size with 5,000.
size_t size_for(size_t now, double steps, const std::vector<double>& seconds);

}  // namespace gan
