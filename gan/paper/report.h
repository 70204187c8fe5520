#pragma once
/// Pieces of the paper as a page to read.

#include <string>
#include <utility>
#include <vector>

#include "gan/paper/piece.h"

namespace gan::paper {

struct Report {
  std::string title;
  std::vector<std::string> text;  ///< paragraphs before the pieces
  std::vector<std::pair<std::string, std::string>>
      made_by;  ///< "processor", "AMD EPYC"; "version", ...
  std::vector<Piece> pieces;
};

/// What is expected of a check, in words: "0 ± 0.05", "at least 223".
std::string expectation(const Check& check);

/// Pictures are links to files of their names beside it, which the caller writes.
std::string markdown(const Report& report);

/// One file that needs no other and no network: pictures are within it.
std::string html(const Report& report);

}  // namespace gan::paper
