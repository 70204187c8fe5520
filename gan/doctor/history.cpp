#include "gan/doctor/history.h"

#include <algorithm>

namespace gan {

void History::add(int64_t step, const NamedNumbers& numbers) {
  step_ = step;
  line_ = numbers;
  for (const auto& [name, value] : numbers)
    if (std::isfinite(value)) series_[name].push_back({step, value});
}

const Readings& History::series(const std::string& name) const {
  static const Readings none;
  const auto found = series_.find(name);
  return found == series_.end() ? none : found->second;
}

bool History::has_new(const std::string& name) const {
  const Readings& points = series(name);
  return !points.empty() && points.back().step == step_;
}

std::vector<double> History::newest(const std::string& name, size_t n) const {
  const Readings& points = series(name);
  if (points.size() < n || points[points.size() - n].step <= last_of_before_) return {};
  std::vector<double> out;
  for (size_t i = points.size() - n; i < points.size(); ++i) out.push_back(points[i].value);
  return out;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double least(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

double greatest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

}  // namespace gan
