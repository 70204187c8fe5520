#include "fuzz/picture_targets.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "fuzz/claims.h"
#include "gan/core/scratch_testing.h"
#include "gan/data/picture_decoder.h"
#include "gan/data/picture_labels.h"
#include "gan/data/picture_listing.h"

namespace gan::fuzz {
namespace {

/// A file of these bytes, for readers that take no less. It is a new one, since some file systems
/// write what replaces a file to the disk at once.
Path put(const char* name, std::string_view bytes) {
  static const ScratchFolder folder;
  const Path file = folder.path() / name;
  std::filesystem::remove(file);
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("the fuzzer cannot write to " + file.string());
  return file;
}

/// What `read` returns, or nothing when it complains of an unreadable picture.
template <class Read>
auto attempt_picture(Read read, std::string_view who = kWho) -> decltype(attempt(read, who)) {
  try {
    return attempt(read, who);
  } catch (const UnreadablePicture& error) {
    check_message(error.why);
    require(!error.why.empty(), "an unreadable picture has a reason");
    return {};
  }
}

/// Large pictures take long, and say nothing new.
PictureDecoder decoder_of(const PictureSettings& settings) {
  constexpr int64_t kMostPixels = 128 * 128;
  return PictureDecoder(settings, kMostPixels);
}

std::optional<DecodedPicture> decoded(const PictureDecoder& decoder, std::string_view bytes) {
  std::string own(bytes);
  const auto picture = attempt_picture([&] { return decoder.decode(own, kWho); });
  require(own == bytes, "bytes are only read");
  if (!picture) return {};
  const auto [width, height] = picture->size;
  require(width > 0 && height > 0, "there are pixels");
  require(std::ssize(picture->pixels) == width * height * picture->channels, "pixels are whole");
  return picture;
}

bool is_grey(const DecodedPicture& picture) {
  const auto step = static_cast<size_t>(picture.channels);
  for (size_t i = 0; i < picture.pixels.size(); i += step)
    if (picture.pixels[i] != picture.pixels[i + 1] || picture.pixels[i] != picture.pixels[i + 2])
      return false;
  return true;
}

void check_classes(const PictureListing& listing, std::string_view who) {
  const auto classes = attempt([&] { return find_classes(listing); }, who);
  if (!classes) return;
  const auto& [names, labels, notes] = *classes;
  require(labels.empty() || labels.size() == listing.files.size(),
          "each picture has a label, or none has");
  const std::set<int32_t> used(labels.begin(), labels.end());
  require(used.size() == names.size(), "each class has a picture");
  require(used.empty() || (*used.begin() == 0 && *used.rbegin() + 1 == std::ssize(names)),
          "each label is a class");
  require(std::set(names.begin(), names.end()).size() == names.size(), "classes differ");
  for (const std::string& note : notes) check_message(note);
}

bool stays_inside(const std::string& name) {
  return !name.starts_with('/') && ('/' + name + '/').find("/../") == name.npos;
}

}  // namespace

void picture(std::string_view bytes) {
  static const PictureDecoder plain = decoder_of({}),
                              scaled = decoder_of({.resize = "8x6",
                                                   .crop = PictureCrop::centre,
                                                   .colour = Colour::rgba});
  if (const auto picture = decoded(plain, bytes)) {
    require(picture->size == picture->stored, "nothing is cropped or scaled");
    require(picture->channels == 3 && picture->grey == is_grey(*picture), "grey is what looks it");
  }
  if (const auto picture = decoded(scaled, bytes))
    require(picture->size == PictureSize{8, 6} && picture->channels == 4,
            "size and channels are what was asked for");
}

void zip(std::string_view bytes) {
  const Path file = put("some.zip", bytes);
  const auto listing = attempt([&] { return list_pictures(file); }, file.string());
  if (!listing) return;
  require(std::ranges::is_sorted(listing->files, {}, &PictureFile::name), "names are sorted");
  check_classes(*listing, file.string());
  const PictureReader reader(*listing);
  constexpr size_t kMostRead = 3;  // a small archive may hold many entries that are large unpacked
  for (size_t i = 0; i < listing->files.size(); ++i) {
    const PictureFile& entry = listing->files[i];
    require(stays_inside(entry.name), "a name leads to a place in the archive's folder");
    require(entry.size >= 0 && entry.size <= PictureReader::kMostBytes, "sizes have a limit");
    if (i >= kMostRead) continue;
    const auto unpacked = attempt_picture([&] { return reader.read(entry); }, file.string());
    require(!unpacked || std::ssize(*unpacked) == entry.size, "an entry is as long as it claims");
  }
}

void labels(std::string_view bytes) {
  for (const char* name : {"dataset.json", "metadata.csv"}) {
    const Path file = put(name, bytes);
    const PictureListing listing{.source = file.parent_path(),
                                 .files = {{"a.png"}, {"b.png"}, {"c/d.png"}},
                                 .tables = {{name, std::ssize(bytes)}}};
    check_classes(listing, file.string());
  }
}

}  // namespace gan::fuzz
