#include "gan/io/gzip.h"

#define ZLIB_CONST  // what is only read may be const
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "gan/io/reader.h"

namespace gan {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, gzip's header and trailer
constexpr size_t kMaxGiven = size_t{1} << 30;  // zlib counts in 32 bits

struct Deflation : z_stream {
  Deflation() : z_stream{} {
    if (deflateInit2(this, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflation() { deflateEnd(this); }
  Deflation(const Deflation&) = delete;
  Deflation& operator=(const Deflation&) = delete;
};

}  // namespace

std::string gunzip(std::string bytes, std::string_view who) {
  ByteReader in(bytes, who);
  if (!in.is_gzip()) return bytes;
  return in.take(std::numeric_limits<size_t>::max());
}

std::string gzip(std::string_view in) {
  std::string out;
  Deflation stream;
  char made[1 << 16];
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const size_t given = std::min(in.size(), kMaxGiven);
    stream.next_in = reinterpret_cast<const Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(made);
    stream.avail_out = sizeof made;
    status = deflate(&stream, given == in.size() ? Z_FINISH : Z_NO_FLUSH);
    in.remove_prefix(given - stream.avail_in);
    out.append(made, sizeof made - stream.avail_out);
  }
  return out;
}

}  // namespace gan
