#include "gan/io/zip.h"

#include <zip.h>  // libzip

#include <algorithm>
#include <array>
#include <fstream>

#include "gan/core/error.h"
#include "gan/core/mapped_file.h"

namespace gan {

/// The file is mapped: of a file that it opens itself, libzip asks for the state five times for
/// each entry.
struct ZipArchive::State {
  explicit State(const std::filesystem::path& path) : who(path.string()), file(path) {}

  std::string who;
  MappedFile file;
  zip_t* archive = nullptr;

  ~State() {
    if (archive) zip_discard(archive);
  }
};

namespace {

struct CloseEntry {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

using Entry = std::unique_ptr<zip_file_t, CloseEntry>;

/// Nothing where that cannot be.
Entry opened(zip_t* archive, const ZipEntry& entry) {
  return Entry(zip_fopen_index(archive, static_cast<zip_uint64_t>(entry.index), 0));
}

}  // namespace

bool begins_as_zip(const std::filesystem::path& file) {
  std::array<char, 4> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  const std::string_view begin(bytes.data(), static_cast<size_t>(in.gcount()));
  return begin == "PK\x03\x04" || begin == "PK\x05\x06";  // the latter: without entries
}

ZipArchive::ZipArchive(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {
  const std::span<const std::byte> bytes = state_->file.bytes();
  const auto refuse = [&](std::string_view why) {
    throw DataError(
        "{}: is no whole ZIP archive ({}); copy or download it again, or make a new one",
        state_->who, why);
  };
  if (bytes.empty()) refuse("the file is empty");  // libzip would take it for an archive
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  state_->archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (state_->archive) return;
  if (source) zip_source_free(source);
  refuse(why);
}

ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive::~ZipArchive() = default;

std::vector<ZipEntry> ZipArchive::entries() const {
  std::vector<ZipEntry> out;
  const zip_int64_t count = zip_get_num_entries(state_->archive, 0);
  out.reserve(static_cast<size_t>(count));
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t info;
    if (zip_stat_index(state_->archive, static_cast<zip_uint64_t>(i), 0, &info) != 0)
      throw DataError("{}: entry {} of the ZIP archive cannot be read: {}", state_->who, i + 1,
                      zip_strerror(state_->archive));
    out.push_back({info.name, static_cast<int64_t>(info.size), info.crc, i});
  }
  return out;
}

std::string ZipArchive::begin_of(const ZipEntry& entry, size_t count) const {
  const Entry file = opened(state_->archive, entry);
  std::string bytes(count, '\0');
  const zip_int64_t n = file ? zip_fread(file.get(), bytes.data(), count) : 0;
  bytes.resize(static_cast<size_t>(std::max<zip_int64_t>(n, 0)));
  return bytes;
}

std::string ZipArchive::read(const ZipEntry& entry) const {
  const auto refuse = [&](const char* why) {
    throw DataError("{}: {}: cannot be unpacked: {}", state_->who, entry.name, why);
  };
  const Entry file = opened(state_->archive, entry);
  if (!file) refuse(zip_strerror(state_->archive));
  constexpr size_t kBlock = size_t{1} << 20;
  const auto size = static_cast<size_t>(entry.size);
  std::string bytes(std::min(size, kBlock), '\0');  // grows with what is there: a claim is cheap
  size_t got = 0;
  while (got < size) {
    if (got == bytes.size()) bytes.resize(std::min(size, 2 * got));
    const zip_int64_t n = zip_fread(file.get(), bytes.data() + got, bytes.size() - got);
    if (n < 0) refuse(zip_file_strerror(file.get()));
    if (n == 0) refuse("it is shorter than the archive says");
    got += static_cast<size_t>(n);
  }
  char beyond = 0;  // libzip compares the checksum at the end
  const zip_int64_t more = zip_fread(file.get(), &beyond, 1);
  if (more < 0) refuse(zip_file_strerror(file.get()));
  if (more > 0) refuse("it is longer than the archive says");
  return bytes;
}

}  // namespace gan
