#include "gan/doctor/finding_json.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::string> text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

std::optional<int64_t> step_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return {};
  return found->get<int64_t>();
}

}  // namespace

Json json_of(const Finding& finding) {
  Json out;
  out["name"] = finding.name;
  out["from"] = finding.from;
  out["to"] = finding.to ? Json(*finding.to) : Json();
  out["text"] = finding.text;
  out["done"] = finding.done.empty() ? Json() : Json(finding.done);
  return out;
}

std::optional<Finding> finding_of(const Json& json) {
  if (!json.is_object()) return {};
  const auto name = text_in(json, "name"), text = text_in(json, "text");
  const auto from = step_in(json, "from");
  if (!name || !text || !from) return {};
  return Finding{.name = *name,
                 .from = *from,
                 .to = step_in(json, "to"),
                 .text = *text,
                 .done = text_in(json, "done").value_or("")};
}

}  // namespace gan
