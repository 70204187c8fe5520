#pragma once
/// The whole command line: what each command may be told, the help, and what is wrong with a call.
/// It needs no tensor library, so that its answers come at once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gan/core/files.h"
#include "gan/export/targets.h"

namespace gan::cli {

/// How pictures are read: (key of a recipe's [data] section, value), as far as it was given.
using PictureOptions = std::vector<std::pair<std::string, std::string>>;

struct TrainOptions {
  std::string recipe, data, data_dir, out, device, wire = "fp32";
  std::string time;  ///< that it may take, as it was written
  Path recipe_file;  ///< of `recipe`, where one is given
  std::optional<int64_t> seed, steps, threads;
  std::optional<double> epochs, seconds;  ///< seconds: of `time`
  std::vector<std::string> set;
  PictureOptions pictures;
  bool resume = false, quiet = false;
};

struct ModelOptions {
  std::string run, checkpoint = "last", out, device = "cpu";
  uint64_t seed = 0;
  bool force = false;  ///< replace what is at `out`, whatever it is
};
inline constexpr int64_t kUsualSamples = 64;
struct SampleOptions : ModelOptions {
  std::optional<int64_t> n;  ///< absent: about kUsualSamples, as suits the model and the output
  std::optional<int64_t> chains, burn_in,
      thin;  ///< these, start and data_dir: of models whose samples come from a chain
  std::string start, data_dir;
  std::string class_name;
  std::vector<uint64_t> seeds;
  std::optional<double> truncation;
};
struct InterpolateOptions : ModelOptions {
  std::string class_name, to_class;
};

/// Which scores, and how those on features are computed.
struct ScoringOptions {
  std::vector<std::string> scores;  ///< names of rows of the table of scores; empty: all
  std::string features;             ///< see FeatureSettings::what
  std::string resize = "none", range, reference = "test";
  int64_t size = 0;
};

struct EvaluateOptions {
  std::string what, data, data_dir, checkpoint = "last";
  uint64_t seed = 0;
  std::string out;     ///< a page; empty: in a run's folder, and none of samples
  int64_t chains = 0;  ///< that a .npy holds; 0: its samples are independent
  PictureOptions pictures;
  bool json = false, force = false;
  ScoringOptions scoring;
};

struct CompareOptions {
  std::vector<std::string> runs;
  std::string data_dir, checkpoint = "last", out = "compare.png";
  uint64_t seed = 0;
  bool json = false, force = false;
  ScoringOptions scoring;
};

struct ExportOptions {
  std::string run, checkpoint = "last", to, out, data_dir;
  std::string licence;  ///< of the weights
  bool bytes = false;   ///< --output uint8
  ExportedNetwork network = ExportedNetwork::generator;
  bool force = false;
};

struct InfoOptions {
  std::string what, data_dir, out;  ///< out: for a picture of examples
  PictureOptions pictures;
  bool force = false;
};

struct DoctorOptions {
  std::string run, data_dir;
  bool json = false;
};

struct WatchOptions {
  std::string runs = "runs";
  int port = 0;
};

struct ReproduceOptions {
  std::string what = "all", data_dir, out = "reproduction";
  bool quick = false, force = false;
  std::optional<int64_t> seeds;
};

using Command =
    std::variant<TrainOptions, SampleOptions, InterpolateOptions, EvaluateOptions, CompareOptions,
                 ExportOptions, DoctorOptions, WatchOptions, InfoOptions, ReproduceOptions>;

/// Nothing when --help or --version has been answered. @throws UsageError
std::optional<Command> parse(int argc, char** argv);

/// What a program does with a command that it has understood. @return the exit code
using CarryOut = int (*)(const Command& command, char** argv);

/// All of a program but that: reads the command line, carries it out, and says what went wrong.
/// @return the exit code
int run_program(int argc, char** argv, CarryOut carry_out);

}  // namespace gan::cli
