#pragma once
/// Foreign TOML, within limits. Private to this folder.

#include <string>
#include <string_view>

#include <toml++/toml.h>

namespace gan {

/// The library recurses into brackets and into each part of a dotted key, when it reads them and
/// when it frees them.
/// @throws UsageError naming `who` and the line: more than 1 MB, brackets or a key more than 32
/// deep
void check_toml_limits(std::string_view source, const std::string& who);

/// @throws UsageError naming `who` and the line, also for what check_toml_limits refuses
toml::table parse_toml(std::string_view source, const std::string& who);

}  // namespace gan
