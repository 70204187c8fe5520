#include "fuzz/picture_seeds.h"

#include "gan/core/scratch_testing.h"
#include "gan/io/picture_testing.h"

namespace gan::fuzz {
namespace {

using namespace std::string_literals;

std::string zip_of(const NamedFiles& entries) {
  const ScratchFolder folder;
  const Path file = folder.path() / "some.zip";
  put_zip(file, entries);
  return read_file(file);
}

/// Of the first entry, as the directory at the archive's end has it.
std::string with_claimed_size(std::string zip, uint32_t size) {
  constexpr size_t kSizeAt = 24;  // APPNOTE.TXT 6.3.10, section 4.3.12
  std::string bytes;
  append_little(bytes, size);
  return zip.replace(zip.find("PK\1\2") + kSizeAt, bytes.size(), bytes);
}

std::string png() {
  return encode_png(test_picture(1, 8, 8));
}

}  // namespace

void valid_pictures(Seeds seeds) {
  const Image image = test_picture(1, 8, 6), grey = test_picture(2, 5, 5, 2),
              inks = test_picture(3, 4, 4, 4);
  const std::string jpeg = PictureSaver::save(image, ".jpg[Q=80,strip]");
  seeds.add("png", png());
  seeds.add("png-palette", PictureSaver::save(image, ".png[palette]"));
  seeds.add("png-16-bit", PictureSaver::save_16_bit(image, ".png"));
  seeds.add("png-grey-alpha", PictureSaver::save(grey, ".png", VIPS_INTERPRETATION_B_W));
  seeds.add("jpeg", jpeg);
  seeds.add("jpeg-turned", turned(jpeg, 6));
  seeds.add("jpeg-progressive", PictureSaver::save(image, ".jpg[Q=80,strip,interlace]"));
  seeds.add("jpeg-inks", PictureSaver::save(inks, ".jpg[Q=80,strip]", VIPS_INTERPRETATION_CMYK));
  seeds.add("webp", PictureSaver::save(image, ".webp"));
  seeds.add("webp-lossless", PictureSaver::save(image, ".webp[lossless]"));
  seeds.add("gif", PictureSaver::save(image, ".gif"));
  seeds.add("bmp", PictureSaver::save(image, ".bmp"));
}

void valid_zip(Seeds seeds) {
  seeds.add("pictures", zip_of({{"a.png", png()}, {"b.png", png()}}));
  seeds.add("folders", zip_of({{"x/", ""}, {"x/a.png", "a"}, {"y/b.png", "b"}, {"z/", ""}}));
  seeds.add("dataset-json",
            zip_of({{"a.png", "a"}, {"dataset.json", R"({"labels": [["a.png", 3]]})"}}));
  seeds.add("metadata-csv",
            zip_of({{"x/a.png", "a"}, {"x/metadata.csv", "file_name,label\na.png,cat\n"}}));
  seeds.add("passed-over",
            zip_of({{"__MACOSX/._a.png", "a"}, {".b.png", "b"}, {"notes.txt", "c"}, {"d", png()}}));
  seeds.add("backslashes", zip_of({{"x\\a.png", "a"}, {"中.png", "b"}}));
  seeds.add("packed", zip_of({{"a.png", std::string(500, 'a')}}));
  seeds.add("empty", "PK\5\6"s + std::string(18, '\0'));
}

void valid_labels(Seeds seeds) {
  seeds.add("json", R"({"labels": [["a.png", 0], ["b.png", 1], ["c/d.png", 0]]})");
  seeds.add("json-gaps", R"({"labels": [["a.png", -7], ["b.png", 10], ["c/d.png", 3]]})");
  seeds.add("json-null", R"({"labels": null})");
  seeds.add("csv", "file_name,label\na.png,cat\nb.png,dog\nc/d.png,cat\n");
  seeds.add("csv-numbers", "label;file_name\r\n5;a.png\r\n05;b.png\r\n-1;c/d.png\r\n");
  seeds.add("csv-quoted", "\"file_name\",\"label\"\na.png,\"a \"\"b\"\"\nc\"\nb.png,\nc/d.png,x\n");
  seeds.add("csv-no-labels", "file_name\na.png\n");
}

void hostile_pictures(Seeds seeds) {
  seeds.add("png-claims-a-gibibyte", empty_png(20'000, 20'000));
  seeds.add("png-claims-all", empty_png(0x7fffffff, 0x7fffffff));
  seeds.add("png-claims-nothing", empty_png(0, 0));
  seeds.add("png-without-pixels", empty_png(100, 100));
  seeds.add("gif-claims-all", "GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\0;"s);
  seeds.add("bmp-claims-a-gibibyte", "BM\x7a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s +
                                         "\x20\x4e\0\0\x20\x4e\0\0\1\0\x18\0"s +
                                         std::string(92, '\0'));
  seeds.add("bmp-begin", "BM"s + std::string(10, '\xff'));
  seeds.add("jpeg-claims-all", "\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0\xff\xd9"s);
  seeds.add("jpeg-begin", "\xff\xd8\xff");
  seeds.add("webp-begin", "RIFF\xff\xff\xff\xffWEBPVP8L"s);
}

void hostile_zip(Seeds seeds) {
  const std::string one = zip_of({{"a.png", "abc"}});
  seeds.add("claims-255-mib", with_claimed_size(one, 255U << 20));
  seeds.add("claims-4-gib", with_claimed_size(one, 0xfffffffe));
  seeds.add("zeros", zip_of({{"a.png", std::string(1 << 22, '\0')}}));
  seeds.add("leads-out", zip_of({{"x/../../a.png", "a"}}));
  seeds.add("from-the-root", zip_of({{"/a.png", "a"}}));
  seeds.add("line-in-a-name", with_claimed_size(zip_of({{"a\nb.png", "a"}}), 0x7fffffff));
  seeds.add("deep", zip_of({{std::string(30'000, '/') + "a.png", "a"}}));
  seeds.add("deep-folders", zip_of({{"a" + std::string(2000, '/') + "a.png", "a"}}));
  seeds.add("many-entries-claimed", "PK\5\6\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0"s);
}

void hostile_labels(Seeds seeds) {
  seeds.add("deep", "{\"labels\": " + std::string(100'000, '['));
  seeds.add("deep-closed", std::string(50'000, '[') + std::string(50'000, ']'));
  seeds.add("too-large-a-number", R"({"labels": [["a.png", 1e999]]})");
  seeds.add("largest-numbers",
            R"({"labels": [["a.png", 18446744073709551615], ["b.png", 9223372036854775807],
                           ["c/d.png", -9223372036854775808]]})");
  seeds.add("line-in-a-name", R"({"labels": [["a\nb", 0]]})");
  seeds.add("not-utf8", "file_name,label\n\xff,0\n");
  seeds.add("not-utf8-json", "{\"labels\": [[\"\xff\", 0]]}");
  seeds.add("commas", std::string(4000, ','));
  seeds.add("twice", "file_name,label,label\na.png,0,1\na.png,1,0\n");
}

}  // namespace gan::fuzz
