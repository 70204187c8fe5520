#include "gan/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <new>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr int kGzipWindow = 15 + 16;           // zlib: the largest window, gzip's header and trailer
constexpr size_t kMaxGiven = size_t{1} << 30;  // zlib counts in 32 bits

struct Stream : z_stream {
  using End = int (*)(z_stream*);
  Stream(int (*begin)(z_stream*), End end) : z_stream{}, end_(end) {
    if (begin(this) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { end_(this); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// One call of inflate or deflate: takes from the front of `in`, adds to `out`.
  int step(int (*code)(z_stream*, int), std::string_view& in, std::string& out) {
    char made[1 << 16];
    const size_t given = std::min(in.size(), kMaxGiven);
    next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    avail_in = static_cast<uInt>(given);
    next_out = reinterpret_cast<Bytef*>(made);
    avail_out = sizeof made;
    const int status = code(this, given == in.size() ? Z_FINISH : Z_NO_FLUSH);
    in.remove_prefix(given - avail_in);
    out.append(made, sizeof made - avail_out);
    return status;
  }

 private:
  End end_;
};

int begin_inflate(z_stream* stream) { return inflateInit2(stream, kGzipWindow); }
int begin_deflate(z_stream* stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
}
int inflate_some(z_stream* stream, int) { return inflate(stream, Z_NO_FLUSH); }

}  // namespace

std::string gunzip(std::string bytes, std::string_view who) {
  if (!bytes.starts_with(kMagic)) return bytes;
  std::string_view in = bytes;
  std::string out;
  Stream stream(begin_inflate, inflateEnd);
  while (true) {
    const int status = stream.step(inflate_some, in, out);
    if (status == Z_OK) continue;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR) throw DataError("{}: the gzip file ends early; download it again", who);
    if (status != Z_STREAM_END) {
      throw DataError("{}: corrupt gzip file ({}); download it again", who,
                      stream.msg ? stream.msg : "bad data");
    }
    if (in.find_first_not_of('\0') == std::string_view::npos) return out;  // tape tools pad with zeros
    if (!in.starts_with(kMagic)) {
      throw DataError("{}: {} bytes after the end of the gzip data are not gzip; download it again", who,
                      in.size());
    }
    inflateReset(&stream);
  }
}

std::string gzip(std::string_view bytes) {
  std::string out;
  Stream stream(begin_deflate, deflateEnd);
  while (stream.step(deflate, bytes, out) != Z_STREAM_END) {
  }
  return out;
}

}  // namespace gan
