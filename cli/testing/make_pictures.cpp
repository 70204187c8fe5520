/// Writes folders of pictures for cli/pictures_test.sh, each of a kind that breaks image tools:
///
///   make_pictures DIR

#include <fmt/core.h>

#include <exception>

#include "gan/io/picture_testing.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string png(int seed, int64_t width = 32, int64_t height = 32, int64_t channels = 3) {
  return encode_png(test_picture(seed, width, height, channels));
}

std::string number(int i) {
  return fmt::format("{:03}.png", i);
}

void fill(const Path& folder, int count = 24, int first = 1) {
  for (int i = first; i <= count; ++i) put_file(folder / number(i), png(i));
}

Image half_transparent(int seed, int64_t channels) {
  const Image opaque = test_picture(seed, 32, 32, channels - 1);
  Image out{32, 32, channels, {}};
  for (size_t i = 0; i < opaque.pixels.size(); ++i) {
    out.pixels.push_back(opaque.pixels[i]);
    if ((i + 1) % static_cast<size_t>(channels - 1) == 0) out.pixels.push_back(128);
  }
  return out;
}

void make_kinds_of_pixels() {
  fill("plain", 64);
  fill("grey-mixed");
  for (const int i : {1, 7, 13}) put_file(Path("grey-mixed") / number(i), png(i, 32, 32, 1));
  fill("alpha");
  for (const int i : {2, 8})
    put_file(Path("alpha") / number(i), PictureSaver::save(half_transparent(i, 4), ".png"));
  fill("grey-alpha");
  put_file("grey-alpha/003.png",
           PictureSaver::save(half_transparent(3, 2), ".png", VIPS_INTERPRETATION_B_W));
  fill("sixteen-bit");
  for (const int i : {1, 2})
    put_file(Path("sixteen-bit") / number(i), PictureSaver::save_16_bit(test_picture(i), ".png"));
  fill("one-bit");
  put_file("one-bit/001.png", PictureSaver::save(test_picture(1, 32, 32, 1), ".png[bitdepth=1]",
                                                 VIPS_INTERPRETATION_B_W));
  fill("palette");
  put_file("palette/001.png", PictureSaver::save(test_picture(1), ".png[palette,colours=16]"));
  fill("cmyk", 24, 2);
  put_file("cmyk/001.jpg",
           PictureSaver::save(test_picture(1, 32, 32, 4), ".jpg[strip]", VIPS_INTERPRETATION_CMYK));
}

void make_kinds_of_files() {
  fill("progressive", 24, 2);
  put_file("progressive/001.jpg", PictureSaver::save(test_picture(1), ".jpg[interlace,Q=90]"));
  for (const int o : {1, 3, 6, 8})
    put_file(fmt::format("turned/{}.jpg", o),
             turned(PictureSaver::save(test_picture(1, 48, 32), ".jpg"), static_cast<uint16_t>(o)));
  fill("extensions", 24, 6);
  put_file("extensions/001.JPG", PictureSaver::save(test_picture(1), ".jpg"));
  put_file("extensions/002.jpeg", PictureSaver::save(test_picture(2), ".jpg"));
  put_file("extensions/003.webp", PictureSaver::save(test_picture(3), ".webp"));
  put_file("extensions/004.BMP", PictureSaver::save(test_picture(4), ".bmp"));
  put_file("extensions/005.gif", PictureSaver::save(test_picture(5), ".gif"));
  fill("wrong-extension");
  put_file("wrong-extension/001.png", PictureSaver::save(test_picture(1), ".jpg"));
  fill("broken");
  put_file("broken/005.png", png(5).substr(0, 200));
  put_file("broken/006.png", "");
  put_file("broken/007.png", "not a picture\n");
  for (const int i : {1, 2, 3}) put_file(fmt::format("all-broken/{}.png", i), "no\n");
  fs::create_directory("empty");
}

void make_kinds_of_folders() {
  for (const auto& [w, h] :
       {std::pair{32, 32}, {48, 32}, {32, 48}, {100, 20}, {33, 47}, {256, 256}})
    put_file(fmt::format("sizes/{}x{}.png", w, h), png(5, w, h));
  for (int i = 1; i <= 24; ++i) put_file(fmt::format("wide/{}.png", i), png(i, 48, 20));
  fill("hidden");
  for (const char* name : {"._001.png", "__MACOSX/001.png"})
    put_file(Path("hidden") / name, png(1));
  for (const char* name : {".DS_Store", "Thumbs.db", "readme.txt"})
    put_file(Path("hidden") / name, "x\n");
  fill("中文", 24, 3);
  put_file("中文/图 一.png", png(1));
  put_file("中文/it's \"a\" café.png", png(2).substr(0, 100));
  for (int i = 1; i <= 3; ++i) put_file(fmt::format("few/{}.png", i), png(i));
  put_file("one/1.png", png(1));
  for (int i = 1; i <= 24; ++i) put_file(fmt::format("same/{}.png", i), png(1));
  for (int i = 1; i <= 24; ++i)
    put_file(fmt::format("flat/{}.png", i), encode_png(plain_picture(32, 32, {255, 0, 0})));
  for (int i = 1; i <= 65; ++i) put_file(fmt::format("odd65/{}.png", i), png(i, 16, 16));
  for (int i = 1; i <= 12; ++i) put_file(fmt::format("deep/a/b/c/{}.png", i), png(i));
  fs::create_directory_symlink("..", "deep/a/loop");
}

void make_labels() {
  for (int i = 1; i <= 20; ++i) {
    put_file(fmt::format("classes/cat/{}.png", i), png(i));
    put_file(fmt::format("classes/dog/{}.png", i), png(i + 50));
  }
  put_file("classes/rare/1.png", png(99));
  fs::create_directory("classes/nobody");
  fill("labelled", 8);
  put_file("labelled/dataset.json",
           R"({"labels": [["001.png", 0], ["002.png", 1], ["003.png", 1], ["004.png", 0],
["005.png", 2], ["006.png", 2], ["007.png", 1], ["008.png", 0]]})");
  fill("labelled-partly", 8);
  put_file("labelled-partly/dataset.json",
           R"({"labels": [["001.png", 1], ["002.png", 3], ["missing.png", 2],]})");
  fill("metadata", 6);
  put_file("metadata/metadata.csv",
           "file_name,label\n001.png,cat\n002.png,dog\n003.png,cat\n004.png,\"dog\"\n"
           "005.png,cat\n006.png,dog\n");
}

/// Of the folder, with its name before theirs where `prefix` says so.
NamedFiles files_in(const Path& folder, bool prefix) {
  NamedFiles out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const Path name = prefix ? entry.path() : entry.path().lexically_relative(folder);
    if (entry.is_directory())
      out.emplace_back(name.string() + "/", "");
    else
      out.emplace_back(name.string(), read_file(entry.path()));
  }
  return out;
}

void make_archives() {
  put_zip("plain.zip", files_in("plain", false));
  put_zip("classes.zip", files_in("classes", true));
  put_zip("broken.zip", files_in("broken", false));
  put_file("cut.zip", read_file("plain.zip").substr(0, 3000));
  put_zip("outside.zip", {{"a.png", png(1)}, {"../b.png", png(2)}});
  put_zip("claims.zip", {{"a.png", png(1)}, {"b.png", png(2)}});
  std::string claims = read_file("claims.zip");
  const size_t central = claims.rfind("PK\x01\x02");
  claims.replace(central + 24, 4, "\xf0\xff\xff\xff");  // 4 GiB of the second, says the directory
  write_file("claims.zip", claims);
  fill("bomb");
  put_file("bomb/005.png", empty_png(40000, 40000));
}

}  // namespace
}  // namespace gan

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} DIR\n", argv[0]);
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[1]);
    std::filesystem::current_path(argv[1]);
    gan::make_kinds_of_pixels();
    gan::make_kinds_of_files();
    gan::make_kinds_of_folders();
    gan::make_labels();
    gan::make_archives();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
