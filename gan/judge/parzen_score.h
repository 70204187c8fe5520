#pragma once
/// The Parzen score of a subject, beside controls that nobody would call models.

#include <string>
#include <vector>

#include "gan/judge/judge.h"
#include "gan/judge/parzen.h"
#include "gan/judge/subject.h"

namespace gan {

struct ParzenControl {
  std::string name;
  ParzenScore score;
};

/// Training examples, k-means centres, the mean: computed once for a data set, then read from the
/// folder `cache`, where one is given.
std::vector<ParzenControl> parzen_controls(const Judge& judge, const Path& cache, const Say& say);
/// None where they were not computed yet.
std::vector<ParzenControl> known_parzen_controls(const DataSet& data, const Path& cache);

std::string plus_minus(const ParzenScore& score);  ///< "240.7 ± 1.9"

/// A row of a table: the name, the score, sigma, the number of samples; and what stands above the
/// last three.
std::vector<std::string> parzen_row(const std::string& name, const ParzenScore& score);
std::vector<std::string> parzen_titles(const std::string& above_names);

/// A JSON object: log_likelihood, standard_error, sigma, samples, test_images.
std::string parzen_json(const ParzenScore& score);
/// The inverse. @throws DataError naming `who` where it is none
ParzenScore parse_parzen(const std::string& json, const std::string& who);

}  // namespace gan
