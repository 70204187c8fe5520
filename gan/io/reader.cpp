#include "gan/io/reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, gzip's header and trailer
constexpr size_t kBlock = 1 << 16;
constexpr int64_t kMostInflation = 1040;  // deflate packs no more than 1,032 bytes into one
constexpr int64_t kUndecided = 1 << 16;   // bytes that zlib may have taken and not given back

}  // namespace

struct ByteReader::State {
  explicit State(std::string_view name) : who(name) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (gzip) inflateEnd(&stream);
    if (fd >= 0) ::close(fd);
  }

  /// Bytes as they are stored, into `to`.
  size_t read_stored(char* to, size_t size);
  /// Reads on until `wanted` stored bytes wait, as far as there are any.
  void refill(size_t wanted);
  void begin();
  size_t inflate_into(std::span<char> out);
  /// After the end of a gzip member: whether another one follows.
  bool next_member();

  std::string who;
  std::string_view memory;  // the source, where it is not a file
  int fd = -1;
  int64_t size = 0, taken = 0;  // stored bytes; how many of them were read
  std::vector<char> block;      // read and not used: those from `at` on
  size_t at = 0;
  bool gzip = false, ended = false;
  z_stream stream{};
};

size_t ByteReader::State::read_stored(char* to, size_t wanted) {
  if (fd < 0) {
    const size_t n = std::min(wanted, memory.size() - static_cast<size_t>(taken));
    std::copy_n(memory.data() + taken, n, to);
    taken += static_cast<int64_t>(n);
    return n;
  }
  size_t got = 0;
  while (got < wanted) {
    const ssize_t n = ::read(fd, to + got, wanted - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw DataError("{}: cannot read it: {}", who, std::strerror(errno));
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  taken += static_cast<int64_t>(got);
  return got;
}

void ByteReader::State::refill(size_t wanted) {
  if (block.size() - at >= wanted) return;
  block.erase(block.begin(), block.begin() + static_cast<int64_t>(at));
  at = 0;
  const size_t before = block.size();
  block.resize(std::max(wanted, kBlock));
  block.resize(before + read_stored(block.data() + before, block.size() - before));
}

void ByteReader::State::begin() {
  refill(kMagic.size());
  if (!std::string_view(block.data(), block.size()).starts_with(kMagic)) return;
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  gzip = true;
}

bool ByteReader::State::next_member() {
  refill(kMagic.size());
  if (std::string_view(block.data() + at, block.size() - at).starts_with(kMagic)) {
    inflateReset(&stream);
    return true;
  }
  const int64_t beyond = size - taken + static_cast<int64_t>(block.size() - at);
  while (at < block.size()) {  // tape tools pad with zeros
    if (block[at++] != '\0')
      throw DataError("{}: {} bytes after the end of the gzip data are not gzip; download it again",
                      who, beyond);
    if (at == block.size()) refill(1);
  }
  return false;
}

size_t ByteReader::State::inflate_into(std::span<char> out) {
  size_t made = 0;
  while (made < out.size() && !ended) {
    refill(1);
    const size_t room =
        std::min<size_t>(out.size() - made, size_t{1} << 30);  // zlib counts in 32 bits
    const size_t given = block.size() - at;
    stream.next_in = reinterpret_cast<Bytef*>(block.data() + at);
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    at += given - stream.avail_in;
    made += room - stream.avail_out;
    if (status == Z_OK) continue;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR)
      throw DataError("{}: the gzip file ends early; download it again", who);
    if (status != Z_STREAM_END) {
      throw DataError("{}: corrupt gzip file ({}); download it again", who,
                      stream.msg ? stream.msg : "bad data");
    }
    ended = !next_member();
  }
  return made;
}

ByteReader::ByteReader(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->begin();
}

ByteReader::ByteReader(std::string_view bytes, std::string_view who)
    : state_(std::make_unique<State>(who)) {
  state_->memory = bytes;
  state_->size = static_cast<int64_t>(bytes.size());
  state_->begin();
}

ByteReader::ByteReader(ByteReader&&) noexcept = default;
ByteReader::~ByteReader() = default;

ByteReader ByteReader::open(const std::filesystem::path& file) {
  auto state = std::make_unique<State>(file.string());
  state->fd = ::open(
      file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);  // or a pipe would be waited for
  struct stat info {};
  if (state->fd < 0 || ::fstat(state->fd, &info) != 0) {
    throw DataError("{}: cannot read it: {}", state->who, std::strerror(errno));
  }
  if (S_ISDIR(info.st_mode)) throw DataError("{}: is a folder, a file was expected", state->who);
  if (!S_ISREG(info.st_mode)) {
    throw DataError(
        "{}: is a pipe or a device, which cannot be read again; save what it gives to a file first",
        state->who);
  }
  state->size = info.st_size;
  return ByteReader(std::move(state));
}

const std::string& ByteReader::who() const {
  return state_->who;
}
bool ByteReader::is_gzip() const {
  return state_->gzip;
}

int64_t ByteReader::most_left() const {
  const State& s = *state_;
  const int64_t stored =
      std::max<int64_t>(s.size - s.taken, 0) + static_cast<int64_t>(s.block.size() - s.at);
  return s.gzip ? (stored + kUndecided) * kMostInflation : stored;
}

size_t ByteReader::read(std::span<char> out) {
  State& s = *state_;
  if (s.gzip) return s.inflate_into(out);
  const size_t waiting = std::min(out.size(), s.block.size() - s.at);
  std::copy_n(s.block.data() + s.at, waiting, out.data());
  s.at += waiting;
  return waiting + s.read_stored(out.data() + waiting, out.size() - waiting);
}

std::string ByteReader::take(size_t n) {
  std::string bytes;
  while (bytes.size() < n) {  // in blocks, since n may be what a file that lies claims
    const size_t before = bytes.size();
    bytes.resize(std::min(n, before + kBlock));
    const size_t got = read({bytes.data() + before, bytes.size() - before});
    if (before + got == bytes.size()) continue;
    bytes.resize(before + got);
    break;
  }
  return bytes;
}

}  // namespace gan
