/// `--to html`: one page that runs the generator in a browser, without a server or a network.

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "gan/core/html.h"
#include "gan/core/printable.h"
#include "gan/export/exporter.h"
#include "gan/export/program_run.h"
#include "gan/export/step_names.h"
#include "gan/export/steps.h"
#include "gan/export/texts.h"
#include "gan/io/base64.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

Json map_json(const generator::Map& m) {
  return {{"height", m.height}, {"width", m.width}, {"channels", m.channels}};
}

Json window_json(const generator::Window& w) {
  return {{"taps_y", w.taps_y}, {"taps_x", w.taps_x},   {"stride", w.stride}, {"in_y", w.in_y},
          {"in_x", w.in_x},     {"out_y", w.out_y},     {"out_x", w.out_x},   {"step", w.step},
          {"rows", w.rows},     {"columns", w.columns}, {"groups", w.groups}};
}

Json step_json(const generator::Step& s) {
  return {{"kind", name_of(s.kind)},  {"activation", name_of(s.activation)},
          {"slope", s.slope},         {"in", s.in},
          {"other", s.other},         {"out", s.out},
          {"from", map_json(s.from)}, {"to", map_json(s.to)},
          {"weights", s.weights},     {"biases", s.biases},
          {"count", s.count},         {"window", window_json(s.window)}};
}

/// What page.js calls `program`, as text that cannot end a script.
std::string program_text(const ExportSource& source, const Graph& graph, const Program& p) {
  const DataCard& card = source.card;
  Json json{{"model", source.model},
            {"noise", source.generator.noise == NoiseKind::normal ? "normal" : "uniform"},
            {"inputs", p.inputs},
            {"outputs", p.outputs},
            {"classes", graph.classes > 0 ? Json(card.classes) : Json::array()},
            {"shape", graph.out()},
            {"image", card.image},
            {"low", card.low},
            {"high", card.high},
            {"columns", card.columns},
            {"numbers", p.numbers},
            {"scratch", p.scratch},
            {"last", p.last},
            {"steps", Json::array()}};
  for (const generator::Step& s : p.steps) json["steps"].push_back(step_json(s));
  std::string out;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  return out;
}

/// `text` with each {{name}} replaced.
std::string filled(std::string_view text,
                   std::span<const std::pair<std::string_view, std::string>> parts) {
  std::string out;
  while (true) {
    const size_t begin = text.find("{{");
    if (begin == text.npos) return out += text;
    const size_t end = text.find("}}", begin);
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    out += text.substr(0, begin);
    for (const auto& [known, value] : parts)
      if (known == name) out += value;
    text.remove_prefix(end + 2);
  }
}

std::string about(const ExportSource& source) {
  std::string out = fmt::format("The generator of adversarial nets, trained on {} for {} steps.",
                                printable(source.card.name), source.step);
  if (!source.licence.empty()) out += fmt::format(" Licence: {}.", printable(source.licence));
  return out + " It runs in this page; nothing is sent anywhere.";
}

std::vector<ExportedFile> write_html(const ExportSource& source, const ExportSamples&) {
  const Graph graph = graph_of(source);
  const Program p = program_of(graph);
  const std::pair<std::string_view, std::string> parts[] = {
      {"title", html_escaped(printable(source.model))},
      {"about", html_escaped(about(source))},
      {"generator", program_text(source, graph, p)},
      {"weights", encode_base64(bytes_of(p.weights))},
      {"products", std::string(kProductsText)},
      {"generator_code", std::string(kGeneratorScript)},
      {"page_code", std::string(kPageScript)}};
  return {{"", filled(kPageText, parts)}};
}

/// Runs the page's own generator, without the page around it.
constexpr std::string_view kProof = R"(
const fs = require('fs');
const [file, seed] = process.argv.slice(2);
const begin = performance.now();
const page = fs.readFileSync(file, 'utf8');
const part = id => page.split(new RegExp('<script[^>]* id="' + id + '">'))[1].split('</script>')[0];
const {Generator, bytesOfBase64, noiseOfSeed, labelsOfSeed} = new Function(
    part('generator-code') + '; return {Generator, bytesOfBase64, noiseOfSeed, labelsOfSeed};')();
const program = JSON.parse(part('generator')), products = bytesOfBase64(part('products').trim());
const weights = new Float32Array(bytesOfBase64(part('weights').trim()).buffer);
const numbers = (name, Type) => new Type(new Uint8Array(fs.readFileSync(name)).buffer);
const z = numbers('z', Float32Array), labels = Array.from(numbers('label', BigInt64Array), Number);
const n = labels.length, classes = program.classes.length;
const generator = new Generator(program, weights, products);
const start = performance.now() - begin;
const made = generator.generate(z, labels, n);
const plain = new Generator(program, weights, null).generate(z, labels, n);
const best = (rounds, work) => {
  let least = Infinity;
  for (let i = 0; i < rounds; ++i) {
    const from = performance.now();
    work();
    least = Math.min(least, performance.now() - from);
  }
  return least;
};
const one = best(50, () => generator.generate(z.subarray(0, program.inputs), labels, 1));
const batch = best(5, () => generator.generate(z, labels, n));
const noise = noiseOfSeed(program.noise === 'normal', seed, 0, n, program.inputs);
const drawn = classes ? labelsOfSeed(seed, 0, n, classes) : [];
fs.writeFileSync('out', Buffer.concat([made, plain, noise].map(x => Buffer.from(x.buffer))));
const same = drawn.every((label, i) => label === labels[i]);
console.log(start, one, batch, same ? 1 : 0);
)";

Proof prove_html(const ExportSource& source, const ExportSamples& samples,
                 std::span<const ExportedFile> files) {
  const ProgramFolder folder;
  if (!folder.succeeds("node --version"))
    return {.how = "run inside gan; the page's own code was not run, since there is no node",
            .largest = largest_difference(
                run(program_of(graph_of(source)), samples.z, samples.label), samples.x),
            .speed = {}};
  std::vector<int64_t> label = samples.label;
  label.resize(static_cast<size_t>(samples.n));
  folder.write("page.html", {files[0].bytes});
  folder.write("proof.cjs", {kProof});
  folder.write("z", {bytes_of(samples.z)});
  folder.write("label", {bytes_of(label)});
  folder.run(fmt::format("node proof.cjs page.html {}", samples.seed), "the page's code");
  Speed speed;
  int same_labels = 0;
  if (std::sscanf(folder.printed().c_str(), "%lf %lf %lf %d", &speed.start, &speed.one,
                  &speed.batch, &same_labels) != 4)
    throw ErrorOf<Exit::bug>("the page's code said: {}", folder.printed());
  const std::string out = folder.read("out");
  std::string_view rest = out;
  const auto made = take<float>(rest, 2 * samples.x.size()),
             z = take<float>(rest, samples.z.size());
  std::vector<float> expected = samples.x;
  expected.insert(expected.end(), samples.x.begin(), samples.x.end());
  constexpr double kRounding = 1e-5;
  if (same_labels != 1 || !(largest_difference(z, samples.z) <= kRounding))
    throw ErrorOf<Exit::bug>("the page draws another z or label than gan does");
  return {.how = "the page's code, with and without WebAssembly, run by node",
          .largest = largest_difference(made, expected),
          .speed = speed};
}

}  // namespace

Exporter html_exporter() {
  return {.target = "html", .write = write_html, .prove = prove_html};
}

}  // namespace gan
