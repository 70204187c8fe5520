#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "cli/command.h"
#include "cli/info_data.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/families.h"
#include "gan/gan.h"
#include "gan/io/safetensors.h"
#include "gan/spec/family.h"

namespace gan::cli {
namespace {

/// By its content, whatever it is called: the length of a JSON header, and that.
bool begins_as_checkpoint(const Path& path) {
  if (!is_file(path)) return false;
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, 9> bytes{};
  if (!file.read(reinterpret_cast<char*>(bytes.data()), bytes.size())) return false;
  uint64_t length = 0;
  for (size_t i = 8; i-- > 0;) length = length << 8 | bytes[i];
  file.seekg(0, std::ios::end);
  return bytes[8] == '{' && length <= static_cast<uint64_t>(file.tellg()) - 8;
}

void print_network(const std::string& name, const NetworkSpec& spec, const Shape& input,
                   int64_t classes = 0) {
  std::vector<std::vector<std::string>> rows;
  const std::vector<LayerShape> fitted = shapes(spec, input, name, classes);
  int64_t total = 0;
  for (size_t i = 0; i < spec.size(); ++i) {
    const int64_t parameters = parameter_count(spec[i], fitted[i]);
    rows.push_back({fmt::format("{}  {}", i + 1, describe(spec[i])),
                    fmt::format("[B, {}] -> [B, {}]", fmt::join(fitted[i].in, ", "),
                                fmt::join(fitted[i].out, ", ")),
                    count(parameters)});
    total += parameters;
  }
  rows.push_back({"total", "", count(total)});
  fmt::print("{}\n{}", name, table(rows));
}

/// Where the data are not known, and so neither what comes in nor how many classes there are.
void print_layers(const std::string& name, const NetworkSpec& spec) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < spec.size(); ++i)
    rows.push_back({fmt::format("{}  {}", i + 1, describe(spec[i])), "depends on the data"});
  fmt::print("{}\n{}", name, table(rows));
}

/// D of a recipe that does not say what images its layers see: the data will. `made`: what G ends
/// with.
void print_discriminator(const NetworkSpec& spec, const Shape& made) {
  try {
    print_network("discriminator", spec, made);
  } catch (const UsageError&) {
    if (made.size() != 1) throw;  // an image, as the data's are
    print_layers("discriminator", spec);
  }
}

/// A deep model's layers, from the data upwards.
void print_stack(const Config& c, const StackSection& s, const DataSpec& data) {
  const int64_t dim = data.shape.empty() ? 0 : data.dim();
  fmt::print("{}, binary units\n  v   {}\n", spec_of(c).about,
             dim > 0 ? count(dim) : "as many as the data have numbers");
  for (size_t i = 0; i < s.hidden.size(); ++i) {
    const int64_t below = i == 0 ? dim : s.hidden.at(i - 1), k = s.k.at(i),
                  grows = s.k_epochs.at(i);
    fmt::print("  h{}  {}{}; {}-{}{}, {} epochs\n", i + 1, count(s.hidden.at(i)),
               below > 0 ? fmt::format(", {} weights", count(below * s.hidden.at(i))) : "",
               s.persistent.at(i) ? "PCD" : "CD", grows > 0 ? "1 up to " : "", k, s.epochs.at(i));
  }
}

/// What a section says, in words, before its settings; most are their settings alone.
void print_about(const Config&, const auto& /*section*/, const DataSpec& /*data*/) {}

void print_about(const Config&, const GeneratorSection& s, const DataSpec& data) {
  const bool uniform = s.noise == NoiseKind::uniform;
  fmt::print("G, from z ~ {}\n", uniform ? "U(-sqrt 3, sqrt 3)" : "N(0, 1)");
  if (data.shape.empty() && sees_labels(s.layers))
    print_layers("generator", s.layers);
  else
    print_network("generator", s.layers, {s.noise_size}, std::ssize(data.classes));
  fmt::print("\n");
}

void print_about(const Config& c, const DiscriminatorSection& s, const DataSpec& data) {
  const bool known = !data.shape.empty();
  const bool labelled = sees_labels(s.layers) || sees_labels(c.generator.layers);
  fmt::print("D, one logit{}{}\n", c.game.auxiliary > 0 ? ", and one for each class" : "",
             c.game.pack > 1 ? fmt::format(", of {} examples at once", c.game.pack) : "");
  if (known)
    print_network("discriminator", s.layers, packed(data.shape, c.game.pack),
                  std::ssize(data.classes));
  else if (labelled)
    print_layers("discriminator", s.layers);
  else
    print_discriminator(
        s.layers,
        packed(shapes(c.generator.layers, {c.generator.noise_size}, "generator").back().out,
               c.game.pack));
  const std::string why = family_of(c).engines.why_not_fused(c);
  fmt::print("on a CPU, trained by the {} engine{}{}\n\n", why.empty() ? "fused" : "reference",
             why.empty() ? "" : ": ", why);
}

void print_rbm(int64_t hidden, bool gaussian, const DataSpec& data) {
  const int64_t dim = data.shape.empty() ? 0 : data.dim();
  fmt::print("E(v, h) = {} - c'h - v'Wh\n  v  {} {} units\n  h  {} binary units\n",
             gaussian ? "|v - b|^2 / 2" : "-b'v",
             dim > 0 ? count(dim) : "as many as the data have numbers:",
             gaussian ? "Gaussian" : "binary", count(hidden));
  if (dim > 0)
    fmt::print("  W  {} weights, and {} biases\n", count(dim * hidden), count(dim + hidden));
}

void print_about(const Config&, const RbmSection& s, const DataSpec& data) {
  print_rbm(s.hidden, s.visible == VisibleKind::gaussian, data);
  fmt::print("trained by {}-{}{}\n\n", s.persistent ? "PCD" : "CD", s.k,
             s.persistent ? fmt::format(", {} persistent chains", count(s.chains)) : "");
}

void print_about(const Config& c, const NceSection& s, const DataSpec& data) {
  print_rbm(s.hidden, false, data);
  const bool mixture = s.noise == NceNoise::mixture;
  fmt::print("trained by noise-contrastive estimation, against {} times as much noise: {}\n\n",
             count(s.nu),
             mixture
                 ? fmt::format("a mixture of {} Bernoulli products", count(c.mixture.components))
                 : "the product of the marginals");
}

void print_about(const Config& c, const DbnSection& s, const DataSpec& data) {
  print_stack(c, s, data);
  if (s.joint_epochs > 0)
    fmt::print("then fine-tuned by the up-down algorithm, {} epochs\n", s.joint_epochs);
  fmt::print("\n");
}

void print_about(const Config& c, const DbmSection& s, const DataSpec& data) {
  print_stack(c, s, data);
  fmt::print("then all layers together, {} epochs: mean field on data, {} persistent chains\n\n",
             s.joint_epochs, count(s.chains));
}

/// data: their shape is empty where they are not known.
void print_config(const Config& c, const DataSpec& data) {
  if (!c.about.empty()) fmt::print("{}\n\n", printable(c.about));
  Config copy = c;  // sections() hands out references that could be written to
  sections(copy, [&](std::string_view, const auto& s) { print_about(c, s, data); });
  std::string section;
  for (const auto& [key, value] : flatten(c)) {
    if (key.ends_with(".layers") || (key == "training.steps" && c.training.steps == 0)) continue;
    const std::string head = key.substr(0, key.find('.'));
    if (head != section) fmt::print("{}[{}]\n", section.empty() ? "" : "\n", head);
    section = head;
    fmt::print("  {} = {}\n", key.substr(head.size() + 1), printable(value));
  }
}

void info_recipes() {
  for (const Path& file : all_recipes()) {
    const Config c = parse_config(read_file(file), file.string());
    fmt::print("  {:<20} {}\n", printable(file.stem().string()), printable(c.about));
  }
  fmt::print("\n{} train NAME trains one, {} info NAME describes it\n", program(), program());
}

void info_checkpoint(const Path& file) {
  const std::string bytes = read_file(file);
  const Model model = load(file);
  const SafeTensors content = parse_safetensors(bytes, file.string());
  fmt::print("{}: checkpoint of step {}, trained on {} (hash {}), {} tensors, {} bytes\n\n",
             printable(file.string()), model.step(), printable(model.data().name),
             model.data().hash, content.tensors.size(), count(static_cast<int64_t>(bytes.size())));
  print_config(model.config(), data_spec(model.data()));
}

void info_run(const Path& path) {
  const RunFolder run = RunFolder::open(path);
  const Config c = run.config();
  const auto last = run.last_step();
  fmt::print("{}: {} of {} steps, trained for {}\n", printable(path.string()),
             last ? count(*last) : "none", count(c.training.steps),
             duration(run.trained_seconds()));
  const auto metrics = run.metrics();
  if (!metrics.empty()) {
    fmt::print("at step {}:", metrics.back().first);
    for (const auto& [name, value] : metrics.back().second)
      if (name != "epoch") fmt::print("  {} {:.4g}", printable(name), value);
    fmt::print("\n");
  }
  fmt::print("\n");
  const DataSpec data = last ? data_spec(load(path).data()) : DataSpec{};
  try {
    print_config(c, data);
  } catch (const UsageError& error) {  // networks that do not fit: no fault of the command line
    throw DataError("{}: {}", (path / "config.toml").string(), error.what());
  }
}

void describe(const InfoOptions& o) {
  const std::string& what = o.what;
  const Path path = what;
  const bool is_path =
      obstacle(path).empty() ||
      what.find('/') != what.npos;  // no obstacle to a recipe's or a data set's name
  if (what == "recipes") return info_recipes();
  const auto recipe = [&](const Path& file) {
    print_config(parse_config(read_file(file), file.string()), {});
  };
  if (is_path && is_folder(path) && is_there(path / "config.toml")) return info_run(path);
  const bool is_called_one = path.extension() == ".safetensors" && !is_folder(path);
  if (is_path && (is_called_one || begins_as_checkpoint(path))) return info_checkpoint(path);
  if (path.extension() == ".toml") return recipe(find_recipe(what));
  const std::vector<std::string> data = data_names();
  const bool is_data = std::find(data.begin(), data.end(), what) != data.end();
  std::vector<std::string> known = {"recipes"};
  for (const Path& file : all_recipes()) {
    if (file.stem() == what) {
      recipe(file);
      if (!is_data) return;
      fmt::print("\n");  // a data set is called so, too
      return info_data(o);
    }
    known.push_back(file.stem());
  }
  if (is_data || (is_path && is_there(path)) || path.has_extension() ||
      what.find('/') != what.npos || what.starts_with("toy:"))
    return info_data(o);
  known.insert(known.end(), data.begin(), data.end());
  throw UsageError("{}: is not a run, recipe, checkpoint or data set{}", what,
                   did_you_mean(what, known));
}

}  // namespace

int carry_out(const InfoOptions& o) {
  describe(o);
  return 0;
}

}  // namespace gan::cli
