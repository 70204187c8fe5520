#pragma once
/// What a checkpoint says of itself: the settings, the data and the step. It is checked once, when
/// it is read, each part against all others; whoever reads a model relies on that. Needs no tensor
/// library.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "gan/data/card.h"
#include "gan/io/safetensors.h"
#include "gan/spec/config.h"

namespace gan {

struct Header {
  Config config;  ///< as `recorded`: without a path, training.steps = 0
  DataCard card;
  int64_t step = 0;  ///< after so many
};

/// As safetensors metadata; the loop adds the step, write_checkpoint the checksum.
std::map<std::string, std::string> format_header(const Config& config, const DataCard& card);

/// `content` has passed verify_checksum. step_in_name: of a file that is named by its step.
/// @throws DataError naming `who` and the field: another format than 2, one that is missing or
/// damaged, networks that do not fit each other or the data, tensors of fewer bytes than the model
/// needs, another step than the name says, a tensor with a NaN or an infinity
Header read_header(const SafeTensors& content, const std::string& who,
                   std::optional<int64_t> step_in_name = {});

}  // namespace gan
