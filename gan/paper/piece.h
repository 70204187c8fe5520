#pragma once
/// A part of the paper, computed again: what its page of the report will hold.

#include <string>
#include <vector>

namespace gan::paper {

/// A statement that has a number, held against ours.
struct Check {
  std::string what;  ///< "Theorem 1: C(G) - (-log 4 + 2 JSD), largest of 50 pairs"
  double ours, expected, tolerance;
  bool more_is_good = false;  ///< a score: only the lower end is held
  bool holds() const {
    return ours >= expected - tolerance && (more_is_good || ours <= expected + tolerance);
  }  // not of NaN
};

struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`
};

struct Picture {
  std::string file;     ///< a name, without a folder: "figure1.png"
  std::string caption;  ///< what it shows, and what the paper's shows
  std::string bytes;    ///< PNG, also animated
};

struct Piece {
  std::string name;  ///< as the command line calls it: "theory", "table1", "figure2"
  std::string title;
  std::vector<std::string> text;  ///< paragraphs, plain
  std::vector<Check> checks;
  std::vector<Table> tables;
  std::vector<Picture> pictures;
  std::string settings;  ///< what it was computed with: seeds, sizes, recipe
  double seconds = 0;
};

}  // namespace gan::paper
