#pragma once
/// For tests: small TorchScript networks.

#include <torch/script.h>

#include <string>

#include "gan/core/scratch_testing.h"

namespace gan {

/// A TorchScript file with this forward().
inline std::string script(const ScratchFolder& folder, const std::string& name,
                          const std::string& forward) {
  torch::jit::Module module(name);
  module.define(forward);
  const std::string file = (folder.path() / (name + ".pt")).string();
  module.save(file);
  return file;
}

}  // namespace gan
