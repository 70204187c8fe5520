#include "gan/doctor/data_findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "gan/data/variety.h"

namespace gan {
namespace {

constexpr int64_t kMostTrain = 50000, kMostHeldOut = 2000, kMostJudged = 1000;
constexpr int64_t kMostNumbers = 20000000;  // that are read to tell splits apart
constexpr int64_t kFewest = 100;            // examples of each split, to tell them apart
constexpr double kRepeated = 0.5, kOneClass = 0.99, kLeaked = 0.1;
constexpr double kSeparated = 0.65, kErrors = 5;

std::string_view bytes_of(const Examples& examples, int64_t i) {
  const auto raw = examples.raw(i);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

Finding about_data(const char* name, std::string text) {
  return {.name = name, .text = std::move(text)};
}

/// The share of the most frequent class.
double largest_class(const Examples& examples) {
  std::vector<int64_t> counts;
  for (const int32_t label : examples.labels()) {
    counts.resize(std::max(counts.size(), static_cast<size_t>(label) + 1));
    ++counts[static_cast<size_t>(label)];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return most == counts.end() ? 0
                              : static_cast<double>(*most) / static_cast<double>(examples.size());
}

/// Sums over examples of each value and of its square, [2 dim].
std::vector<double> feature_means(const std::vector<float>& rows, int64_t first, int64_t count,
                                  int64_t dim) {
  std::vector<double> out(static_cast<size_t>(2 * dim));
  for (int64_t i = first; i < first + count; ++i)
    for (int64_t j = 0; j < dim; ++j) {
      const double x = rows[static_cast<size_t>(i * dim + j)];
      out[static_cast<size_t>(j)] += x / static_cast<double>(count);
      out[static_cast<size_t>(dim + j)] += x * x / static_cast<double>(count);
    }
  return out;
}

/// The same of the squares of these features about `centre`: their variances.
std::vector<double> feature_variances(const std::vector<float>& rows, int64_t count, int64_t dim,
                                      const std::vector<double>& centre) {
  std::vector<double> out(static_cast<size_t>(2 * dim));
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < dim; ++j) {
      const double x = rows[static_cast<size_t>(i * dim + j)];
      const double a = x - centre[static_cast<size_t>(j)];
      const double b = x * x - centre[static_cast<size_t>(dim + j)];
      out[static_cast<size_t>(j)] += a * a / static_cast<double>(count);
      out[static_cast<size_t>(dim + j)] += b * b / static_cast<double>(count);
    }
  return out;
}

}  // namespace

Examples evenly(const Examples& examples, int64_t n) {
  if (examples.size() <= n) return examples;
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < n; ++i) numbers.push_back(i * examples.size() / n);
  return examples.pick(numbers);
}

double Separation::error() const {
  return judged == 0 ? 0.5 : 0.5 / std::sqrt(static_cast<double>(judged));
}

Separation separation(const Examples& train, const Examples& valid) {
  const int64_t n = std::min(train.size(), valid.size()), dim = train.dim(), half = n / 2;
  if (half < 1) return {};
  const std::vector<float> a = train.rows(0, n), b = valid.rows(0, n);
  const std::vector<double> ma = feature_means(a, 0, half, dim),
                            mb = feature_means(b, 0, half, dim);
  const std::vector<double> va = feature_variances(a, half, dim, ma),
                            vb = feature_variances(b, half, dim, mb);
  std::vector<double> weight(ma.size());
  double threshold = 0;
  for (size_t j = 0; j < weight.size(); ++j) {
    const double variance = va[j] + vb[j];
    if (variance > 0) weight[j] = (ma[j] - mb[j]) / variance;
    threshold += weight[j] * (ma[j] + mb[j]) / 2;
  }
  const auto right = [&](const std::vector<float>& rows, bool training) {
    int64_t count = 0;
    for (int64_t i = half; i < 2 * half; ++i) {
      double sum = -threshold;
      for (int64_t j = 0; j < dim; ++j) {
        const double x = rows[static_cast<size_t>(i * dim + j)];
        sum += weight[static_cast<size_t>(j)] * x + weight[static_cast<size_t>(dim + j)] * x * x;
      }
      count += (sum > 0) == training ? 1 : 0;
    }
    return count;
  };
  const int64_t judged = 2 * half;
  return {.accuracy =
              static_cast<double>(right(a, true) + right(b, false)) / static_cast<double>(judged),
          .judged = judged};
}

/// Names of the columns of a table in which all of these rows are the same: "b, column 4"; of many,
/// the first.
std::string constant_columns(const DataSet& data, const Examples& rows) {
  const int64_t dim = rows.dim();
  const std::vector<float> values = rows.rows(0, rows.size());
  constexpr int64_t kNamed = 10;
  std::string out;
  int64_t found = 0;
  for (int64_t j = 0; j < dim; ++j) {
    bool same = true;
    for (int64_t i = 1; same && i < rows.size(); ++i)
      same = values[static_cast<size_t>(i * dim + j)] == values[static_cast<size_t>(j)];
    if (!same || ++found > kNamed) continue;
    const auto place = static_cast<size_t>(j);
    out += out.empty() ? "" : ", ";
    out += place < data.columns.size() ? data.columns[place] : fmt::format("column {}", j + 1);
  }
  if (found > kNamed) out += fmt::format(" and {} more", found - kNamed);
  return out;
}

std::vector<Finding> data_findings(const DataSet& data) {
  std::vector<Finding> out;
  const Variety variety = variety_of(data);
  if (variety.few()) {
    out.push_back(about_data(
        "data-no-variety",
        fmt::format("{} training examples hold only {} different one{}: there "
                    "is nothing to learn a distribution from; check the data",
                    data.train.size(), variety.distinct, variety.distinct == 1 ? "" : "s")));
    return out;
  }
  const double one_class = data.classes.size() > 1 ? largest_class(data.train) : 0;
  if (one_class >= kOneClass)
    out.push_back(about_data("data-no-variety",
                             fmt::format("{:.1f}% of the training examples are of one class of {}: "
                                         "the others can hardly be learned; add examples of them",
                                         100 * one_class, data.classes.size())));

  const Examples train = evenly(data.train, kMostTrain), valid = evenly(data.valid, kMostHeldOut);
  if (const std::string constant = data.image ? "" : constant_columns(data, train);
      !constant.empty())
    out.push_back(about_data("data-no-variety",
                             fmt::format("these are the same in every training example: {}; they "
                                         "teach nothing, leave them out",
                                         constant)));
  std::unordered_set<std::string_view> seen;
  for (int64_t i = 0; i < train.size(); ++i) seen.insert(bytes_of(train, i));
  const double repeated = 1 - static_cast<double>(seen.size()) / static_cast<double>(train.size());
  if (repeated >= kRepeated)
    out.push_back(about_data("data-duplicates",
                             fmt::format("{:.0f}% of {} training examples repeat others: G will "
                                         "learn those that occur often; remove the copies",
                                         100 * repeated, train.size())));
  if (valid.size() < kFewest || train.size() < kFewest) return out;
  int64_t leaked = 0;
  for (int64_t i = 0; i < valid.size(); ++i) leaked += seen.contains(bytes_of(valid, i)) ? 1 : 0;
  const double share = static_cast<double>(leaked) / static_cast<double>(valid.size());
  if (share >= kLeaked && share > 2 * repeated) {
    out.push_back(about_data("data-split",
                             fmt::format("{:.0f}% of {} held-out examples are also training "
                                         "examples: scores on them say too much good; remove the "
                                         "copies before the data are split",
                                         100 * share, valid.size())));
    return out;
  }
  const int64_t n = std::min({kMostJudged, valid.size(), train.size(),
                              std::max<int64_t>(kFewest, kMostNumbers / train.dim())});
  const Separation apart = separation(evenly(data.train, n), evenly(data.valid, n));
  if (apart.accuracy >= kSeparated && apart.accuracy >= 0.5 + kErrors * apart.error())
    out.push_back(about_data(
        "data-split", fmt::format("a classifier tells held-out examples from training examples "
                                  "with {:.0f}% accuracy on {} that it was not fitted on (50%: it "
                                  "cannot): the splits differ; shuffle the data before they are "
                                  "split",
                                  100 * apart.accuracy, apart.judged)));
  return out;
}

}  // namespace gan
