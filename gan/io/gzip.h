#pragma once

#include <string>
#include <string_view>

namespace gan {

/// The content of a gzip file; bytes that are not gzip come back as they are.
/// Truncated or corrupt input is a DataError that names `who`.
std::string gunzip(std::string bytes, std::string_view who);
std::string gzip(std::string_view bytes);

}  // namespace gan
