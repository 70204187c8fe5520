/// fuzz_seeds FOLDER: writes the seeds of each target to FOLDER/TARGET.

#include <cstdio>

#include "fuzz/seeds.h"
#include "gan/core/error.h"
#include "gan/core/files.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    for (const auto& seeds :
         {gan::fuzz::valid_seeds(), gan::fuzz::near_misses(), gan::fuzz::hostile_inputs()}) {
      for (const auto& [target, name, bytes] : seeds) {
        const gan::Path folder = gan::Path(arguments[1]) / target;
        std::filesystem::create_directories(folder);
        gan::write_file(folder / name, bytes);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_seeds: %s\n", error.what());
    return 1;
  }
}
