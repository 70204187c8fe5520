#include "cli/option_checks.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/core/paths.h"
#include "gan/data/picture_settings.h"

namespace gan::cli {
namespace {

template <class T>
CLI::Validator within(const char* what, T low, T high) {
  return CLI::Validator(
      [=](std::string& text) -> std::string {
        const auto value = parse_number<T>(text);
        if (value && *value >= low && *value <= high) return "";
        return fmt::format("expected {} from {} to {}, got '{}'", what, low, high, text);
      },
      "");
}

/// What `check` has against `text`; "" for nothing.
template <class Check>
std::string complaint_of(const Check& check, const std::string& text) {
  try {
    check(text);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

auto one_of(std::vector<std::string> known) {
  return [known = std::move(known)](const std::string& text) {
    if (std::ranges::find(known, text) == known.end())
      throw UsageError("expected {}, got '{}'", fmt::join(known, ", "), text);
  };
}

}  // namespace

CLI::Validator whole(int64_t low, int64_t high) {
  return within("a whole number", low, high);
}
CLI::Validator number(double low, double high) {
  return within("a number", low, high);
}

CLI::Validator some_text() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        return text.empty() ? "is empty; give it a value, or leave the option out" : "";
      },
      "");
}

CLI::Validator some_time() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        if (parse_duration(text)) return "";
        return fmt::format("expected a time such as 90s, 20min or 1h30min, got '{}'", text);
      },
      "");
}

void check_output(const Path& out, std::initializer_list<std::string> extensions) {
  if (is_folder(out))
    throw UsageError("--out {}: expected the name of a file, but this is a folder", out.string());
  const std::string extension = out.extension();
  std::string known;
  for (const auto& e : extensions) known += (known.empty() ? "" : ", ") + e;
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
    throw UsageError("--out {}: the extension selects the file format; expected one of {}",
                     out.string(), known);
}

std::vector<uint64_t> seeds_of(const std::string& list) {
  constexpr size_t kMost = 1'000'000;
  const auto refuse = [&](const std::string& why) {
    throw UsageError("--seeds {}: {}; give numbers and ranges, as in 0-63,100", list, why);
  };
  const auto number = [&](std::string_view text) {
    const auto seed = parse_number<uint64_t>(text);
    if (!seed) refuse(fmt::format("'{}' is not a seed", text));
    return *seed;
  };
  std::vector<uint64_t> seeds;
  std::string_view rest = list;
  for (size_t comma = 0; comma != rest.npos;) {
    comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const size_t dash = part.find('-');
    const uint64_t low = number(part.substr(0, dash));
    const uint64_t high = dash == part.npos ? low : number(part.substr(dash + 1));
    if (high < low) refuse(fmt::format("{} is a range that goes down", part));
    if (high - low >= kMost - seeds.size()) refuse(fmt::format("more than {} seeds", kMost));
    for (uint64_t seed = low; seed - low <= high - low; ++seed) {
      seeds.push_back(seed);
      if (seed == high) break;
    }
    if (comma != rest.npos) rest.remove_prefix(comma + 1);
  }
  return seeds;
}

void add_data_dir(CLI::App& command, std::string& data_dir) {
  command
      .add_option(
          "--data-dir", data_dir,
          "folder with data sets, searched before $GAN_DATA, ./data and /usr/share/datasets")
      ->type_name("DIR")
      ->check(some_text());
}

void add_pictures(CLI::App& command, PictureOptions& pictures) {
  const auto add = [&](const std::string& key, const char* type, const char* help, auto check) {
    const auto take = [&pictures, key](const std::string& value) {
      pictures.emplace_back(key, value);
    };
    command.add_option_function<std::string>("--" + key, take, help)
        ->type_name(type)
        ->check(
            CLI::Validator([check](std::string& text) { return complaint_of(check, text); }, ""))
        ->group("For folders and ZIP files of pictures");
  };
  add("resize", "WxH", "scale each picture to this width and height",
      [](const std::string& text) { parse_size(text); });
  add("crop", "none|centre", "centre: cut off the edges to keep the proportions [default: none]",
      one_of({"none", "centre"}));
  add("colour", "auto|rgb|grey|rgba",
      "channels of the examples [default: auto, grey if all pictures are grey, else rgb]",
      one_of({"auto", "rgb", "grey", "rgba"}));
  add("background", "COLOUR",
      "colour behind transparent pixels: white, black, grey or #rrggbb [default: white]",
      [](const std::string& text) { parse_background(text); });
  add("labels", "auto|off",
      "auto: labels from dataset.json, metadata.csv or the names of folders; off: no labels [default: auto]",
      one_of({"auto", "off"}));
}

void add_device(CLI::App& command, std::string& device, const std::string& help) {
  command.add_option("--device", device, help)
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            if (text == "auto" || text == "cpu" || text == "cuda") return "";
            return fmt::format("expected auto, cpu or cuda, got '{}'", text);
          },
          ""));
}

void add_force(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "replace existing output even if gan did not write it");
}

}  // namespace gan::cli
