#include "gan/data/picture_folder.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "gan/core/cache_folder.h"
#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/data/picture_cache.h"
#include "gan/data/picture_import.h"
#include "gan/data/picture_labels.h"
#include "gan/data/picture_split.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr int64_t kFewest = 4;

/// Where there is no cache folder that can be written to, the pictures are decoded into a file that
/// is gone when they are no longer used.
CachedPictures import_without_cache(const PictureListing& listing, const PictureSettings& settings,
                                    std::vector<std::string>& notes) {
  const char* const given = std::getenv("TMPDIR");
  const Path folder = given && *given ? given : "/tmp";
  const Path file = folder / fmt::format("gan-pictures-{}.cache", ::getpid());
  import_pictures(listing, settings, file);
  std::optional<CachedPictures> pictures = open_picture_cache(file);
  ::unlink(file.c_str());
  if (!pictures) throw DataError("{}: cannot be read again", file.string());
  notes.push_back(
      "the decoded pictures are not kept, so each start decodes them anew: set XDG_CACHE_HOME to a "
      "folder that can be written to");
  return *pictures;
}

bool can_be_written(const Path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return !error && ::access(folder.c_str(), W_OK) == 0;
}

CachedPictures cached(const PictureListing& listing, const PictureSettings& settings,
                      std::vector<std::string>& notes) {
  const Path folder = cache_folder();
  const Path file = picture_cache_file(folder, fingerprint(listing), settings);
  if (!folder.empty())
    if (auto pictures = open_picture_cache(file)) return *pictures;
  if (folder.empty() || !can_be_written(folder))
    return import_without_cache(listing, settings, notes);
  tidy_picture_caches(folder);
  try {
    import_pictures(listing, settings, file);
  } catch (const WriteError& error) {
    throw WriteError(
        "{}; decoded pictures are kept there: make room, or set XDG_CACHE_HOME to a folder with "
        "more",
        error.what());
  }
  auto pictures = open_picture_cache(file);
  if (!pictures) throw DataError("{}: cannot be read again", file.string());
  return *pictures;
}

/// Where some are so and others are not.
std::string part_of(int64_t some, int64_t all) {
  return fmt::format("{} of {} pictures", count(some), count(all));
}

void add_notes(const std::string& who, const CachedPictures& pictures,
               const PictureSettings& settings, const PictureSplit& split, DataSet& data) {
  const ImportFacts& facts = pictures.facts;
  const auto all = std::ssize(pictures.files);
  const bool in_colour = pictures.shape[0] > 1;
  const auto say = [&](const std::string& text) {
    data.notes.push_back(fmt::format("{}: {}", who, text));
  };
  if (facts.skipped > 0)
    say(fmt::format("{} of {} files cannot be read and {} skipped{}: {}", facts.skipped,
                    facts.skipped + all, facts.skipped == 1 ? "is" : "are",
                    facts.skipped == 1 ? "" : "; the first", facts.first_skipped));
  if (in_colour && facts.grey > 0 && facts.grey < all)
    say(fmt::format("{} are grey, which is repeated in red, green and blue",
                    part_of(facts.grey, all)));
  if (!in_colour && facts.grey < all)
    say(fmt::format("{} are in colour, and are turned grey", part_of(all - facts.grey, all)));
  if (facts.transparent > 0 && settings.colour != Colour::rgba)
    say(fmt::format(
        "{} have transparent pixels, which are drawn over {} (--background; --colour rgba keeps "
        "them)",
        part_of(facts.transparent, all), settings.background));
  if (split.repeated)
    say(fmt::format("holds only {} distinct picture{}, so all of them train, validate and test",
                    all - split.duplicates, all - split.duplicates == 1 ? "" : "s"));
  else if (!split.by_content_alone)
    say("has so few pictures that some were moved for each of training, validation and test to "
        "have one");
}

/// `most`: 0 for all.
int64_t limited(const std::string& who, const char* what, int64_t available, int64_t most) {
  if (most < 0) throw UsageError("{}: {} = {}: a number of pictures was expected", who, what, most);
  if (most > available)
    throw UsageError("{}: {} = {} is too many: there are {} such pictures", who, what, most,
                     available);
  return most == 0 ? available : most;
}

/// Classes that keep a picture that can be read, and the labels of the pictures.
void set_classes(PictureClasses classes, const CachedPictures& pictures, const std::string& who,
                 DataSet& data, PictureReport& report, std::vector<int32_t>& labels) {
  std::vector<int64_t> counts(classes.names.size());
  for (const int32_t file : pictures.files) ++counts[classes.labels[static_cast<size_t>(file)]];
  std::vector<int32_t> numbers(classes.names.size());
  for (size_t c = 0; c < counts.size(); ++c) {
    numbers[c] = static_cast<int32_t>(data.classes.size());
    if (counts[c] == 0) {
      classes.notes.push_back(fmt::format("{}: no picture of {} can be read, so this is no class",
                                          who, in_quotes(classes.names[c])));
      continue;
    }
    data.classes.push_back(classes.names[c]);
    report.class_counts.push_back(counts[c]);
  }
  for (const int32_t file : pictures.files)
    labels.push_back(numbers[static_cast<size_t>(classes.labels[static_cast<size_t>(file)])]);
  data.notes.insert(data.notes.end(), classes.notes.begin(), classes.notes.end());
}

}  // namespace

int64_t most_held_out(const Shape& shape) {
  const int64_t bytes = product(shape) * static_cast<int64_t>(sizeof(float));
  return std::clamp<int64_t>(kMostHeldOutBytes / bytes, 1, kMostHeldOut);
}

DataSet read_pictures(const PictureListing& listing, SplitSizes asked,
                      const PictureSettings& settings) {
  const std::string who = listing.source.string();
  parse_size(settings.resize);
  parse_background(settings.background);
  PictureClasses classes;
  if (settings.labels == Labels::automatic) classes = find_classes(listing);

  DataSet data;
  const CachedPictures pictures = cached(listing, settings, data.notes);
  const auto images = std::ssize(pictures.files);
  if (images < kFewest)
    throw DataError(
        "{}: at least {} pictures were expected, to train, validate and test; there {} {}{}", who,
        kFewest, images == 1 ? "is" : "are", images,
        pictures.facts.skipped > 0 ? " that can be read" : "");
  const PictureSplit split = split_by_content(pictures.stored.digests);
  add_notes(who, pictures, settings, split, data);

  PictureReport report{.images = images,
                       .skipped = pictures.facts.skipped,
                       .duplicates = split.duplicates,
                       .sizes = pictures.facts.sizes,
                       .other_sizes = pictures.facts.other_sizes};
  report.resized = settings.resize != "none" || settings.crop != PictureCrop::none;
  std::vector<int32_t> labels;
  if (!classes.labels.empty()) set_classes(std::move(classes), pictures, who, data, report, labels);
  const auto chosen = [&](const std::vector<int64_t>& numbers, int64_t most) {
    std::vector<int32_t> theirs;
    const std::vector<int64_t> first(numbers.begin(), numbers.begin() + most);
    if (!labels.empty())
      for (const int64_t i : first) theirs.push_back(labels[static_cast<size_t>(i)]);
    return Examples(pictures.shape, pictures.stored, first).with_labels(std::move(theirs));
  };
  const int64_t most = most_held_out(pictures.shape);
  data.train = chosen(split.train, limited(who, "train", std::ssize(split.train), asked.train));
  data.valid = chosen(split.valid,
                      limited(who, "valid", std::min(std::ssize(split.valid), most), asked.valid));
  data.test = chosen(split.test, std::min(std::ssize(split.test), most));
  data.description =
      fmt::format("{} of pictures, {}", listing.zip ? "a ZIP file" : "a folder", who);
  data.image = true;
  data.low = 0;
  data.high = 255;
  data.pictures = std::make_shared<const PictureReport>(std::move(report));
  return data;
}

}  // namespace gan
