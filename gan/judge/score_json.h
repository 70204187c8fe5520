#pragma once
/// JSON inside of judge/: reports hold it as text, so that public headers need no JSON library.

#include <nlohmann/json.hpp>

#include <string>

namespace gan {

using Json = nlohmann::ordered_json;

/// On one line. Every number comes back as it was; what is not UTF-8 becomes U+FFFD.
inline std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gan
