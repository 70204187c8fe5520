#include "gan/data/card.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/csv.h"

namespace gan {
namespace {

using Json = nlohmann::json;

constexpr size_t kHashDigits = 16;

[[noreturn]] void refuse_missing(const char* field, std::string_view who) {
  throw DataError(
      "{}: does not say what data it was trained on (data.{} is missing, or of another type): it is damaged, or "
      "no checkpoint of gan",
      who, field);
}

/// @throws DataError naming the field
template <class T>
void read(const Json& json, const char* field, T& value, std::string_view who) {
  try {
    json.at(field).get_to(value);
  } catch (const Json::exception&) {
    refuse_missing(field, who);
  }
}

/// Sizes that are no whole numbers become -1, which check() refuses.
void read_shape(const Json& json, Shape& shape, std::string_view who) {
  const auto found = json.is_object() ? json.find("shape") : json.end();
  if (found == json.end() || !found->is_array()) refuse_missing("shape", who);
  for (const Json& size : *found)
    shape.push_back(size.is_number_integer() ? size.get<int64_t>() : -1);
}

bool finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
}

/// [H, W], or [C, H, W] with grey, RGB or RGBA channels.
bool is_of_an_image(const Shape& shape) {
  if (shape.size() == 2) return true;
  return shape.size() == 3 && (shape[0] == 1 || shape[0] == 3 || shape[0] == 4);
}

/// Each field against the others. @throws DataError naming the field
void check(const DataCard& card, std::string_view who) {
  const auto refuse = [&](std::string_view field, const std::string& what) {
    throw DataError("{}: data.{} in its header {}: it is damaged", who, field, what);
  };
  const auto bytes = byte_count(card.shape, sizeof(float));
  if (!bytes || *bytes <= 0)
    refuse("shape", fmt::format("is {}, expected sizes of 1 or more", shape_text(card.shape)));
  const auto dim = static_cast<size_t>(product(card.shape));
  const auto& [offset, factor] = card.encoding.scaling();

  if (card.name.size() > kLongestName)
    refuse("name",
           fmt::format("has {} bytes, expected at most {}", card.name.size(), kLongestName));
  const bool digits = card.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (card.hash.size() != kHashDigits || !digits)
    refuse("hash", fmt::format("is {}, expected {} hex digits", in_quotes(card.hash), kHashDigits));
  if (card.image && !is_of_an_image(card.shape))
    refuse("image",
           fmt::format("is true, but {} is the shape of no image", shape_text(card.shape)));
  if (!std::isfinite(card.low)) refuse("low", "is not finite");
  if (!std::isfinite(card.high)) refuse("high", "is not finite");
  if (card.low > card.high)
    refuse("low", fmt::format("is {}, above high = {}", card.low, card.high));
  if (!card.columns.empty() && (card.image || card.columns.size() != dim))
    refuse("columns",
           fmt::format("holds {} names for {}", card.columns.size(),
                       card.image ? "an image" : fmt::format("{} numbers an example", dim)));
  for (const std::string& name : card.columns) {
    if (name.size() > kLongestName)
      refuse("columns", fmt::format("holds a name of {} bytes, expected at most {}", name.size(),
                                    kLongestName));
    if (!can_name_column(name))
      refuse("columns", fmt::format("holds {}, which cannot name a column", in_quotes(name)));
  }
  for (const std::string& name : card.classes)
    if (name.size() > kLongestName)
      refuse("classes", fmt::format("holds a name of {} bytes, expected at most {}", name.size(),
                                    kLongestName));
  for (const auto& [field, values] : {std::pair("offset", &offset), std::pair("factor", &factor)}) {
    if (values->size() != 1 && values->size() != dim)
      refuse(field, fmt::format("holds {} numbers, expected 1 or {}, one for each of an example",
                                values->size(), dim));
    if (!finite(*values)) refuse(field, "holds a number that is not finite");
  }
  if (offset.size() != factor.size())
    refuse("offset", fmt::format("holds {} numbers, data.factor {}", offset.size(), factor.size()));
  if (std::ranges::any_of(factor, [](float x) { return x <= 0; }))
    refuse("factor", "holds a number that is not above 0");
  if (card.channels_last && card.shape.size() != 3)
    refuse("channels_last", fmt::format("is true, but {} has no channels", shape_text(card.shape)));
  if (card.origin.size() > 1 && card.origin.size() != dim)
    refuse("origin",
           fmt::format("holds {} numbers, expected none, 1 or {}", card.origin.size(), dim));
  if (!std::ranges::all_of(card.origin, [](double x) { return std::isfinite(x); }))
    refuse("origin", "holds a number that is not finite");
}

}  // namespace

DataSpec data_spec(const DataCard& card) {
  return {.shape = card.shape, .classes = card.classes};
}

std::string format_card(const DataCard& card) {
  Json json = {{"name", card.name},
               {"hash", card.hash},
               {"shape", card.shape},
               {"image", card.image},
               {"low", card.low},
               {"high", card.high},
               {"columns", card.columns},
               {"offset", card.encoding.scaling().offset},
               {"factor", card.encoding.scaling().factor}};
  if (card.channels_last) json["channels_last"] = true;
  if (!card.origin.empty()) json["origin"] = card.origin;
  if (!card.classes.empty()) json["classes"] = card.classes;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

DataCard parse_card(std::string_view text, std::string_view who) {
  const Json json = Json::parse(text, nullptr, false);
  DataCard card;
  read(json, "name", card.name, who);
  read(json, "hash", card.hash, who);
  read_shape(json, card.shape, who);
  read(json, "image", card.image, who);
  read(json, "low", card.low, who);
  read(json, "high", card.high, who);
  read(json, "columns", card.columns, who);
  read(json, "offset", card.encoding.scaling().offset, who);
  read(json, "factor", card.encoding.scaling().factor, who);
  if (json.contains("channels_last")) read(json, "channels_last", card.channels_last, who);
  if (json.contains("origin")) read(json, "origin", card.origin, who);
  if (json.contains("classes")) read(json, "classes", card.classes, who);
  check(card, who);
  return card;
}

}  // namespace gan
