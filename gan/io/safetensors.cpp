#include "gan/io/safetensors.h"

#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

using nlohmann::json;

constexpr size_t kLengthSize = sizeof(uint64_t);
constexpr uint64_t kMaxHeader = 100'000'000;
constexpr std::string_view kMetadata = "__metadata__";
constexpr const char* kChecksumKey = "checksum";
constexpr size_t kLongestName = 4096, kMostNames = 20'000;  // far more than any model's
constexpr int64_t kDeepest = 4;                             // the header, an entry, its shape: 3

struct Type {
  std::string_view name;
  int64_t size;
};

constexpr Type kTypes[] = {{"BOOL", 1},    {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                           {"F8_E8M0", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},     {"BF16", 2},
                           {"U32", 4},     {"I32", 4}, {"F32", 4}, {"U64", 8},     {"I64", 8},
                           {"F64", 8},     {"C64", 8}};

/// Looks through a header before any of it is kept: names that are there twice or are too long, too
/// many of them, nesting. The library would let the last of equal names win.
class HeaderCheck : public nlohmann::json_sax<json> {
 public:
  const std::string& complaint() const {
    return complaint_;
  }  ///< "" where there is nothing to complain of

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override {
    names_.emplace_back();
    return nest();
  }
  bool key(string_t& name) override {
    std::unordered_set<std::string>& names = names_.back();
    if (name.size() > kLongestName)
      return refuse(
          fmt::format("holds a name of {} bytes, more than {}", name.size(), kLongestName));
    if (names.size() == kMostNames)
      return refuse(fmt::format("names more than {} things", kMostNames));
    if (!names.insert(name).second) return refuse(fmt::format("names {} twice", in_quotes(name)));
    return true;
  }
  bool end_object() override {
    names_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t) override { return nest(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t, const std::string&, const json::exception&) override { return false; }

 private:
  bool nest() {
    if (++depth_ > kDeepest) return refuse(fmt::format("nests more than {} deep", kDeepest));
    return true;
  }
  bool refuse(std::string what) {
    complaint_ = std::move(what);
    return false;
  }

  std::vector<std::unordered_set<std::string>> names_;  // of each object that is open
  int64_t depth_ = 0;
  std::string complaint_;
};

/// The header as JSON. The library would end at a zero byte.
json parse_header(std::string_view text, std::string_view who) {
  HeaderCheck check;
  json header;
  const bool begins_well = text.starts_with('{') && text.find('\0') == std::string_view::npos;
  if (begins_well && json::sax_parse(text, &check)) header = json::parse(text, nullptr, false);
  if (!check.complaint().empty())
    throw DataError("{}: the safetensors header {}", who, check.complaint());
  if (!header.is_object()) {
    throw DataError("{}: not a safetensors file: expected a JSON object as header, got {}", who,
                    in_quotes(text));
  }
  return header;
}

std::optional<std::vector<int64_t>> whole_numbers(const json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const json& item : list) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() > std::numeric_limits<int64_t>::max()) {
      return std::nullopt;
    }
    numbers.push_back(item.get<int64_t>());
  }
  return numbers;
}

struct Entry {
  std::string dtype;
  Shape shape;
  int64_t begin, end;
};

Entry read_entry(const json& entry, std::string_view name, int64_t data_size,
                 std::string_view who) {
  static const json kNothing;
  const auto field =
      [&](const char* key) -> const json& {  // no copy: one of deep nesting would recurse
    const auto found = entry.find(key);
    return found == entry.end() ? kNothing : *found;
  };
  const json& dtype = field("dtype");
  const auto shape = whole_numbers(field("shape")), range = whole_numbers(field("data_offsets"));
  if (!dtype.is_string() || !shape || !range || range->size() != 2) {
    throw DataError("{}: tensor {}: expected dtype, shape and data_offsets [begin, end]", who,
                    in_quotes(name));
  }
  const int64_t begin = range->front(), end = range->back();
  if (begin > end || end > data_size) {
    throw DataError(
        "{}: tensor {}: bytes {} to {} are not within the {} of the file; copy it again", who,
        in_quotes(name), begin, end, data_size);
  }
  const auto& type_name = dtype.get_ref<const std::string&>();
  const auto type = std::ranges::find(kTypes, type_name, &Type::name);
  if (type == std::end(kTypes)) {
    throw DataError("{}: tensor {}: unknown dtype {}", who, in_quotes(name), in_quotes(type_name));
  }
  if (byte_count(*shape, type->size) != end - begin) {
    throw DataError("{}: tensor {}: shape {} of {} does not fit {} bytes", who, in_quotes(name),
                    shape_text(*shape), type_name, end - begin);
  }
  return {type_name, *shape, begin, end};
}

std::map<std::string, std::string> read_metadata(const json& object, std::string_view who) {
  std::map<std::string, std::string> metadata;
  const bool texts = object.is_object() &&
                     std::ranges::all_of(object, [](auto& item) { return item.is_string(); });
  if (!texts) throw DataError("{}: expected safetensors metadata of texts by name", who);
  for (const auto& [key, value] : object.items()) metadata[key] = value.get<std::string>();
  return metadata;
}

/// A number is NaN or infinite where all bits of its exponent are set.
template <class Bits>
bool all_finite(std::string_view bytes, Bits exponent) {
  for (size_t at = 0; at + sizeof(Bits) <= bytes.size(); at += sizeof(Bits)) {
    if ((load_little<Bits>(bytes.substr(at)) & exponent) == exponent) return false;
  }
  return true;
}

}  // namespace

SafeTensors parse_safetensors(std::string_view bytes, std::string_view who) {
  refuse_empty(bytes, who);
  if (bytes.size() < kLengthSize) {
    throw DataError("{}: not a safetensors file: expected {} bytes or more, got {}", who,
                    kLengthSize, bytes.size());
  }
  const auto length = load_little<uint64_t>(bytes);
  if (length > kMaxHeader) {
    throw DataError("{}: not a safetensors file: expected a header up to {} bytes, got {}", who,
                    kMaxHeader, length);
  }
  bytes.remove_prefix(kLengthSize);
  if (length > bytes.size()) {
    throw DataError(
        "{}: expected a safetensors header of {} bytes, the file ends after {}; copy it again", who,
        length, bytes.size());
  }
  const json header = parse_header(bytes.substr(0, length), who);
  bytes.remove_prefix(length);

  SafeTensors content;
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      content.metadata = read_metadata(value, who);
      continue;
    }
    Entry entry = read_entry(value, name, static_cast<int64_t>(bytes.size()), who);
    const auto begin = static_cast<size_t>(entry.begin), end = static_cast<size_t>(entry.end);
    content.tensors[name] = {std::move(entry.dtype), std::move(entry.shape),
                             bytes.substr(begin, end - begin)};
    ranges.emplace_back(entry.begin, entry.end);
  }
  std::ranges::sort(ranges);
  int64_t reached = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != reached) {
      throw DataError("{}: overlap or hole between tensors at byte {} of the data", who, reached);
    }
    reached = end;
  }
  if (reached != static_cast<int64_t>(bytes.size())) {
    throw DataError("{}: the tensors end at byte {} of the data, the file at {}", who, reached,
                    bytes.size());
  }
  return content;
}

std::string format_safetensors(const SafeTensors& content) {
  json header = json::object();
  if (!content.metadata.empty()) header[kMetadata] = content.metadata;
  size_t at = 0;
  for (const auto& [name, tensor] : content.tensors) {
    if (name == kMetadata)
      throw DataError("format_safetensors: no tensor can have the name {}", name);
    const int64_t item = safetensors_item_size(tensor.dtype);
    if (byte_count(tensor.shape, item) != static_cast<int64_t>(tensor.bytes.size())) {
      throw DataError("format_safetensors: tensor {}: shape {} of {} does not fit {} bytes",
                      in_quotes(name), shape_text(tensor.shape), tensor.dtype, tensor.bytes.size());
    }
    const size_t end = at + tensor.bytes.size();
    header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw DataError("format_safetensors: expected names and metadata in UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string out;
  out.reserve(kLengthSize + text.size() + at);
  append_little<uint64_t>(out, text.size());
  out += text;
  for (const auto& [name, tensor] : content.tensors) out += tensor.bytes;
  return out;
}

std::string checksum(const SafeTensors& content) {
  uLong sum = crc32_z(0, nullptr, 0);
  const auto add = [&](std::string_view bytes) {
    const uint64_t size = bytes.size();
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(&size),
                  sizeof size);  // where one ends and the next begins
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  for (const auto& [key, value] : content.metadata)
    if (key != kChecksumKey) {
      add(key);
      add(value);
    }
  for (const auto& [name, tensor] : content.tensors) {
    add(name);
    add(tensor.dtype);
    add(fmt::format("{}", fmt::join(tensor.shape, ",")));
    add(tensor.bytes);
  }
  return fmt::format("{:08x}", sum);
}

void verify_checksum(const SafeTensors& content, std::string_view who) {
  const auto expected = content.metadata.find(kChecksumKey);
  if (expected == content.metadata.end()) {
    throw DataError("{}: has no '{}' in its header: it is damaged, or no checkpoint of gan", who,
                    kChecksumKey);
  }
  const std::string sum = checksum(content);
  if (expected->second != sum) {
    throw DataError("{}: is damaged: its checksum is {}, its header says {}; copy it again", who,
                    sum, in_quotes(expected->second));
  }
}

std::optional<std::string> first_not_finite(const SafeTensors& content, std::string_view but_for) {
  for (const auto& [name, tensor] : content.tensors) {
    if (!but_for.empty() && name.starts_with(but_for)) continue;
    if (tensor.dtype == "F32" && !all_finite<uint32_t>(tensor.bytes, 0x7f80'0000)) return name;
    if (tensor.dtype == "F64" && !all_finite<uint64_t>(tensor.bytes, 0x7ff0'0000'0000'0000))
      return name;
  }
  return {};
}

int64_t safetensors_item_size(std::string_view dtype) {
  const auto type = std::ranges::find(kTypes, dtype, &Type::name);
  if (type != std::end(kTypes)) return type->size;
  throw DataError("safetensors: unknown dtype {}: expected one of {}", in_quotes(dtype),
                  type_names(kTypes));
}

}  // namespace gan
