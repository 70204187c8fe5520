#pragma once
/// Where the fuzzers begin: small files of every kind, made by the writers of gan/io and gan/spec,
/// pictures by libvips.

#include <string>
#include <utility>
#include <vector>

namespace gan::fuzz {

struct Seed {
  std::string target, name, bytes;
};

/// Seeds of one target.
class Seeds {
 public:
  Seeds(std::vector<Seed>& all, const char* target) : all_(all), target_(target) {}
  void add(const std::string& name, std::string bytes) {
    all_.push_back({target_, name, std::move(bytes)});
  }

 private:
  std::vector<Seed>& all_;
  const char* target_;
};

std::vector<Seed> valid_seeds();  ///< read without a complaint
std::vector<Seed> near_misses();  ///< the same, cut or damaged
std::vector<Seed>
hostile_inputs();  ///< small files that claim to be huge, nest deeply, overlap ...

}  // namespace gan::fuzz
