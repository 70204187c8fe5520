#include "gan/data/picture_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>

#include "gan/core/error.h"
#include "gan/core/memory.h"
#include "gan/core/paths.h"
#include "gan/data/picture_decoder.h"
#include "gan/data/picture_pixels.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr std::array<std::string_view, 8> kExtensions{".png",  ".jpg",  ".jpeg", ".jpe",
                                                      ".jfif", ".webp", ".gif",  ".bmp"};
constexpr std::array<std::string_view, 2> kTables{"dataset.json", "metadata.csv"};

bool has_picture_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == name.npos) return false;
  const std::string extension = lower_case(name.substr(dot));
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

bool is_table(const std::string& name) {
  return std::ranges::find(kTables, base_name(name)) != kTables.end();
}

/// What is left by operating systems and archivers, and what is hidden.
bool is_passed_over(std::string_view part) {
  if (part.starts_with('.')) return true;
  if (part.size() > 11) return false;  // longer than any of these
  const std::string name = lower_case(part);
  return name == "__macosx" || name == "thumbs.db" || name == "desktop.ini" || name == "@eadir";
}

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Whether a file begins as a picture does.
bool begins_as_picture(const Path& file) {
  std::array<char, kKindBytes> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  return !picture_kind({bytes.data(), static_cast<size_t>(in.gcount())}).empty();
}

class FolderWalk {
 public:
  explicit FolderWalk(PictureListing& listing) : listing_(listing) {}

  void walk(const Path& folder, const std::string& prefix) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0 || !seen_.emplace(info.st_dev, info.st_ino).second)
      return;
    for (const std::string& name : names_in(folder))
      if (!is_passed_over(name)) visit(folder / name, prefix + name);
  }

 private:
  void visit(const Path& path, const std::string& name) {
    struct stat info {};
    const bool known = ::stat(path.c_str(), &info) == 0;
    if (known && S_ISDIR(info.st_mode)) {
      listing_.folders.push_back(name);
      return walk(path, name + '/');
    }
    if (known && !S_ISREG(info.st_mode)) return;  // a pipe would have to be waited for
    if (!known) info.st_size = -1;
    const PictureFile file{name, info.st_size, nanoseconds(info.st_mtim), -1};
    if (is_table(name))
      listing_.tables.push_back(file);
    else if (has_picture_name(name) || (known && begins_as_picture(path)))
      listing_.files.push_back(file);
  }

  PictureListing& listing_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

/// Whether `matches` holds for a part of a name, between its '/'.
template <class Matches>
bool any_part(std::string_view name, Matches matches) {
  size_t begin = 0;
  for (size_t end = 0; end != name.npos; begin = end + 1) {
    end = name.find('/', begin);
    if (matches(name.substr(begin, end - begin))) return true;
  }
  return false;
}

/// As the archive has it, with '/' where Windows wrote '\'. @throws DataError for a name that would
/// lead out of the archive's folder
std::string safe_name(const ZipEntry& entry, const std::string& who) {
  std::string name = entry.name;
  std::ranges::replace(name, '\\', '/');
  const bool leads_out = name.starts_with('/') || (name.size() > 1 && name[1] == ':') ||
                         any_part(name, [](std::string_view part) { return part == ".."; });
  if (leads_out)
    throw DataError(
        "{}: holds an entry named {}, which would lie outside of the archive's folder; such "
        "archives are not read",
        who, in_quotes(entry.name));
  return name;
}

/// The folders of an archive, by name.
class ArchiveFolders {
 public:
  explicit ArchiveFolders(std::string who) : who_(std::move(who)) {}

  /// Of "a/b/": "a" and "a/b". @throws DataError where the names of all folders become too long to
  /// keep: one entry of 64 kB may lie in 30,000 folders
  void insert(const std::string& folder) {
    if (folder == last_) return;
    last_ = folder;
    for (size_t end = folder.find('/'); end != folder.npos; end = folder.find('/', end + 1)) {
      if (!names_.insert(folder.substr(0, end)).second) continue;
      bytes_ += end;
      if (bytes_ > kMostBytes)
        throw DataError(
            "{}: the names of its folders are longer than {} in all; such archives are not read",
            who_, bytes_text(static_cast<double>(kMostBytes)));
    }
  }

  std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

 private:
  static constexpr size_t kMostBytes = 64'000'000;

  std::string who_, last_;
  std::set<std::string> names_;
  size_t bytes_ = 0;
};

PictureListing list_archive(const Path& source) {
  PictureListing listing{.source = source, .zip = true};
  const std::string who = source.string();
  const ZipArchive archive(source);
  ArchiveFolders folders(who);
  for (const ZipEntry& entry : archive.entries()) {
    const std::string name = safe_name(entry, who);
    if (any_part(name, is_passed_over)) continue;
    folders.insert(name.substr(0, name.rfind('/') + 1));
    if (name.ends_with('/')) continue;
    const bool table = is_table(name);
    if (!table && !has_picture_name(name) &&
        picture_kind(archive.begin_of(entry, kKindBytes)).empty())
      continue;
    if (entry.size < 0 || entry.size > PictureReader::kMostBytes)
      throw DataError("{}: {}: claims to hold {} unpacked, and files of at most {} are read", who,
                      name, bytes_text(static_cast<double>(static_cast<uint64_t>(entry.size))),
                      bytes_text(static_cast<double>(PictureReader::kMostBytes)));
    (table ? listing.tables : listing.files).push_back({name, entry.size, entry.crc, entry.index});
  }
  listing.folders = folders.names();
  return listing;
}

}  // namespace

PictureListing list_pictures(const Path& source) {
  PictureListing listing;
  if (is_folder(source)) {
    listing.source = source;
    FolderWalk(listing).walk(source, "");
  } else {
    listing = list_archive(source);
  }
  std::ranges::sort(listing.files, {}, &PictureFile::name);
  std::ranges::sort(listing.tables, {}, &PictureFile::name);
  std::ranges::sort(listing.folders);
  return listing;
}

PictureReader::PictureReader(const PictureListing& listing) : source_(listing.source) {
  if (listing.zip) archive_ = std::make_unique<ZipArchive>(source_);
}

std::string PictureReader::read(const PictureFile& file) const {
  if (file.size > kMostBytes)
    throw DataError("{}: has {}, and files of at most {} are read", full_name(file),
                    bytes_text(static_cast<double>(file.size)),
                    bytes_text(static_cast<double>(kMostBytes)));
  try {
    if (archive_) return archive_->read({file.name, file.size, 0, file.index});
    return read_file(source_ / file.name);
  } catch (const DataError& error) {
    const std::string_view message = error.what();
    const size_t why = message.rfind("cannot ");  // after the name, which is said elsewhere
    throw UnreadablePicture{std::string(message.substr(why == message.npos ? 0 : why))};
  }
}

std::string PictureReader::full_name(const PictureFile& file) const {
  return (source_ / file.name).string();
}

uint64_t fingerprint(const PictureListing& listing) {
  std::string text;
  for (const PictureFile& file : listing.files) {
    text += file.name;
    text += '\0';
    append_little(text, file.size);
    append_little(text, file.stamp);
  }
  return digest_of({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string base_name(const std::string& name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace gan
