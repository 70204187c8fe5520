#include "gan/workers/loopback.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace gan {
namespace {

thread_local bool loopback_only = false;

/// ::ffff:127.0.0.1, which a socket of both protocols serves.
constexpr in6_addr kMappedLoopback = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};

}  // namespace

LoopbackOnly::LoopbackOnly(bool on) : before_(loopback_only) {
  loopback_only = on;
}
LoopbackOnly::~LoopbackOnly() {
  loopback_only = before_;
}

}  // namespace gan

/// In place of the system library's for this program and the libraries that it loads.
extern "C" int bind(int socket, const sockaddr* address, socklen_t size) noexcept {
  sockaddr_in v4;
  sockaddr_in6 v6;
  if (gan::loopback_only && address->sa_family == AF_INET && size == sizeof v4) {
    std::memcpy(&v4, address, sizeof v4);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address = reinterpret_cast<const sockaddr*>(&v4);
  } else if (gan::loopback_only && address->sa_family == AF_INET6 && size == sizeof v6) {
    std::memcpy(&v6, address, sizeof v6);
    if (std::memcmp(&v6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0)
      v6.sin6_addr = gan::kMappedLoopback;
    address = reinterpret_cast<const sockaddr*>(&v6);
  }
  return static_cast<int>(syscall(SYS_bind, socket, address, size));
}
