#include "gan/header.h"

#include <fmt/core.h>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/spec/family.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr const char* kFormat = "format";
constexpr int64_t kCheckpointFormat = 2;  // 1 called the tensors of a layer by its position
constexpr const char* kConfig = "config";
constexpr const char* kData = "data";
constexpr const char* kStep = "step";
constexpr std::string_view kOfTheLoop = "loop.";  // its best score begins at minus infinity

const std::string& entry(const SafeTensors& content, const char* key, const std::string& who) {
  const auto found = content.metadata.find(key);
  if (found == content.metadata.end())
    throw DataError("{}: has no '{}' in its header: it is no checkpoint of gan", who, key);
  return found->second;
}

/// Before anything else: the rest may be called otherwise in another format.
void check_format(const SafeTensors& content, const std::string& who) {
  const auto found = content.metadata.find(kFormat);
  if (found == content.metadata.end()) {
    entry(content, kConfig, who);
    throw DataError(
        "{}: is of format 1, which this version cannot read: train again, or use the version of gan that wrote it",
        who);
  }
  if (found->second != std::to_string(kCheckpointFormat))
    throw DataError("{}: is of format {}, this version reads format {}: update gan", who,
                    found->second, kCheckpointFormat);
}

int64_t read_step(const std::string& text, const std::string& who) {
  const auto step = parse_number<int64_t>(text);
  if (!step || *step < 0 || static_cast<double>(*step) > kMostSteps)
    throw DataError(
        "{}: '{}' in its header is '{}', expected a whole number from 0 to {}: it is damaged", who,
        kStep, text, kMostSteps);
  return *step;
}

/// Before anything is allocated.
void check_size(const Header& header, const SafeTensors& content, const std::string& who) {
  double there = 0;
  for (const auto& [name, tensor] : content.tensors)
    there += static_cast<double>(tensor.bytes.size());
  const double needed = model_bytes(header.config, data_spec(header.card));
  if (needed > there)
    throw DataError(
        "{}: its network needs {:.0f} bytes, its tensors have {:.0f}: the checkpoint is damaged",
        who, needed, there);
}

}  // namespace

std::map<std::string, std::string> format_header(const Config& config, const DataCard& card) {
  return {{kFormat, std::to_string(kCheckpointFormat)},
          {kConfig, format_config(config)},
          {kData, format_card(card)}};
}

Header read_header(const SafeTensors& content, const std::string& who,
                   std::optional<int64_t> step_in_name) {
  check_format(content, who);
  Header header;
  header.card = parse_card(entry(content, kData, who), who);
  header.step = read_step(entry(content, kStep, who), who);
  if (step_in_name && *step_in_name != header.step)
    throw DataError("{}: its header says step {}, its name says {}: give it back its own name", who,
                    header.step, *step_in_name);
  const std::string settings = who + ": '" + kConfig + "' in its header";
  try {
    header.config = parse_config(entry(content, kConfig, who), settings);
  } catch (const UsageError& error) {  // no fault of the command line
    throw DataError("{}", error.what());
  }
  try {
    const DataSpec data = data_spec(header.card);
    check_fit(header.config, data);
  } catch (const UsageError& error) {
    throw DataError("{}: {}", settings, error.what());
  }
  check_size(header, content, who);
  if (const auto name = first_not_finite(content, kOfTheLoop))
    throw DataError(
        "{}: tensor '{}' holds a NaN or an infinity: nothing can be drawn from it; use an earlier checkpoint",
        who, *name);
  return header;
}

}  // namespace gan
