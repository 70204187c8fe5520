#pragma once
/// What costs minutes and is the same for every model of some data, kept in the cache folder.

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <string_view>

#include "gan/core/files.h"
#include "gan/judge/score_json.h"

namespace gan {

/// Writes a file of the cache folder. Where that cannot be, nothing is kept: an empty path, a full
/// disk, a folder that belongs to somebody else.
void keep(const Path& file, const std::string& bytes);

/// The JSON object in `file`, which must have a number for each key of `example`; where there is
/// none, or a damaged one, what `make` gives, which is then kept there.
Json kept_json(const Path& file, const Json& example, const std::function<Json()>& make);

/// The same of [n, F] float32, in an .npy file, which is mapped: the tensor is to be read alone.
at::Tensor kept_tensor(const Path& file, int64_t n, const std::function<at::Tensor()>& make);

/// FNV-1a, 64 bits, in hex.
std::string bytes_hash(std::string_view bytes);

}  // namespace gan
