#include "gan/data/picture_import.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "gan/core/error.h"
#include "gan/core/in_order.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/core/threads.h"
#include "gan/data/picture_cache.h"
#include "gan/data/picture_decoder.h"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

std::function<void(const ImportProgress&)>& listener() {
  static std::function<void(const ImportProgress&)> tell;
  return tell;
}

/// One file of the listing, decoded; or why it was not.
struct Imported {
  std::string why_not;
  DecodedPicture picture;       ///< without its pixels, which are in `values`
  std::vector<uint8_t> values;  ///< [C, H, W]
  uint64_t digest = 0;
};

/// Of one thread.
class ImportWorker {
 public:
  /// digest_channels: of what decides the split, so that it stays when a grey folder gets colour
  ImportWorker(const PictureListing& listing, const PictureDecoder& decoder, int64_t channels,
               int64_t digest_channels)
      : listing_(listing),
        reader_(listing),
        decoder_(decoder),
        channels_(channels),
        digest_channels_(digest_channels) {}
  ImportWorker(const ImportWorker&) = delete;
  ~ImportWorker() { PictureDecoder::end_thread(); }

  Imported operator()(int64_t i) const {
    const PictureFile& file = listing_.files[static_cast<size_t>(i)];
    Imported out;
    try {
      std::string bytes = reader_.read(file);
      out.picture = decoder_.decode(bytes, reader_.full_name(file));
    } catch (const UnreadablePicture& error) {
      out.why_not = error.why;
      return out;
    }
    out.values = channels_first(out.picture, channels_);
    out.digest = digest_of(
        digest_channels_ == channels_ ? out.values : channels_first(out.picture, digest_channels_));
    out.picture.pixels.clear();
    out.picture.pixels.shrink_to_fit();
    return out;
  }

 private:
  const PictureListing& listing_;
  PictureReader reader_;
  const PictureDecoder& decoder_;
  int64_t channels_, digest_channels_;
};

constexpr int64_t kColours = 3;  // channels of a picture in colour

/// Thrown where a grey cache meets the first picture in colour.
struct ColourFound {};

/// A side to propose: 64 for pictures of 100 x 80.
int64_t proposed_side(PictureSize a, PictureSize b) {
  const int64_t least = std::min({a.width, a.height, b.width, b.height});
  for (const int64_t side : {256, 128, 64, 32, 16})
    if (side <= least) return side;
  return least;
}

/// One pass over the pictures, with a given number of channels.
class Import {
 public:
  Import(const PictureListing& listing, const PictureDecoder& decoder, int64_t channels,
         bool until_colour, const Path& cache_file)
      : listing_(listing),
        decoder_(decoder),
        channels_(channels),
        until_colour_(until_colour),
        writer_(cache_file) {}

  void run() {
    const int threads = std::min(processor_count(), 2 * core_count());
    const int64_t count = std::ssize(listing_.files), each = pictures_of_a_block();
    constexpr int64_t kWindow = 4;  // of each thread
    using Block = std::vector<Imported>;
    const auto make_worker = [&] {
      return
          [&, worker = std::make_unique<ImportWorker>(
                  listing_, decoder_, channels_, until_colour_ ? kColours : channels_)](int64_t b) {
            Block block;
            for (int64_t i = b * each; i < std::min((b + 1) * each, count); ++i)
              block.push_back((*worker)(i));
            return block;
          };
    };
    produce_in_order<Block>((count + each - 1) / each, threads, kWindow * threads, make_worker,
                            [&](int64_t b, Block block) {
                              for (int64_t k = 0; k < std::ssize(block); ++k)
                                take(b * each + k, std::move(block[static_cast<size_t>(k)]));
                            });
    finish();
  }

 private:
  const std::string& name(int64_t i) const { return listing_.files[static_cast<size_t>(i)].name; }

  /// Threads wait for each other less often where they take several small pictures at a time.
  int64_t pictures_of_a_block() const {
    constexpr int64_t kMost = 32, kBytes = 1 << 20;
    int64_t bytes = 0;
    for (const PictureFile& file : listing_.files) bytes += std::max<int64_t>(file.size, 0);
    const int64_t mean = std::max<int64_t>(bytes / std::ssize(listing_.files), 1);
    return std::clamp<int64_t>(kBytes / mean, 1, kMost);
  }

  void take(int64_t i, Imported item) {
    if (const int signal = stop_signal(); signal != 0)
      throw Error(static_cast<Exit>(128 + signal),
                  fmt::format("{}: stopped after {} of {} pictures; the next start imports them "
                              "anew",
                              listing_.source.string(), i, listing_.files.size()));
    if (item.why_not.empty()) {
      add(i, item);
    } else if (++facts_.skipped == 1) {
      facts_.first_skipped = printable(fmt::format("{} {}", name(i), item.why_not));
    }
    tell(i + 1);
  }

  void add(int64_t i, const Imported& item) {
    const DecodedPicture& picture = item.picture;
    if (until_colour_ && !picture.grey) throw ColourFound();
    if (!first_) first_ = {i, picture.size};
    if (picture.size != first_->second) refuse_size(i, picture.size);
    ++sizes_[{picture.stored.width, picture.stored.height}];
    facts_.grey += picture.grey;
    facts_.transparent += picture.transparent;
    writer_.add(item.values, item.digest, static_cast<int32_t>(i));
  }

  [[noreturn]] void refuse_size(int64_t i, PictureSize size) const {
    const int64_t side = proposed_side(first_->second, size);
    throw DataError(
        "{}: {} has {} pixels and {} has {}, and examples need one size: give --resize {}x{}, and "
        "--crop centre to keep their proportions",
        listing_.source.string(), name(first_->first), size_text(first_->second), name(i),
        size_text(size), side, side);
  }

  void tell(int64_t done) const {
    if (!listener()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const auto total = std::ssize(listing_.files);
    const double rate = static_cast<double>(done) / std::max(seconds, 1e-6);
    listener()({.source = listing_.source.string(),
                .done = done,
                .total = total,
                .per_second = rate,
                .seconds_left = static_cast<double>(total - done) / rate});
  }

  void finish() {
    if (!first_)
      throw DataError("{}: none of its {} pictures can be read; the first: {}",
                      listing_.source.string(), listing_.files.size(), facts_.first_skipped);
    constexpr size_t kMostSizes = 20;
    for (const auto& [size, count] : sizes_)
      facts_.sizes.push_back({{size.first, size.second}, count});
    std::ranges::stable_sort(facts_.sizes, std::greater<>(),
                             [](const auto& s) { return s.second; });
    for (size_t k = kMostSizes; k < facts_.sizes.size(); ++k)
      facts_.other_sizes += facts_.sizes[k].second;
    facts_.sizes.resize(std::min(kMostSizes, facts_.sizes.size()));
    const PictureSize size = first_->second;
    writer_.finish({channels_, size.height, size.width}, facts_);
  }

  const PictureListing& listing_;
  const PictureDecoder& decoder_;
  const int64_t channels_;
  const bool until_colour_;
  PictureCacheWriter writer_;
  ImportFacts facts_;
  std::map<std::pair<int64_t, int64_t>, int64_t> sizes_;  // (width, height): how many
  std::optional<std::pair<int64_t, PictureSize>> first_;  // that could be read: its number
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

void on_import(std::function<void(const ImportProgress&)> tell) {
  listener() = std::move(tell);
}

void import_pictures(const PictureListing& listing, const PictureSettings& settings,
                     const Path& cache_file) {
  const PictureDecoder decoder(settings);
  const auto run = [&](int64_t channels, bool until_colour) {
    Import(listing, decoder, channels, until_colour, cache_file).run();
  };
  switch (settings.colour) {
    case Colour::grey:
      return run(1, false);
    case Colour::rgb:
      return run(3, false);
    case Colour::rgba:
      return run(4, false);
    case Colour::automatic:
      break;
  }
  try {
    run(1, true);
  } catch (const ColourFound&) {
    run(3, false);
  }
}

}  // namespace gan
