#pragma once
/// Where the fuzzers begin: small files of every kind, made by the writers of gan/io and gan/spec.

#include <string>
#include <vector>

namespace gan::fuzz {

struct Seed {
  std::string target, name, bytes;
};

std::vector<Seed> valid_seeds();  ///< read without a complaint
std::vector<Seed> near_misses();  ///< the same, cut or damaged
std::vector<Seed>
hostile_inputs();  ///< small files that claim to be huge, nest deeply, overlap ...

}  // namespace gan::fuzz
