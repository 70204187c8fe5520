#include "gan/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/numbers.h"

namespace gan {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;
constexpr size_t kMaxRank = 64;  // NumPy's own

struct NpyType {
  std::string_view name;  ///< kind and size, without the order of bytes
  NumberType type;
};

constexpr NpyType kTypes[] = {
    {"b1", NumberType::u8},  {"u1", NumberType::u8},  {"i1", NumberType::i8},
    {"u2", NumberType::u16}, {"i2", NumberType::i16}, {"u4", NumberType::u32},
    {"i4", NumberType::i32}, {"u8", NumberType::u64}, {"i8", NumberType::i64},
    {"f2", NumberType::f16}, {"f4", NumberType::f32}, {"f8", NumberType::f64}};

/// What a type is that cannot be read, for those who do not know NumPy's letters.
std::string_view in_words(std::string_view descr) {
  switch (descr.size() > 1 ? descr[1] : '\0') {
    case 'U':
    case 'S':
      return " (text)";
    case 'O':
      return " (Python objects)";
    case 'c':
      return " (complex numbers)";
    case 'f':
      return " (long double)";
    case 'M':
    case 'm':
      return " (dates)";
    default:
      return "";
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
    size_t end = std::string_view::npos;
    if (take("'"))
      end = rest.find('\'');
    else if (take("\""))
      end = rest.find('"');
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
  if (!in.list("{", "}", entry)) return false;
  in.take("");
  return in.rest.empty() && descr && order && shape;
}

/// What stands between magic and data.
std::string take_header_text(ByteReader& in) {
  const std::string& who = in.who();
  const std::string start = in.take(kMagic.size());
  refuse_empty(start, who);
  if (start.starts_with("PK")) {
    throw DataError(
        "{}: is a zip archive, as .npz are; save one of its arrays: "
        "numpy.save('x.npy', numpy.load('x.npz')['name'])",
        who);
  }
  if (start != kMagic) {
    throw DataError("{}: not an NPY file: expected it to begin with {}, got {}", who,
                    in_quotes(kMagic), in_quotes(start));
  }
  const std::string versions = in.take(2);
  const int version = versions.empty() ? 1 : static_cast<unsigned char>(versions[0]);
  if (version < 1 || version > 3)
    throw DataError("{}: expected NPY version 1, 2 or 3, got {}", who, version);
  const size_t width = version == 1 ? sizeof(uint16_t) : sizeof(uint32_t);
  std::string size = in.take(width);
  const bool whole = size.size() == width;
  size.resize(sizeof(uint32_t));  // little-endian
  const size_t length = load_little<uint32_t>(size);
  std::string text = in.take(whole ? length : 0);
  if (!whole || text.size() < length)
    throw DataError("{}: the file ends in the NPY header; copy it again", who);
  return text;
}

/// Numbers of [d, c, b, a] that lie as [a, b, c, d] into C order.
template <class T>
std::vector<T> in_c_order(const std::vector<T>& from, const Shape& shape) {
  std::array<int64_t, kMaxRank> index{}, step{};
  int64_t apart = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    step[d] = apart;
    apart *= shape[d];
  }
  std::vector<T> to;
  to.reserve(from.size());
  int64_t source = 0;
  while (to.size() < from.size()) {
    to.push_back(from[static_cast<size_t>(source)]);
    for (size_t d = shape.size(); d-- > 0;) {
      source += step[d];
      if (++index[d] < shape[d]) break;
      source -= step[d] * shape[d];
      index[d] = 0;
    }
  }
  return to;
}

}  // namespace

NumberArray read_npy(ByteReader& in) {
  const std::string& who = in.who();
  const std::string text = take_header_text(in);
  Header header;
  if (!read_header(text, header)) {
    throw DataError(
        "{}: expected a plain array's NPY header (descr, fortran_order, shape), got {}; "
        "save numbers of one type",
        who, in_quotes(text.substr(0, text.find_last_not_of(" \n") + 1), 120));
  }
  const std::string_view descr = header.descr;
  const bool ordered =
      !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
  const auto type = std::ranges::find(kTypes, descr.substr(ordered ? 1 : 0), &NpyType::name);
  if (type == std::end(kTypes)) {
    throw DataError("{}: expected a type of {}, got {}{}; save array.astype('<f4')", who,
                    type_names(kTypes), in_quotes(descr), in_words(descr));
  }
  if (header.shape.empty() || header.shape.size() > kMaxRank) {
    throw DataError("{}: expected 1 to {} dimensions, got {}", who, kMaxRank, header.shape.size());
  }
  NumberArray array = read_numbers(in, std::move(header.shape), type->type, descr[0] == '>', "NPY");
  if (!header.fortran_order || array.shape.size() == 1) return array;
  const auto turned = [&](const auto& values) -> Numbers {
    return in_c_order(values, array.shape);
  };
  array.values = std::visit(turned, array.values);
  array.first_rounded = array.first_rounded < 0 ? -1 : 0;  // which one it was is not needed
  return array;
}

Array parse_npy(std::string_view bytes, std::string_view who) {
  ByteReader in(bytes, who);
  const NumberArray array = read_npy(in);
  return {array.shape, as_floats(array.values)};
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
    throw DataError("format_npy: shape {} does not fit {} numbers", shape_text(shape),
                    values.size());
  }
  std::string out;
  out.reserve(header.size() + values.size_bytes());
  out.append(header);
  return out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace gan
