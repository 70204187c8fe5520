#include "gan/export/cpp_proof.h"

#include <fmt/core.h>

#include <cstdlib>

#include "gan/core/printable.h"
#include "gan/export/steps_proof.h"

namespace gan {
namespace {

/// Reads z and labels, writes x and the z and labels of the seed; times what it does.
constexpr std::string_view kProgram = R"(#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "generator.h"

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

template <class T>
void read(std::vector<T>& to, std::FILE* file) {
  if (std::fread(to.data(), sizeof(T), to.size(), file) != to.size()) std::exit(3);
}

template <class T>
void write(const std::vector<T>& from, std::FILE* file) {
  if (std::fwrite(from.data(), sizeof(T), from.size(), file) != from.size()) std::exit(4);
}

template <class F>
double best_of(int rounds, F f) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const Clock::time_point begin = Clock::now();
    f();
    if (milliseconds(begin) < best) best = milliseconds(begin);
  }
  return best;
}

int main(int, char** argv) {
  const std::int64_t n = std::atoll(argv[1]);
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  const Clock::time_point begin = Clock::now();
  const generator::Weights weights("generator.weights");
  generator::Workspace workspace;
  const double start = milliseconds(begin);
  std::vector<float> z(n * generator::kNoise), x(n * generator::kNumbers);
  std::vector<std::int64_t> label(n);
  std::FILE* in = std::fopen("in", "rb");
  std::FILE* out = std::fopen("out", "wb");
  if (!in || !out) return 2;
  read(z, in);
  read(label, in);
  generator::generate(weights, workspace, z.data(), label.data(), n, x.data());
  write(x, out);
  const auto sample = [&](std::int64_t count) {
    generator::generate(weights, workspace, z.data(), label.data(), count, x.data());
  };
  const double one = best_of(50, [&] { sample(1); }), batch = best_of(5, [&] { sample(n); });
  generator::noise(seed, 0, n, z.data());
  generator::labels(seed, 0, n, label.data());
  write(z, out);
  write(label, out);
  std::fclose(out);
  std::printf("%f %f %f\n", start, one, batch);
}
)";

/// Empty where there is none.
std::string find_compiler(const ProgramFolder& folder) {
  std::vector<std::string> names{"c++", "g++", "clang++"};
  if (const char* chosen = std::getenv("CXX"); chosen && *chosen) names = {chosen};
  for (const std::string& name : names)
    if (folder.succeeds("command -v " + shell_word(name))) return name;
  return {};
}

}  // namespace

Proof prove_cpp(const ExportSource& source, const ExportSamples& samples,
                std::span<const ExportedFile> files) {
  const ProgramFolder folder;
  const std::string compiler = find_compiler(folder);
  if (compiler.empty())
    return proof_of_steps(source, samples,
                          "generator.h was not compiled, since no C++ compiler was found");
  folder.write(files);
  folder.write("proof.cpp", {kProgram});
  write_input(folder, samples);
  constexpr const char* kOptions = "-std=c++17 -O3 -march=native";
  folder.run(fmt::format("{} {} proof.cpp -o proof", shell_word(compiler), kOptions),
             compiler + ", which compiles generator.h,");
  folder.run(fmt::format("./proof {} {}", samples.n, samples.seed), "the exported program");
  return proof_of_output(folder, samples,
                         fmt::format("compiled by {} {}", printable(compiler), kOptions));
}

}  // namespace gan
