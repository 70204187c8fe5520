#include "gan/export/steps_proof.h"

#include <cstdio>
#include <cstring>

#include "gan/core/error.h"
#include "gan/export/steps.h"

namespace gan {
namespace {

/// The next `count` numbers of a file. @throws ErrorOf<Exit::bug> where it ends before
template <class T>
std::vector<T> take(std::string_view& bytes, size_t count) {
  if (bytes.size() < count * sizeof(T))
    throw ErrorOf<Exit::bug>("the exported program wrote too little");
  std::vector<T> out(count);
  std::memcpy(out.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return out;
}

Speed speed_in(const std::string& line) {
  Speed out;
  if (std::sscanf(line.c_str(), "%lf %lf %lf", &out.start, &out.one, &out.batch) != 3)
    throw ErrorOf<Exit::bug>("the exported program said: {}", line);
  return out;
}

}  // namespace

void write_input(const ProgramFolder& folder, const ExportSamples& samples) {
  std::vector<int64_t> label = samples.label;
  label.resize(static_cast<size_t>(samples.n));
  folder.write("in", {bytes_of(samples.z), bytes_of(label)});
}

Proof proof_of_output(const ProgramFolder& folder, const ExportSamples& samples,
                      const std::string& how, size_t times) {
  const std::string out = folder.read("out");
  std::string_view rest = out;
  std::vector<float> expected;
  for (size_t i = 0; i < times; ++i)
    expected.insert(expected.end(), samples.x.begin(), samples.x.end());
  const auto x = take<float>(rest, expected.size()), z = take<float>(rest, samples.z.size());
  const auto drawn = take<int64_t>(rest, static_cast<size_t>(samples.n));
  const double noise = largest_difference(z, samples.z);
  constexpr double kRounding = 1e-5;
  if (!(noise <= kRounding) || (!samples.label.empty() && drawn != samples.label))
    throw ErrorOf<Exit::bug>("the exported sampler draws another z or label than gan does");
  return {
      .how = how, .largest = largest_difference(x, expected), .speed = speed_in(folder.printed())};
}

Proof proof_of_steps(const ExportSource& source, const ExportSamples& samples,
                     const std::string& why) {
  const std::vector<float> x = run(program_of(graph_of(source)), samples.z, samples.label);
  return {
      .how = "run inside gan; " + why, .largest = largest_difference(x, samples.x), .speed = {}};
}

}  // namespace gan
