#include "gan/data/card.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

using Json = nlohmann::json;

bool makes_sense(const DataCard& card) {
  const auto& [offset, factor] = card.scaling;
  const auto bytes = byte_count(card.shape, sizeof(float));
  const auto fits = [&](const std::vector<float>& values) {
    return (values.size() == 1 || static_cast<int64_t>(values.size() * sizeof(float)) == *bytes) &&
           std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
  };
  const auto dims = static_cast<int64_t>(card.origin.size());
  const bool origin_fits = (dims <= 1 || (bytes && dims * static_cast<int64_t>(sizeof(float)) == *bytes)) &&
                           std::ranges::all_of(card.origin, [](double x) { return std::isfinite(x); });
  const bool layout_fits = !card.channels_last || card.shape.size() == 3;
  return origin_fits && layout_fits && bytes && *bytes > 0 && fits(offset) && fits(factor) && offset.size() == factor.size() &&
         std::isfinite(card.low) && std::isfinite(card.high);
}

}  // namespace

std::string format_card(const DataCard& card) {
  Json json = {{"name", card.name},       {"hash", card.hash}, {"shape", card.shape},
                     {"image", card.image},     {"low", card.low},   {"high", card.high},
                     {"columns", card.columns}, {"offset", card.scaling.offset}, {"factor", card.scaling.factor}};
  if (card.channels_last) json["channels_last"] = true;
  if (!card.origin.empty()) json["origin"] = card.origin;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

DataCard parse_card(std::string_view text, std::string_view who) {
  DataCard card;
  try {
    const Json json = Json::parse(text);
    json.at("name").get_to(card.name), json.at("hash").get_to(card.hash);
    for (const Json& size : json.at("shape")) card.shape.push_back(size.is_number_integer() ? size.get<int64_t>() : -1);
    json.at("image").get_to(card.image), json.at("low").get_to(card.low), json.at("high").get_to(card.high);
    json.at("columns").get_to(card.columns);
    json.at("offset").get_to(card.scaling.offset), json.at("factor").get_to(card.scaling.factor);
    card.channels_last = json.value("channels_last", false);
    card.origin = json.value("origin", std::vector<double>{});
  } catch (const Json::exception&) {
    throw DataError("{}: does not say what data it was trained on: it is damaged, or no checkpoint of gan", who);
  }
  if (!makes_sense(card)) throw DataError("{}: what it says about its data makes no sense: it is damaged", who);
  return card;
}

}  // namespace gan
