/// `--to cpp`: generator.h, generator.weights and an example.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/printable.h"
#include "gan/export/cpp_proof.h"
#include "gan/export/exporter.h"
#include "gan/export/step_names.h"
#include "gan/export/steps.h"
#include "gan/export/texts.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

/// Of the weights and the steps, so that a file of other weights is noticed.
uint64_t mark_of(const Program& program, const std::string& steps) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  const auto add = [&](std::string_view bytes) {
    for (const unsigned char c : bytes) hash = (hash ^ c) * 0x100000001b3u;
  };
  add(steps);
  add({reinterpret_cast<const char*>(program.weights.data()),
       program.weights.size() * sizeof(float)});
  return hash;
}

constexpr size_t kHead = 64;  // of the file, so that the weights begin with a line of the cache

std::string weights_file(const Program& program, uint64_t mark) {
  std::string out = "gan export 2\n";
  out.resize(16);
  append_little<uint64_t>(out, mark);
  append_little<uint64_t>(out, program.weights.size());
  out.resize(kHead);
  out.append(reinterpret_cast<const char*>(program.weights.data()),
             program.weights.size() * sizeof(float));
  return out;
}

std::string map_text(const generator::Map& m) {
  return fmt::format("{{{}, {}, {}}}", m.height, m.width, m.channels);
}

std::string steps_text(const Program& program) {
  std::string out;
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const generator::Step& s = program.steps[i];
    const generator::Window& w = s.window;
    out += fmt::format(
        "    // {}\n    {{Kind::{}, Activation::{}, {:#.9g}f, {}, {}, {}, {}, {}, {}, {}, {},\n"
        "     {{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}}}},\n",
        program.layers[i].empty() ? "the data's own units" : program.layers[i], name_of(s.kind),
        name_of(s.activation), s.slope, s.in, s.other, s.out, map_text(s.from), map_text(s.to),
        s.weights, s.biases, s.count, w.taps_y, w.taps_x, w.stride, w.in_y, w.in_x, w.out_y,
        w.out_x, w.step, w.rows, w.columns, w.groups);
  }
  return out;
}

/// A comment of one line.
std::string comment(std::string_view text) {
  std::string out = printable(text);
  std::ranges::replace(out, '\\', '/');
  return out;
}

std::string head(const ExportSource& source, const Graph& graph) {
  return fmt::format(
      "// Written by gan export: the generator of {}, step {}, trained on {}.\n"
      "//\n"
      "//   const generator::Weights weights(\"generator.weights\");  // for all threads\n"
      "//   generator::Workspace workspace;                         // one for each thread\n"
      "//   generator::generate(weights, workspace, z, {}, n, x);\n"
      "//\n"
      "// z [n, {}]: {}.\n"
      "{}"
      "// x {}: in the units of the data, channels first.\n"
      "//\n"
      "// The code in this file, apart from the table of steps, comes from gan and is under the MIT\n"
      "// licence.\n"
      "#pragma once\n\n"
      "#include <cstdio>\n#include <cstring>\n#include <memory>\n#include <stdexcept>\n"
      "#include <string>\n"
      "#if defined(__unix__) || defined(__APPLE__)\n"
      "#include <fcntl.h>\n#include <sys/mman.h>\n#include <sys/stat.h>\n#include <unistd.h>\n"
      "#endif\n\n",
      comment(source.model), source.step, comment(source.card.name),
      graph.classes > 0 ? "label" : "nullptr", source.generator.noise_size,
      source.generator.noise == NoiseKind::normal ? "independent and standard normal"
                                                  : "uniform on [-sqrt 3, sqrt 3]",
      graph.classes > 0 ? fmt::format("// label [n]: 0 to {}.\n", graph.classes - 1) : "",
      fmt::format("[n, {}]", fmt::join(graph.out(), ", ")));
}

constexpr std::string_view kClasses = R"(
#if defined(__unix__) || defined(__APPLE__)
// A file, mapped into memory. Do not write into it while a program uses it; rename another onto it.
class Bytes {
 public:
  explicit Bytes(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY);
    if (file < 0) throw std::runtime_error(path + ": cannot be opened");
    struct stat about;
    if (fstat(file, &about) == 0) size_ = static_cast<std::size_t>(about.st_size);
    int flags = MAP_PRIVATE;
#ifdef MAP_POPULATE
    flags |= MAP_POPULATE;
#endif
    if (size_ > 0) data_ = mmap(nullptr, size_, PROT_READ, flags, file, 0);
    close(file);
    if (data_ == MAP_FAILED) throw std::runtime_error(path + ": cannot be read");
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() {
    if (size_ > 0) munmap(data_, size_);
  }
  const unsigned char* data() const { return static_cast<const unsigned char*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};
#else
class Bytes {
 public:
  explicit Bytes(const std::string& path) : data_(new unsigned char[kBytes]) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
    if (!file) throw std::runtime_error(path + ": cannot be opened");
    size_ = std::fread(data_.get(), 1, kBytes, file.get());
  }
  const unsigned char* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<unsigned char[]> data_;
  std::size_t size_ = 0;
};
#endif

// generator.weights. Several threads may use the same weights.
class Weights {
 public:
  // Throws std::runtime_error where the file cannot be read, or belongs to another generator.h.
  explicit Weights(const std::string& path) : bytes_(path) {
    const unsigned char* head = bytes_.data();
    if (bytes_.size() < kHead) throw std::runtime_error(path + ": is cut off");
    std::uint64_t mark = 0;
    for (int i = 7; i >= 0; --i) mark = mark << 8 | head[16 + i];
    if (std::memcmp(head, "gan export 2\n", 13) != 0 || mark != kMark)
      throw std::runtime_error(path + ": does not belong to this generator.h");
    if (bytes_.size() < kBytes) throw std::runtime_error(path + ": is cut off");
  }
  const float* data() const { return reinterpret_cast<const float*>(bytes_.data() + kHead); }

 private:
  Bytes bytes_;
};

// All that generate() needs besides, allocated once.
class Workspace {
 public:
  Workspace() : numbers_(new float[kWorkspace]) {}
  float* data() { return numbers_.get(); }

 private:
  std::unique_ptr<float[]> numbers_;
};

// z [n, kNoise] -> x [n, kNumbers]. label [n]: from 0 to kClasses - 1; of a generator that sees
// labels, nullptr stands for the first class. Throws std::out_of_range where there is no such class.
inline void generate(const Weights& weights, Workspace& workspace, const float* z,
                     const std::int64_t* label, std::int64_t n, float* x) {
  for (std::int64_t i = 0; kClasses > 0 && label && i < n; ++i)
    if (label[i] < 0 || label[i] >= kClasses) throw std::out_of_range("label: no such class");
  run(kSteps, kCount, weights.data(), z, kNoise, kClasses > 0 ? label : nullptr,
      static_cast<Index>(n), workspace.data(), kPerExample, kLast, x, kNumbers);
}

// z of the samples first, first + 1, ... that `gan sample --seed` draws: [n, kNoise].
inline void noise(std::uint64_t seed, std::uint64_t first, std::int64_t n, float* z) {
  noise_of_seed(kNoiseIsNormal, seed, first, n, kNoise, z);
}

// Their labels, [n]; 0 where the generator sees none.
inline void labels(std::uint64_t seed, std::uint64_t first, std::int64_t n, std::int64_t* label) {
  labels_of_seed(seed, first, n, kClasses > 0 ? kClasses : 1, label);
}

}  // namespace GAN_NAMESPACE

#undef GAN_NAMESPACE
)";

constexpr std::string_view kMain =
    R"(// Written by gan export. Samples as lines of numbers, as `gan sample -n 16 --seed 7` draws them:
//   c++ -std=c++17 -O3 -march=native main.cpp -o samples && ./samples 16 7 >samples.csv
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "generator.h"

int main(int argc, char** argv) {
  const std::int64_t n = argc > 1 ? std::atoll(argv[1]) : 16;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const generator::Weights weights(argc > 3 ? argv[3] : "generator.weights");
  generator::Workspace workspace;
  std::vector<float> z(n * generator::kNoise), x(n * generator::kNumbers);
  std::vector<std::int64_t> label(n);
  generator::noise(seed, 0, n, z.data());
  generator::labels(seed, 0, n, label.data());
  generator::generate(weights, workspace, z.data(), label.data(), n, x.data());
  for (std::int64_t i = 0; i < n * generator::kNumbers; ++i)
    std::printf("%.9g%c", static_cast<double>(x[i]), (i + 1) % generator::kNumbers ? ',' : '\n');
}
)";

std::vector<ExportedFile> write_cpp(const ExportSource& source, const ExportSamples&) {
  const Graph graph = graph_of(source);
  const Program p = program_of(graph);
  const std::string steps = steps_text(p);
  const uint64_t mark = mark_of(p, steps);
  std::string header = head(source, graph);
  header += kRuntimeText;
  header += fmt::format(
      "\nnamespace GAN_NAMESPACE {{\n\n"
      "constexpr std::int64_t kNoise = {};    // numbers of z\n"
      "constexpr std::int64_t kClasses = {};  // of labels; 0: the generator sees none\n"
      "constexpr std::int64_t kNumbers = {};  // of an example\n"
      "constexpr bool kNoiseIsNormal = {};\n\n"
      "constexpr Step kSteps[] = {{\n{}}};\n"
      "constexpr Index kCount = sizeof kSteps / sizeof *kSteps;\n"
      "constexpr Index kPerExample = {};  // numbers of the workspace\n"
      "constexpr Index kLast = {};        // where x is in it\n"
      "constexpr std::size_t kWorkspace = kBlock * kPerExample + {};\n"
      "constexpr std::size_t kHead = {};  // bytes of generator.weights before the weights\n"
      "constexpr std::size_t kBytes = kHead + sizeof(float) * {};\n"
      "constexpr std::uint64_t kMark = {:#018x}u;  // of the weights that belong to this file\n",
      p.inputs, p.classes, p.outputs, source.generator.noise == NoiseKind::normal, steps, p.numbers,
      p.last, p.scratch, kHead, p.weights.size(), mark);
  header += kClasses;
  return {{"generator.h", header},
          {"generator.weights", weights_file(p, mark)},
          {"main.cpp", std::string(kMain)}};
}

}  // namespace

Exporter cpp_exporter() {
  return {.target = "cpp", .write = write_cpp, .prove = prove_cpp};
}

}  // namespace gan
