#pragma once
/// How a generator is exported to each target of gan/export/targets.h, and compared with the model.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan/export/graph.h"
#include "gan/export/targets.h"

namespace gan {

/// What an export is compared with: samples of the model, in float32 and in the data's own units.
struct ExportSamples {
  uint64_t seed = 0;
  int64_t n = 0;
  std::vector<float> z;        ///< [n, Z], of this seed
  std::vector<int64_t> label;  ///< [n]; empty where the generator sees none
  std::vector<float> x;        ///< [n, numbers], channels first
  std::vector<float> logit;    ///< [n, outputs], what a network that judges says of x
  std::string picture;         ///< of the same samples, a PNG file; empty where they have none
};

struct ExportedFile {
  std::string name;  ///< in the folder of --out; empty where --out is the file itself
  std::string bytes;
};

struct Speed {
  double start = 0, one = 0, batch = 0;  ///< milliseconds: until it can sample; 1 sample; 64
};

/// How an export was compared with the model.
struct Proof {
  std::string how;                ///< "compiled by g++ -O3 -march=native"
  std::optional<double> largest;  ///< difference, as a share of the largest number of the samples;
                                  ///< none: the export could not be run, `how` says why
  std::optional<Speed> speed;     ///< of the export, by one thread
};

/// How a target (gan/export/targets.h) is written.
struct Exporter {
  std::string_view target;  ///< its name
  /// @throws UsageError naming a layer that this target does not know
  std::vector<ExportedFile> (*write)(const ExportSource&, const ExportSamples&);
  Proof (*prove)(const ExportSource&, const ExportSamples&, std::span<const ExportedFile>);
};

/// The largest difference as a share of the largest number of `expected`. NaN where one is NaN.
double largest_difference(std::span<const float> made, std::span<const float> expected);

/// What a file says of itself beside its weights, in order; nothing that is empty. Of a classifier,
/// whose steps are not those of the run, without a step.
std::vector<std::pair<std::string, std::string>> metadata_of(const ExportSource& source);

// The rows that need no tensor library; exporter_to() of gan/exporting.h knows all.
Exporter cpp_exporter();
Exporter safetensors_exporter();
Exporter onnx_exporter();
Exporter html_exporter();

}  // namespace gan
