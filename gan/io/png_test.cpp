#include "gan/io/png.h"

#include <zlib.h>

#include "gan/io/array.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

Image parse(std::string_view bytes) {
  return decode_png(bytes, kWho);
}

std::string big(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  const auto* bytes = reinterpret_cast<const Bytef*>(body.data());
  const auto crc = static_cast<uint32_t>(crc32(0, bytes, static_cast<uInt>(body.size())));
  return big(static_cast<uint32_t>(data.size())) + body + big(crc);
}

enum Colour { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgbAlpha = 6 };

struct Header {
  uint32_t width, height;
  int depth;
  Colour colour;
  int interlace = 0;
};

/// A PNG made by hand (W3C PNG, third edition); `rows`: a filter byte and the samples, row by row.
std::string png(const Header& header, const std::string& rows, const std::string& more = "") {
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  const auto* from = reinterpret_cast<const Bytef*>(rows.data());
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, from, rows.size());
  packed.resize(size);
  const std::string ihdr = big(header.width) + big(header.height) +
                           static_cast<char>(header.depth) + static_cast<char>(header.colour) +
                           "\0\0"s + static_cast<char>(header.interlace);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", ihdr) + more + chunk("IDAT", packed) +
         chunk("IEND", "");
}

void expect_image(const std::string& file, const Shape& shape, const std::vector<uint8_t>& pixels) {
  const Image image = parse(file);
  EXPECT_EQ((Shape{image.height, image.width, image.channels}), shape);
  EXPECT_EQ(image.pixels, pixels);
}

TEST(Png, KnowsTheFilesThatItMade) {
  const Image image{.height = 1, .width = 2, .channels = 1, .pixels = {1, 2}};
  const std::vector<Frame> frames{{image}, {image}};
  EXPECT_TRUE(is_png_of_gan(encode_png(image)));
  EXPECT_TRUE(is_png_of_gan(encode_animated_png(frames)));
  EXPECT_FALSE(is_png_of_gan(png({.width = 1, .height = 1, .depth = 8, .colour = kGrey}, "\0\1"s)));
  EXPECT_FALSE(is_png_of_gan(png({.width = 1, .height = 1, .depth = 8, .colour = kGrey}, "\0\1"s,
                                 chunk("tEXt", "Software\0gang"s))));
  EXPECT_FALSE(is_png_of_gan("tEXtSoftware\0gan"s));
  EXPECT_FALSE(is_png_of_gan(""));
}

TEST(Png, ReadsOnePixelByteForByte) {
  const std::string file =
      "\x89PNG\r\n\x1a\n"
      "\0\0\0\x0d"
      "IHDR"
      "\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"
      "\x3a\x7e\x9b\x55"
      "\0\0\0\x0a"
      "IDAT"
      "\x78\x9c\x63\x60\0\0\0\x02\0\x01"
      "\x48\xaf\xa4\x71"
      "\0\0\0\0"
      "IEND"
      "\xae\x42\x60\x82"s;
  expect_image(file, {1, 1, 1}, {0});
  expect_prefixes_fail(file, parse);
  expect_survives_damage(file, parse);
}

TEST(Png, RoundTrips) {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{2, 3, 1}, Shape{5, 4, 3}, Shape{64, 300, 3}}) {
    Image image{shape[0], shape[1], shape[2], {}};
    for (int64_t i = 0; i < product(shape); ++i)
      image.pixels.push_back(static_cast<uint8_t>(i * i * 7));
    expect_image(encode_png(image), shape, image.pixels);
    EXPECT_EQ(encode_png(image), encode_png(image));
  }
}

TEST(Png, NoPrefixParses) {
  expect_prefixes_fail(encode_png({2, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}), parse);
}

TEST(Png, ReducesToEightBitGreyOrRgb) {
  expect_image(png({4, 1, 1, kGrey}, "\0\xa0"s), {1, 4, 1}, {255, 0, 255, 0});
  expect_image(png({2, 1, 4, kGrey}, "\0\x1f"s), {1, 2, 1}, {17, 255});
  expect_image(png({2, 1, 16, kGrey}, "\0\xff\xff\x80\x80"s), {1, 2, 1}, {255, 128});
  expect_image(png({1, 1, 16, kRgb}, "\0\1\1\2\2\3\3"s), {1, 1, 3}, {1, 2, 3});
  expect_image(png({1, 1, 8, kGreyAlpha}, "\0\7\x10"s), {1, 1, 1}, {7});
  expect_image(png({1, 1, 8, kRgbAlpha}, "\0\1\2\3\0"s), {1, 1, 3}, {1, 2, 3});
  expect_image(png({1, 1, 16, kRgbAlpha}, "\0\1\1\2\2\3\3\4\4"s), {1, 1, 3}, {1, 2, 3});
}

TEST(Png, ReadsPaletteAndTransparency) {
  const std::string palette = chunk("PLTE", "\1\2\3\4\5\6"s);
  expect_image(png({2, 1, 1, kPalette}, "\0\x40"s, palette), {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string clear = palette + chunk("tRNS", "\x80"s);
  expect_image(png({2, 1, 1, kPalette}, "\0\x40"s, clear), {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  expect_image(png({2, 1, 8, kGrey}, "\0\5\6"s, chunk("tRNS", "\0\5"s)), {1, 2, 1}, {5, 6});
}

TEST(Png, ReadsInterlaced) {
  expect_image(png({2, 2, 8, kGrey, 1},
                   "\0\1"
                   "\0\2"
                   "\0\3\4"s),
               {2, 2, 1}, {1, 2, 3, 4});
}

TEST(Png, SaysWhatIsWrong) {
  const auto refuses = [](const std::string& bytes, std::string_view part) {
    expect_data_error([&] { parse(bytes); }, part);
  };
  refuses("", "not a PNG file");
  refuses("\xff\xd8\xff\xe0 JFIF", "not a PNG file");
  refuses("\x89PNG\r\n\x1a\n", "ends early");
  refuses(png({2, 1, 8, kGrey}, "\0\1"s), "Not enough image data");
  refuses(png({0, 1, 8, kGrey}, "\0"s), "Invalid IHDR data");
  refuses(png({1, 1, 7, kGrey}, "\0\1"s), "Invalid IHDR data");
  refuses(png({1, 1, 8, kPalette}, "\0\1"s), "unreadable PNG file");
  std::string damaged = png({1, 1, 8, kGrey}, "\0\1"s);
  damaged[8 + 25 + 10] ^= 1;
  refuses(damaged, "unreadable PNG file");
}

TEST(Png, EveryChunkIsHeldAgainstItsChecksum) {
  const std::string file = png({1, 1, 8, kGrey}, "\0\1"s);
  for (const size_t at :
       {size_t{8 + 8 + 13}, file.size() - 12 - 4, file.size() - 4}) {  // of IHDR, IDAT, IEND
    std::string damaged = file;
    damaged[at] ^= 1;
    expect_data_error([&] { parse(damaged); }, "unreadable PNG file");
  }
}

TEST(Png, HugeSizesAllocateNothing) {
  const auto refuses = [](const Header& header, std::string_view part) {
    expect_data_error([&] { parse(png(header, "\0\1"s)); }, part);
  };
  refuses({1000000, 1000000, 8, kGrey}, "more pixels than the file can hold");
  refuses({1000000, 1000000, 16, kRgbAlpha, 1}, "more pixels than the file can hold");
  refuses({1, 1000000, 8, kGrey}, "more pixels than the file can hold");
  refuses({0x7fffffff, 0x7fffffff, 8, kGrey}, "unreadable PNG file");
}

TEST(Png, BlackImagesAreNotTooSmallToBeTrue) {
  const Image black{1000, 1000, 3, std::vector<uint8_t>(3000000)};
  EXPECT_EQ(parse(encode_png(black)).pixels, black.pixels);
}

TEST(Png, RefusesToWriteALie) {
  const auto refuses = [](const Image& image, std::string_view part) {
    expect_data_error([&] { encode_png(image); }, part, "encode_png");
  };
  refuses({0, 1, 1, {}}, "got [0, 1, 1] and 0 bytes");
  refuses({1, 0, 1, {}}, "got [1, 0, 1]");
  refuses({-1, -1, 1, {1}}, "got [-1, -1, 1]");
  refuses({1, 1, 2, {1, 2}}, "got [1, 1, 2]");
  refuses({1, 1, 3, {1}}, "got [1, 1, 3] and 1 bytes");
  refuses({1, int64_t{1} << 32, 1, {1}}, "got [1, 4294967296, 1]");
  refuses({1, 1000001, 1, std::vector<uint8_t>(1000001)},
          "Invalid IHDR data for an image of [1, 1000001, 1]");
}

struct Chunk {
  std::string name, data;
};

/// Every chunk of a file, each held against its checksum.
std::vector<Chunk> chunks_of(const std::string& file) {
  std::vector<Chunk> out;
  const auto number = [&](size_t from) {
    uint32_t value = 0;
    for (size_t i = from; i < from + 4; ++i) value = value << 8 | static_cast<uint8_t>(file[i]);
    return value;
  };
  for (size_t at = 8; at < file.size();) {
    const size_t size = number(at);
    out.push_back({file.substr(at + 4, 4), file.substr(at + 8, size)});
    EXPECT_EQ(file.substr(at, size + 12), chunk(out.back().name, out.back().data));
    at += size + 12;
  }
  return out;
}

Image painted(uint8_t paper,
              std::initializer_list<std::pair<int, int>> dots) {  // [5, 7, 3], dots (row, column)
  Image image{5, 7, 3, std::vector<uint8_t>(5 * 7 * 3, paper)};
  for (const auto& [row, column] : dots) image.pixels[(row * 7 + column) * 3 + 1] = 200;
  return image;
}

TEST(AnimatedPng, DecodesToItsFrames) {
  const std::vector<Frame> frames = {{painted(9, {}), 50},
                                     {painted(9, {{1, 2}, {3, 5}}), 1500},
                                     {painted(9, {{1, 2}, {3, 5}}), 20},
                                     {painted(1, {}), 40}};
  const std::string file = encode_animated_png(frames, 3);
  EXPECT_EQ(parse(file).pixels, frames[0].image.pixels);  // for whoever knows no animation

  Image shown{5, 7, 3, std::vector<uint8_t>(5 * 7 * 3)};
  std::vector<std::string> areas;
  std::string ihdr, control, packed;
  uint32_t sequence = 0;
  size_t at = 0;
  const auto show = [&] {
    if (control.empty()) return;
    EXPECT_EQ(control.substr(20),
              big(uint32_t{frames[at].milliseconds} << 16 | 1000).append(2, '\0'))
        << at;
    const Image part =
        parse("\x89PNG\r\n\x1a\n" + chunk("IHDR", control.substr(4, 8) + ihdr.substr(8)) +
              chunk("IDAT", packed) + chunk("IEND", ""));
    const auto left = static_cast<uint8_t>(control[15]), top = static_cast<uint8_t>(control[19]);
    for (int64_t row = 0; row < part.height; ++row)
      std::copy_n(&part.pixels[row * part.width * 3], part.width * 3,
                  &shown.pixels[((top + row) * 7 + left) * 3]);
    areas.push_back(fmt::format("{}x{} at {},{}", part.width, part.height, left, top));
    EXPECT_EQ(shown.pixels, frames[at++].image.pixels) << at;
    packed.clear();
  };
  for (const auto& [name, data] : chunks_of(file)) {
    if (name == "IHDR") ihdr = data;
    if (name == "acTL") {
      EXPECT_EQ(data, big(4) + big(3));
    }
    if (name == "fcTL" || name == "fdAT") {
      EXPECT_EQ(data.substr(0, 4), big(sequence++));
    }
    if (name == "fcTL") {
      show();
      control = data;
    }
    if (name == "IDAT") packed += data;
    if (name == "fdAT") packed += data.substr(4);
  }
  show();
  EXPECT_EQ(areas,
            (std::vector<std::string>{"7x5 at 0,0", "4x3 at 2,1", "1x1 at 0,0", "7x5 at 0,0"}));
}

TEST(AnimatedPng, SaysWhatIsWrong) {
  const auto refuses = [](const std::vector<Frame>& frames, std::string_view part) {
    expect_data_error([&] { encode_animated_png(frames); }, part, "encode_animated_png");
  };
  const Frame grey{{2, 1, 1, {1, 2}}};
  refuses({}, "no frames");
  refuses({grey, {{1, 2, 1, {1, 2}}}}, "frame 1 is [1, 2, 1] with 2 bytes, the first is [2, 1, 1]");
  refuses({grey, {{2, 1, 1, {1}}}}, "with 1 bytes");
}

}  // namespace
}  // namespace gan
