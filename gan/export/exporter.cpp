#include "gan/export/exporter.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace gan {

double largest_difference(std::span<const float> made, std::span<const float> expected) {
  double largest = 0, size = 0;
  if (made.size() != expected.size()) return std::nan("");
  for (size_t i = 0; i < made.size(); ++i) {
    const double difference = std::abs(static_cast<double>(made[i]) - expected[i]);
    if (!(difference <= largest)) largest = difference;  // a NaN stays
    if (std::isnan(difference)) return difference;
    size = std::max(size, static_cast<double>(std::abs(expected[i])));
  }
  return size > 0 ? largest / size : largest;
}

std::vector<std::pair<std::string, std::string>> metadata_of(const ExportSource& source) {
  std::vector<std::pair<std::string, std::string>> out{
      {"made_by", std::string(kExportMark)}, {"model", source.model}, {"data", source.card.name}};
  if (source.prefix[0] != '\0') out.emplace_back("step", std::to_string(source.step));
  if (!source.judging)
    out.emplace_back("noise", source.generator.noise == NoiseKind::normal ? "normal" : "uniform");
  out.emplace_back("classes", fmt::format("{}", fmt::join(source.card.classes, "\n")));
  out.emplace_back("licence", source.licence);
  std::erase_if(out, [](const auto& entry) { return entry.second.empty(); });
  return out;
}

}  // namespace gan
