#pragma once
/// Which pictures train, validate and test: by what they show, so that more pictures move none from
/// one to the other, and copies of a picture stay together.

#include <cstdint>
#include <span>
#include <vector>

namespace gan {

struct PictureSplit {
  std::vector<int64_t> train, valid, test;  ///< numbers of pictures, by their digests
  bool by_content_alone = true;  ///< false where a small folder needed another rule, see below
  bool repeated = false;         ///< all three hold all pictures
  int64_t duplicates = 0;        ///< pictures that are copies of others: all but one of each
};

/// A tenth of all digests are for tests, the next tenth validates, the others train.
///
/// Where one of the three would be empty, it gets the distinct picture with the nearest digest
/// (by_content_alone is false). Fewer than three distinct pictures cannot be told apart like that:
/// all of them do all three (repeated is true).
PictureSplit split_by_content(std::span<const uint64_t> digests);

}  // namespace gan
