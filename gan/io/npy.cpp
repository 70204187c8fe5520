#include "gan/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;
constexpr size_t kMaxRank = 64;  // NumPy's own

struct Type {
  std::string_view name;
  int64_t size;
  void (*read)(std::string_view bytes, std::vector<float>& values);
};

template <class T>
constexpr Type type(std::string_view name) {
  return {name, sizeof(T), [](std::string_view bytes, std::vector<float>& values) {
            for (size_t i = 0; i < values.size(); ++i) {
              values[i] = static_cast<float>(load_little<T>(bytes.substr(i * sizeof(T))));
            }
          }};
}

constexpr Type kTypes[] = {type<uint8_t>("|u1"),  type<int8_t>("|i1"),   type<uint16_t>("<u2"),
                           type<int16_t>("<i2"),  type<uint32_t>("<u4"), type<int32_t>("<i4"),
                           type<uint64_t>("<u8"), type<int64_t>("<i8"),  type<float>("<f4"),
                           type<double>("<f8")};

/// What a type is that cannot be read, for those who do not know NumPy's letters.
std::string_view in_words(std::string_view descr) {
  if (descr.starts_with('>')) return " (big-endian)";
  switch (descr.size() > 1 ? descr[1] : '\0') {
    case 'U': case 'S': return " (text)";
    case 'O': return " (Python objects)";
    case 'c': return " (complex numbers)";
    case 'M': case 'm': return " (dates)";
    default: return "";
  }
}

struct Header {
  std::string_view descr;
  bool fortran_order = false;
  Shape shape;
};

/// The part of Python's literals that NumPy writes, taken from the front of `rest`.
struct Literal {
  std::string_view rest;

  bool take(std::string_view token) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
    if (!rest.starts_with(token)) return false;
    rest.remove_prefix(token.size());
    return true;
  }

  bool text(std::string_view& value) {
    const char quote = take("'") ? '\'' : take("\"") ? '"' : '\0';
    const size_t end = quote ? rest.find(quote) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    value = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return true;
  }

  bool flag(bool& value) {
    value = take("True");
    return value || take("False");
  }

  bool size(int64_t& value) {
    take("");
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || value < 0) return false;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    take("L");  // Python 2's long
    return true;
  }

  /// Items between `open` and `close`, a comma after each; the last one may go without.
  template <class Item>
  bool list(std::string_view open, std::string_view close, Item item) {
    if (!take(open)) return false;
    while (!take(close)) {
      if (!item()) return false;
      if (!take(",")) return take(close);
    }
    return true;
  }
};

bool read_header(std::string_view text, Header& header) {
  Literal in{text};
  bool descr = false, order = false, shape = false;
  const auto size = [&] { return in.size(header.shape.emplace_back()); };
  const auto entry = [&] {
    std::string_view key;
    if (!in.text(key) || !in.take(":")) return false;
    if (key == "descr") return !std::exchange(descr, true) && in.text(header.descr);
    if (key == "fortran_order") return !std::exchange(order, true) && in.flag(header.fortran_order);
    if (key == "shape") return !std::exchange(shape, true) && in.list("(", ")", size);
    return false;
  };
  return in.list("{", "}", entry) && (in.take(""), in.rest.empty()) && descr && order && shape;
}

/// Splits off magic, version and header text; `bytes` keeps the data.
std::string_view take_header_text(std::string_view& bytes, std::string_view who) {
  refuse_empty(bytes, who);
  if (bytes.starts_with("PK")) {
    throw DataError("{}: is a zip archive, as .npz are; save one of its arrays: numpy.save('x.npy', numpy.load('x.npz')['name'])", who);
  }
  if (!bytes.starts_with(kMagic)) {
    throw DataError("{}: not an NPY file: expected it to begin with {}, got {}", who, in_quotes(kMagic),
                    in_quotes(bytes.substr(0, kMagic.size())));
  }
  bytes.remove_prefix(kMagic.size());
  const int version = bytes.empty() ? 1 : static_cast<unsigned char>(bytes[0]);
  if (version < 1 || version > 3) throw DataError("{}: expected NPY version 1, 2 or 3, got {}", who, version);
  const size_t fixed = version == 1 ? 4 : 6;
  const size_t length = bytes.size() < fixed ? 0
                        : version == 1       ? load_little<uint16_t>(bytes.substr(2))
                                             : load_little<uint32_t>(bytes.substr(2));
  if (bytes.size() < fixed + length) throw DataError("{}: the file ends in the NPY header; copy it again", who);
  const std::string_view text = bytes.substr(fixed, length);
  bytes.remove_prefix(fixed + length);
  return text;
}

}  // namespace

Array parse_npy(std::string_view bytes, std::string_view who) {
  const std::string_view text = take_header_text(bytes, who);
  Header header;
  if (!read_header(text, header)) {
    throw DataError("{}: expected a plain array's NPY header (descr, fortran_order, shape), got {}; save numbers of one type", who,
                    in_quotes(text.substr(0, text.find_last_not_of(" \n") + 1), 120));
  }
  const auto type = std::ranges::find(kTypes, header.descr, &Type::name);
  if (type == std::end(kTypes)) {
    throw DataError("{}: expected type {}, got {}{}; save array.astype('<f4')", who,
                    type_names(kTypes), in_quotes(header.descr), in_words(header.descr));
  }
  if (header.fortran_order) {
    throw DataError("{}: expected C order, got Fortran order; save numpy.ascontiguousarray(array)", who);
  }
  if (header.shape.empty() || header.shape.size() > kMaxRank) {
    throw DataError("{}: expected 1 to {} dimensions, got {}", who, kMaxRank, header.shape.size());
  }
  const auto expected = byte_count(header.shape, type->size);
  if (!expected || (*expected == 0 && !byte_count(header.shape, sizeof(float)))) {
    throw DataError("{}: no file can hold the NPY shape {}; copy it again", who, shape_text(header.shape));
  }
  if (*expected != static_cast<int64_t>(bytes.size())) {
    throw DataError("{}: shape {} of {} needs {} bytes after the NPY header, the file has {}; copy it again",
                    who, shape_text(header.shape), header.descr, *expected, bytes.size());
  }
  Array array{std::move(header.shape), std::vector<float>(bytes.size() / static_cast<size_t>(type->size))};
  type->read(bytes, array.values);
  return array;
}

std::string npy_header(const Shape& shape) {
  if (shape.empty() || shape.size() > kMaxRank) {
    throw DataError("format_npy: expected 1 to {} dimensions, got {}", kMaxRank, shape.size());
  }
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{}), }}",
                                 fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const size_t fixed = kMagic.size() + 4;  // magic, two bytes of version, two of length
  text.append(kAlignment - 1 - (fixed + text.size()) % kAlignment, ' ').append("\n");
  std::string out(kMagic);
  out += {'\x01', '\0'};
  append_little(out, static_cast<uint16_t>(text.size()));
  return out += text;
}

std::string format_npy(const Shape& shape, std::span<const float> values) {
  const std::string header = npy_header(shape);
  if (byte_count(shape, sizeof(float)) != static_cast<int64_t>(values.size_bytes())) {
    throw DataError("format_npy: shape {} does not fit {} numbers", shape_text(shape), values.size());
  }
  std::string out;
  out.reserve(header.size() + values.size_bytes());
  out.append(header);
  return out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace gan
