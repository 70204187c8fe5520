#include "gan/data/picture_cache.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/mapped_file.h"
#include "gan/core/memory.h"
#include "gan/core/paths.h"
#include "gan/data/picture_pixels.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic =
    "gan pictures 2\n\n";  // to be counted up when the format changes
constexpr std::string_view kPrefix = "pictures-", kSuffix = ".cache";
constexpr size_t kBlock = size_t{4} << 20;
constexpr size_t kAlignment = alignof(uint64_t);

size_t padding(size_t size) {
  return (kAlignment - size % kAlignment) % kAlignment;
}

template <class T>
std::string_view as_text(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string header_of(const Shape& shape, size_t count, const ImportFacts& f) {
  Json sizes = Json::array();
  for (const auto& [size, number] : f.sizes) sizes.push_back({size.width, size.height, number});
  return Json{{"shape", shape},       {"count", count},
              {"grey", f.grey},       {"transparent", f.transparent},
              {"skipped", f.skipped}, {"first_skipped", f.first_skipped},
              {"sizes", sizes},       {"other_sizes", f.other_sizes}}
      .dump();
}

ImportFacts facts_of(const Json& json) {
  ImportFacts f{.grey = json.at("grey"),
                .transparent = json.at("transparent"),
                .skipped = json.at("skipped"),
                .first_skipped = json.at("first_skipped"),
                .other_sizes = json.at("other_sizes")};
  for (const Json& size : json.at("sizes"))
    f.sizes.push_back({{size.at(0), size.at(1)}, size.at(2)});
  return f;
}

/// The part of `bytes` with `count` values of T, taken off its front.
template <class T>
std::span<const T> take(std::span<const std::byte>& bytes, size_t count) {
  const size_t size = count * sizeof(T);
  const auto* const first = reinterpret_cast<const T*>(bytes.data());
  bytes = bytes.subspan(size + padding(size));
  return {first, count};
}

/// @throws Json::exception where the header is none of this version's
std::optional<CachedPictures> parts_of(const std::shared_ptr<const MappedFile>& file) {
  const std::span<const std::byte> all = file->bytes();
  const std::string_view text(reinterpret_cast<const char*>(all.data()), all.size());
  if (!text.ends_with(kMagic) || text.size() < kMagic.size() + sizeof(uint64_t)) return {};
  const size_t end = text.size() - kMagic.size() - sizeof(uint64_t);
  const auto length = load_little<uint64_t>(text.substr(end));
  if (length > end) return {};
  const Json json = Json::parse(text.substr(end - length, length));
  CachedPictures out{.shape = json.at("shape").get<Shape>(), .facts = facts_of(json)};
  const size_t count = json.at("count"), values = count * static_cast<size_t>(product(out.shape));
  const size_t digests = count * sizeof(uint64_t), files = count * sizeof(int32_t);
  if (values + padding(values) + digests + files + padding(files) + length != end) return {};
  std::span<const std::byte> rest = all;
  out.stored.values = take<uint8_t>(rest, values);
  out.stored.digests = take<uint64_t>(rest, count);
  out.files = take<int32_t>(rest, count);
  out.stored.owner = file;
  return out;
}

/// The process that writes this unfinished file: ".NAME.gan-PID.tmp"; 0 where it cannot be known.
pid_t writer_of(const std::string& name) {
  const size_t number = name.rfind('-');
  pid_t pid = 0;
  if (number != name.npos)
    std::from_chars(name.data() + number + 1, name.data() + name.size(), pid);
  return pid;
}

}  // namespace

PictureCacheWriter::PictureCacheWriter(const Path& file) : file_(file) {
  waiting_.reserve(kBlock);
}

void PictureCacheWriter::append(std::string_view bytes) {
  waiting_ += bytes;
  written_ += std::ssize(bytes);
  if (waiting_.size() < kBlock) return;
  file_.write(waiting_);
  waiting_.clear();
}

void PictureCacheWriter::add(std::span<const uint8_t> values, uint64_t digest, int32_t file) {
  append({reinterpret_cast<const char*>(values.data()), values.size()});
  digests_.push_back(digest);
  files_.push_back(file);
}

void PictureCacheWriter::finish(const Shape& shape, const ImportFacts& facts) {
  const auto pad = [&] { append(std::string(padding(static_cast<size_t>(written_)), '\0')); };
  pad();
  append(as_text(digests_));
  append(as_text(files_));
  pad();
  std::string end = header_of(shape, digests_.size(), facts);
  append_little(end, static_cast<uint64_t>(end.size()));
  end += kMagic;
  append(end);
  file_.write(waiting_);
  file_.finish();
}

std::optional<CachedPictures> open_picture_cache(const Path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  const auto mapped = std::make_shared<const MappedFile>(file);
  try {
    auto parts = parts_of(mapped);
    if (!parts) return {};
    if (static_cast<double>(mapped->bytes().size()) > available_memory() / 2)
      mapped->expect_random_access();
    ::utime(file.c_str(), nullptr);  // used today
    return parts;
  } catch (const Json::exception&) {
    return {};
  }
}

void tidy_picture_caches(const Path& folder) {
  constexpr time_t kMonth = 30 * 24 * 60 * 60;
  for (const std::string& name : names_in(folder)) {
    const Path file = folder / name;
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) continue;
    const bool is_cache = name.starts_with(kPrefix) && name.ends_with(kSuffix);
    const bool is_part = is_unfinished(name) && name.starts_with(fmt::format(".{}", kPrefix));
    const pid_t writer = is_part ? writer_of(name) : 0;
    const bool is_dead = writer > 0 && ::kill(writer, 0) != 0 && errno == ESRCH;
    if (is_dead || (is_cache && info.st_mtime < ::time(nullptr) - kMonth)) ::unlink(file.c_str());
  }
}

Path picture_cache_file(const Path& folder, uint64_t fingerprint, const PictureSettings& settings) {
  const std::string key =
      fmt::format("{:x} {} {} {} {}", fingerprint, settings.resize, static_cast<int>(settings.crop),
                  static_cast<int>(settings.colour), settings.background);
  const uint64_t digest = digest_of({reinterpret_cast<const uint8_t*>(key.data()), key.size()});
  return folder / fmt::format("{}{:016x}{}", kPrefix, digest, kSuffix);
}

}  // namespace gan
