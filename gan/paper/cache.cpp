#include "gan/paper/cache.h"

#include <fmt/core.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/io/base64.h"

namespace gan::paper {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kConfiguration = "configuration";
constexpr const char* kPiece = "piece";

std::string text_of(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const Piece& p) {
  Json out = {{"name", p.name},          {"title", p.title},         {"text", p.text},
              {"settings", p.settings},  {"seconds", p.seconds},     {"checks", Json::array()},
              {"tables", Json::array()}, {"pictures", Json::array()}};
  for (const Check& c : p.checks)
    out["checks"].push_back({{"what", c.what},
                             {"ours", c.ours},
                             {"expected", c.expected},
                             {"tolerance", c.tolerance},
                             {"more_is_good", c.more_is_good}});
  for (const Table& t : p.tables)
    out["tables"].push_back({{"caption", t.caption}, {"columns", t.columns}, {"rows", t.rows}});
  for (const Picture& i : p.pictures)
    out["pictures"].push_back(
        {{"file", i.file}, {"caption", i.caption}, {"png", encode_base64(i.bytes)}});
  return out;
}

double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Piece piece_of(const Json& json, const std::string& who) {
  Piece p{.name = json.at("name"),
          .title = json.at("title"),
          .text = json.at("text"),
          .settings = json.at("settings"),
          .seconds = number(json.at("seconds"))};
  for (const Json& c : json.at("checks"))
    p.checks.push_back({c.at("what"), number(c.at("ours")), number(c.at("expected")),
                        number(c.at("tolerance")), c.at("more_is_good")});
  for (const Json& t : json.at("tables")) {
    p.tables.push_back({t.at("caption"), t.at("columns"), t.at("rows")});
    for (const auto& row : p.tables.back().rows)
      if (row.size() != p.tables.back().columns.size())
        throw DataError("{}: a row of {} in a table of {}", who, row.size(),
                        p.tables.back().columns.size());
  }
  for (const Json& i : json.at("pictures"))
    p.pictures.push_back(
        {i.at("file"), i.at("caption"), decode_base64(i.at("png").get<std::string>(), who)});
  return p;
}

}  // namespace

std::string to_json(const Piece& piece) {
  return text_of(json_of(piece));
}

Piece parse_piece(std::string_view json, const std::string& who) {
  try {
    return piece_of(Json::parse(json), who);
  } catch (const Json::exception& error) {
    throw DataError("{}: is no piece of a report: {}", who, error.what());
  }
}

std::string fingerprint(std::string_view configuration) {
  return fmt::format("{:016x}", Stream(0, configuration).bits(0));
}

std::optional<Piece> Cache::find(const std::string& name, const std::string& configuration) const {
  const Path path = file(name, configuration);
  if (std::error_code error; !std::filesystem::exists(path, error)) return {};
  try {
    const Json json = Json::parse(read_file(path));
    if (json.at(kConfiguration) != configuration) return {};
    return piece_of(json.at(kPiece), path.string());
  } catch (const Json::exception&) {
    return {};
  } catch (const DataError&) {
    return {};
  }
}

void Cache::keep(const Piece& piece, const std::string& configuration) const {
  std::error_code error;  // write_file says what is wrong
  std::filesystem::create_directories(folder_, error);
  write_file(file(piece.name, configuration),
             text_of({{kConfiguration, configuration}, {kPiece, json_of(piece)}}));
}

}  // namespace gan::paper
