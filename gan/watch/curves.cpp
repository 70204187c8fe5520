#include "gan/watch/curves.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gan/doctor/doctor.h"
#include "gan/doctor/finding_json.h"
#include "gan/watch/own_file.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kChunk = 1 << 20, kLongestLine = 1 << 16;

}  // namespace

void Curve::add(int64_t step, double value) {
  newest_ = {step, value};
  if (seen_++ % stride_ != 0) return;
  kept_.push_back(newest_);
  if (kept_.size() <= kMost) return;
  for (size_t i = 0; 2 * i < kept_.size(); ++i) kept_[i] = kept_[2 * i];
  kept_.resize((kept_.size() + 1) / 2);
  stride_ *= 2;
}

std::vector<std::pair<int64_t, double>> Curve::points() const {
  std::vector<std::pair<int64_t, double>> out = kept_;
  if (!out.empty() && out.back().first != newest_.first) out.push_back(newest_);
  return out;
}

void Curves::clear() {
  const Path file = file_;
  *this = Curves(file);
}

void Curves::update() {
  const OwnFile file(file_);
  if (!file) return clear();
  if (file.identity() != identity_ || file.size() < position_) clear();
  identity_ = file.identity();
  while (true) {
    const std::string read = file.read(position_, kChunk);
    if (read.empty()) return;
    position_ += static_cast<int64_t>(read.size());
    take_bytes(read);
  }
}

void Curves::take_bytes(std::string_view bytes) {
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = bytes.find('\n', begin);
    if (!too_long_) begun_ += bytes.substr(begin, end - begin);
    if (begun_.size() > kLongestLine) {
      too_long_ = true;
      begun_.clear();
    }
    if (end == bytes.npos) return;
    if (!too_long_) take(begun_);
    too_long_ = false;
    begun_.clear();
    begin = end + 1;
  }
}

void Curves::take(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return;
  const auto step = json.find("step");
  if (step == json.end() || !step->is_number_integer()) return;
  last_step_ = step->get<int64_t>();
  for (const auto& [name, value] : json.items()) {
    if (name == "step" || name == "epoch" || !(value.is_number() || value.is_null())) continue;
    curves_[name].add(last_step_, value.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                  : value.get<double>());
  }
  const auto findings = json.find("findings");
  if (findings == json.end() || !findings->is_array()) return;
  for (const Json& one : *findings)
    if (const auto finding = finding_of(one)) put(findings_, *finding);
}

}  // namespace gan
