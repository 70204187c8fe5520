#pragma once
/// A trained network as files for other programs, compared with the model before they are kept. The
/// targets are the rows of gan/export/targets.h.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gan/export/exporter.h"
#include "gan/stored.h"

namespace gan {

struct Export {
  std::vector<ExportedFile> files;
  Proof proof;
  std::optional<Speed> of_gan;  ///< of the same samples by this program and one thread; where the
                                ///< proof has its own. `start` is the time of reading the model
  int64_t samples = 0;          ///< compared
  int64_t step = 0;
};

struct ExportSettings {
  std::string checkpoint = "last";  ///< as of load()
  std::string licence;              ///< of the weights, an SPDX name; may be empty
  bool bytes = false;               ///< 8-bit RGB images, of targets that know them
  ExportedNetwork network = ExportedNetwork::generator;
  std::filesystem::path data_dir;  ///< of the run's data, for a classifier
  std::filesystem::path cache;     ///< where classifiers are kept; empty: none is
  std::function<void(const std::string&)> say = [](const std::string&) {};  ///< what takes long
};

/// @throws std::logic_error where the target has none
const Exporter& exporter_to(std::string_view target);

/// `path`: as of load(); a run, for a classifier of the classes of its data, which is trained where
/// none is kept. Writes nothing.
/// @throws UsageError naming what cannot be exported; DataError; ErrorOf<Exit::bug> where the
/// export differs from the model by more than kMostDifference
Export export_model(const std::filesystem::path& path, const Exporter& exporter,
                    const ExportSettings& settings = {});

/// As a share of the largest number of the samples.
constexpr double kMostDifference = 1e-4;

/// What the reference network draws from the generator of a checkpoint in float32; samples 0 to n -
/// 1 of the seed. Without a picture.
ExportSamples reference_samples(const Stored& stored, const std::string& who, int64_t n,
                                uint64_t seed);

}  // namespace gan
