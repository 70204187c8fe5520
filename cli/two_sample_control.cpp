#include <ATen/ATen.h>
#include <fmt/core.h>

#include "cli/pictures.h"
#include "cli/scoring.h"
#include "gan/core/error.h"

namespace gan::cli {
namespace {

using Json = nlohmann::ordered_json;

Json all_of(const TwoSampleResult& r) {
  return {{"accuracy", r.accuracy},
          {"low", r.low},
          {"high", r.high},
          {"p_value", r.p_value},
          {"test_examples", r.test_examples},
          {"fits", r.fits},
          {"deviation", r.deviation},
          {"held_out_loss", r.held_out_loss}};
}

std::optional<TwoSampleResult> read_control(const Path& file) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return {};
  try {
    const Json j = Json::parse(read_file(file));
    return TwoSampleResult{.accuracy = j.at("accuracy"),
                           .low = j.at("low"),
                           .high = j.at("high"),
                           .p_value = j.at("p_value"),
                           .test_examples = j.at("test_examples"),
                           .fits = j.at("fits"),
                           .deviation = j.at("deviation"),
                           .held_out_loss = j.at("held_out_loss")};
  } catch (const Json::exception&) {
    return {};  // damaged: made again
  }
}

void write_control(const Path& file, const TwoSampleResult& result) {
  if (file.empty()) return;
  try {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    write_file(file, all_of(result).dump(1));
  } catch (const DataError&) {
    // No cache, then: the next call computes it again.
  }
}

}  // namespace

std::optional<TwoSampleResult> two_sample_control(const Judge& judge, int64_t n, uint64_t seed,
                                                  const Say& say) {
  const DataSet& data = judge.data();
  n = std::min({n, data.train.size(), data.test.size()});
  if (!too_few_for_two_samples(n, 1).empty()) return {};
  const Path folder = cache_folder();
  const Path file = folder.empty() ? Path()
                                   : folder / fmt::format("two-sample-1-{}-{}-{}-{}.json",
                                                          data.hash, kFits, n, seed);
  if (const auto known = read_control(file)) return known;
  say("two-sample test of training examples, the control");
  std::vector<int64_t> order = Stream(seed, "two-sample control").permutation(data.train.size(), 0);
  order.resize(static_cast<size_t>(n));
  const Examples chosen = data.train.pick(order);
  const TwoSampleResult out =
      judge.two_sample(rows_of(chosen, 0, n), data.test, seed, {.fits = kFits});
  write_control(file, out);
  return out;
}

Json to_json(const TwoSampleResult& r, const TwoSampleResult* control) {
  Json out = {{"accuracy", r.accuracy},
              {"low", r.low},
              {"high", r.high},
              {"p_value", r.p_value},
              {"test_examples", r.test_examples}};
  out["fits"] = r.fits;
  out["deviation"] = r.deviation;
  if (r.chains > 0) out["chains"] = r.chains;
  if (control != nullptr)
    out["control"] = {{"what", "training examples"}, {"accuracy", control->accuracy},
                      {"low", control->low},         {"high", control->high},
                      {"p_value", control->p_value}, {"test_examples", control->test_examples}};
  return out;
}

std::string accuracy_text(const TwoSampleResult& r) {
  return fmt::format("{:.1f}% [{:.1f}, {:.1f}]", 100 * r.accuracy, 100 * r.low, 100 * r.high);
}

std::string text_of(const TwoSampleResult& r, const TwoSampleResult* control) {
  std::string out = fmt::format(
      "  two-sample test    a fresh classifier separates samples from held-out data with {} "
      "accuracy\n"
      "                     (50% is guessing; p = {:.2g}), {} test examples\n",
      accuracy_text(r), r.p_value, r.test_examples);
  if (r.fits > 1)
    out += fmt::format(
        "                     mean of {} fits, which differ by {:.1f}% (deviation); the interval "
        "holds each fit's\n",
        r.fits, 100 * r.deviation);
  if (r.chains > 0)
    out += fmt::format(
        "                     the samples are {} chains, which are the units of interval and p\n",
        r.chains);
  if (control != nullptr)
    out += fmt::format(
        "                     control: training examples in place of samples, {} accuracy (p = "
        "{:.2g})\n",
        accuracy_text(*control), control->p_value);
  return out;
}

}  // namespace gan::cli
