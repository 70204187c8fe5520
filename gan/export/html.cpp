/// `--to html`: one page that runs the generator in a browser, without a server or a network.

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "gan/core/html.h"
#include "gan/core/printable.h"
#include "gan/export/exporter.h"
#include "gan/export/step_names.h"
#include "gan/export/steps.h"
#include "gan/export/steps_proof.h"
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
const [n, seed] = process.argv.slice(2).map(Number);
const begin = performance.now();
const page = fs.readFileSync('page.html', 'utf8');
const part = id => page.split(new RegExp('<script[^>]* id="' + id + '">'))[1].split('</script>')[0];
const {Generator, bytesOfBase64, noiseOfSeed, labelsOfSeed} = new Function(
    part('generator-code') + '; return {Generator, bytesOfBase64, noiseOfSeed, labelsOfSeed};')();
const program = JSON.parse(part('generator')), products = bytesOfBase64(part('products').trim());
const weights = new Float32Array(bytesOfBase64(part('weights').trim()).buffer);
const given = new Uint8Array(fs.readFileSync('in')).buffer, bytes = 4 * n * program.inputs;
const z = new Float32Array(given, 0, n * program.inputs);
const labels = Array.from(new BigInt64Array(given.slice(bytes)), Number);
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
const drawn = BigInt64Array.from(
    labelsOfSeed(seed, 0, n, Math.max(1, program.classes.length)), BigInt);
fs.writeFileSync('out', Buffer.concat([made, plain, noise, drawn].map(x => Buffer.from(x.buffer))));
console.log(start, one, batch);
)";

Proof prove_html(const ExportSource& source, const ExportSamples& samples,
                 std::span<const ExportedFile> files) {
  const ProgramFolder folder;
  if (!folder.succeeds("node --version"))
    return proof_of_steps(source, samples,
                          "the page's own code was not run, since there is no node");
  folder.write("page.html", {files[0].bytes});
  folder.write("proof.cjs", {kProof});
  write_input(folder, samples);
  folder.run(fmt::format("node proof.cjs {} {}", samples.n, samples.seed), "the page's code");
  return proof_of_output(folder, samples,
                         "the page's code, with and without WebAssembly, run by node", 2);
}

}  // namespace

Exporter html_exporter() {
  return {.target = "html", .write = write_html, .prove = prove_html};
}

}  // namespace gan
