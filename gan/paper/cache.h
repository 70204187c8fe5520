#pragma once
/// Pieces that were computed before, each with the configuration that it was computed with.

#include <optional>
#include <string>
#include <string_view>

#include "gan/core/files.h"
#include "gan/paper/piece.h"

namespace gan::paper {

std::string to_json(const Piece& piece);

/// to_json's inverse; a number that is not finite comes back as NaN. @throws DataError naming `who`
Piece parse_piece(std::string_view json, const std::string& who);

/// 16 hex digits of a configuration, for names of files.
std::string fingerprint(std::string_view configuration);

class Cache {
 public:
  explicit Cache(Path folder) : folder_(std::move(folder)) {}

  /// Nothing when there is none, or its file is damaged: then it is to be computed again.
  std::optional<Piece> find(const std::string& name, const std::string& configuration) const;
  void keep(const Piece& piece, const std::string& configuration) const;  ///< @throws WriteError

 private:
  Path file(const std::string& name, const std::string& configuration) const {
    return folder_ / (name + "-" + fingerprint(configuration) + ".json");
  }
  Path folder_;
};

}  // namespace gan::paper
