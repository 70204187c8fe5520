#include "gan/data/picture_labels.h"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/data/picture_decoder.h"
#include "gan/io/bytes.h"
#include "gan/io/text_table.h"

namespace gan {
namespace {

using Json = nlohmann::json;

std::string folder_of(const std::string& name) {
  const size_t slash = name.rfind('/');
  return slash == name.npos ? "" : name.substr(0, slash + 1);  // with its '/'
}

/// The table of that name nearest to the root, or nothing.
std::optional<PictureFile> table_named(const PictureListing& listing, std::string_view name) {
  std::optional<PictureFile> found;
  for (const PictureFile& table : listing.tables) {
    if (base_name(table.name) != name) continue;
    const auto depth = [](const PictureFile& file) { return std::ranges::count(file.name, '/'); };
    if (!found || depth(table) < depth(*found)) found = table;
  }
  return found;
}

/// What a table says of one picture.
struct Labelled {
  std::string name, label;
  std::string place;  ///< in the table, for errors: "line 3: "
};

/// Each label as its number among the sorted ones; numbers are sorted as such.
class Numbering {
 public:
  explicit Numbering(const std::vector<Labelled>& rows) {
    std::set<std::pair<int64_t, std::string>> sorted;
    for (const Labelled& row : rows) {
      const std::optional<int64_t> value = parse_number<int64_t>(row.label);
      all_numbers_ &= value.has_value();
      sorted.emplace(value.value_or(0), row.label);
    }
    std::set<std::string> by_text;
    for (const auto& [value, text] : sorted) by_text.insert(text);
    if (all_numbers_)
      for (const auto& [value, text] : sorted) names_.push_back(text);
    else
      names_.assign(by_text.begin(), by_text.end());
    for (size_t i = 0; i < names_.size(); ++i) numbers_[names_[i]] = static_cast<int32_t>(i);
  }

  int32_t of(const std::string& label) const { return numbers_.at(label); }
  const std::vector<std::string>& names() const { return names_; }

  /// Whether they are 0, 1, ... in place of numbers with gaps, or that begin elsewhere.
  bool is_mapped() const {
    const int64_t last = std::ssize(names_) - 1;
    return all_numbers_ && (parse_number<int64_t>(names_.front()) != 0 ||
                            parse_number<int64_t>(names_.back()) != last);
  }

 private:
  bool all_numbers_ = true;
  std::vector<std::string> names_;
  std::map<std::string, int32_t> numbers_;
};

PictureClasses classes_of(const PictureListing& listing, const PictureFile& table,
                          const std::vector<Labelled>& rows) {
  const std::string who = (listing.source / table.name).string(), folder = folder_of(table.name);
  std::unordered_map<std::string, size_t> files;
  for (size_t i = 0; i < listing.files.size(); ++i) files.emplace(listing.files[i].name, i);
  const Numbering numbering(rows);
  constexpr int32_t kNone = -1;
  PictureClasses out{.names = numbering.names()};
  out.labels.assign(listing.files.size(), kNone);
  for (const Labelled& row : rows) {
    const auto found = files.find(folder + row.name);
    if (found == files.end())
      throw DataError("{}: {}names {}, and there is no such picture", who, row.place,
                      in_quotes(row.name));
    int32_t& label = out.labels[found->second];
    if (label != kNone)
      throw DataError("{}: {}names {} twice", who, row.place, in_quotes(row.name));
    label = numbering.of(row.label);
  }
  const auto missing = std::ranges::find(out.labels, kNone);
  if (missing != out.labels.end())
    throw DataError(
        "{}: gives no label to {}{}; add labels, take such pictures away, or use --labels off", who,
        in_quotes(listing.files[static_cast<size_t>(missing - out.labels.begin())].name),
        std::ranges::count(out.labels, kNone) == 1
            ? ""
            : fmt::format(", nor to {} others", std::ranges::count(out.labels, kNone) - 1));
  if (numbering.is_mapped())
    out.notes.push_back(fmt::format("{}: its labels {} are mapped to 0, ..., {}, in this order",
                                    who, fmt::join(out.names, ", "), out.names.size() - 1));
  return out;
}

std::string text_of(const PictureListing& listing, const PictureFile& table) {
  try {
    return PictureReader(listing).read(table);
  } catch (const UnreadablePicture& error) {
    throw DataError("{}: {}", (listing.source / table.name).string(), error.why);
  }
}

/// @throws DataError, with line and column for what is no JSON
Json parse_json(const std::string& text, const std::string& who) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const size_t at = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const std::string_view before = std::string_view(text).substr(0, at);
    const size_t line_begin = before.rfind('\n') + 1;
    const size_t last = before.find_last_not_of(" \t\r\n");
    const bool after_comma = last != before.npos && before[last] == ',';
    throw DataError("{}: line {}, column {}: is no JSON{}", who,
                    1 + std::ranges::count(before, '\n'), at - line_begin + 1,
                    after_comma ? "; remove the comma before it" : "");
  } catch (const Json::out_of_range&) {
    throw DataError("{}: holds a number that is too large; labels are whole numbers", who);
  }
}

/// {"labels": [["a.png", 0], ...]}; nothing for {"labels": null}.
std::vector<Labelled> rows_of_json(const Json& json, const std::string& who) {
  std::vector<Labelled> rows;
  const auto refuse = [&](const std::string& what) {
    throw DataError(R"({}: {}; {{"labels": [["a.png", 0], ["b.png", 1]]}} was expected)", who,
                    what);
  };
  if (!json.is_object() || !json.contains("labels")) refuse("has no \"labels\"");
  if (json["labels"].is_null()) return rows;
  if (!json["labels"].is_array()) refuse("\"labels\" is no list");
  for (const Json& entry : json["labels"]) {
    const bool fits = entry.is_array() && entry.size() == 2 && entry[0].is_string() &&
                      entry[1].is_number_integer();
    if (!fits)
      refuse(fmt::format("entry {} of \"labels\" is no name and whole number", rows.size() + 1));
    rows.push_back({entry[0].get<std::string>(), std::to_string(entry[1].get<int64_t>()), ""});
  }
  return rows;
}

/// Of a table with the columns file_name and label; nothing where there is no such column.
std::vector<Labelled> rows_of_csv(const std::string& text, const std::string& who) {
  const TextTable table = parse_text_table(text, who);
  const auto name = table.column("file_name"), label = table.column("label");
  if (!name) throw DataError("{}: has no column file_name; file_name and label were expected", who);
  std::vector<Labelled> rows;
  if (!label) return rows;
  for (const TextTable::Row& row : table.rows)
    rows.push_back({row.cells[*name], row.cells[*label], fmt::format("line {}: ", row.line)});
  return rows;
}

/// What all names begin with, up to a '/'.
std::string common_folder(const std::vector<PictureFile>& files) {
  std::string common = files.empty() ? "" : folder_of(files.front().name);
  for (const PictureFile& file : files)
    while (!file.name.starts_with(common)) common = folder_of(common.substr(0, common.size() - 1));
  return common;
}

/// The part of a name after `before`, up to the next '/'; "" where there is none.
std::string next_part(const std::string& name, const std::string& before) {
  const size_t slash = name.find('/', before.size());
  return slash == name.npos ? "" : name.substr(before.size(), slash - before.size());
}

PictureClasses classes_of_folders(const PictureListing& listing) {
  const std::string before = common_folder(listing.files);
  std::map<std::string, int32_t> numbers;
  for (const PictureFile& file : listing.files) numbers.emplace(next_part(file.name, before), 0);
  PictureClasses out;
  if (numbers.size() < 2 || numbers.contains("")) return out;
  for (auto& [name, number] : numbers) {
    number = static_cast<int32_t>(out.names.size());
    out.names.push_back(name);
  }
  for (const PictureFile& file : listing.files)
    out.labels.push_back(numbers.at(next_part(file.name, before)));
  std::vector<std::string> empty;
  for (const std::string& folder : listing.folders) {
    if (!folder.starts_with(before)) continue;
    const std::string name = folder.substr(before.size());
    if (name.find('/') == name.npos && !name.empty() && !numbers.contains(name))
      empty.push_back(in_quotes(name));
  }
  if (!empty.empty())
    out.notes.push_back(fmt::format("{}: there are no pictures in {}, so {} no class",
                                    listing.source.string(), fmt::join(empty, ", "),
                                    empty.size() == 1 ? "this is" : "these are"));
  return out;
}

}  // namespace

PictureClasses find_classes(const PictureListing& listing) {
  if (const auto table = table_named(listing, "dataset.json")) {
    const std::string who = (listing.source / table->name).string();
    const std::vector<Labelled> rows = rows_of_json(parse_json(text_of(listing, *table), who), who);
    if (!rows.empty()) return classes_of(listing, *table, rows);
  }
  if (const auto table = table_named(listing, "metadata.csv")) {
    const std::string who = (listing.source / table->name).string();
    const std::vector<Labelled> rows = rows_of_csv(text_of(listing, *table), who);
    if (!rows.empty()) return classes_of(listing, *table, rows);
  }
  return classes_of_folders(listing);
}

}  // namespace gan
