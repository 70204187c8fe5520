#pragma once
/// JSON for other programs.

#include <nlohmann/json.hpp>

#include <string>

namespace gan::cli {

/// In ASCII: whatever names hold, a terminal obeys none of it. What is not UTF-8 becomes U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(1, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace gan::cli
