/* A disk that fails when it is told to, for the tests: LD_PRELOAD=libfaults.so
 * GAN_FAULT=CALL:PATH:WHAT:N program
 *
 * From the Nth matching call on, CALL (open, write, fsync, rename, symlink, unlink, or any) on a
 * path that contains PATH does WHAT: ENOSPC, EIO, EPERM  fails with that error, again and again
 *   short        write takes half of the bytes, again and again
 *   kill         the process is killed in place of the call
 *   torn         a write takes half of the bytes, then the process is killed; other calls: as kill
 *   stall        the call takes a minute, whatever signals come */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum what { none, full, broken, forbidden, half, killed, torn, stalled };

static enum what wanted(const char* call, const char* path) {
  static atomic_long seen;
  char rule[512], *rest = rule;
  const char* given = getenv("GAN_FAULT");
  if (!given || strlen(given) >= sizeof rule) return none;
  strcpy(rule, given);
  const char* which = strsep(&rest, ":");
  const char* part = strsep(&rest, ":");
  const char* what = strsep(&rest, ":");
  const char* from = rest;
  if (!from) {
    fprintf(stderr, "GAN_FAULT=%s: expected CALL:PATH:WHAT:N\n", given);
    abort();
  }
  if ((strcmp(which, "any") != 0 && strcmp(which, call) != 0) || !strstr(path, part)) return none;
  if (atomic_fetch_add(&seen, 1) + 1 < atol(from)) return none;
  static const char* names[] = {"", "ENOSPC", "EIO", "EPERM", "short", "kill", "torn", "stall"};
  for (int i = full; i <= stalled; ++i)
    if (strcmp(what, names[i]) == 0) return i;
  fprintf(stderr, "GAN_FAULT=%s: unknown fault\n", given);
  abort();
}

/* 1 when the call is to fail, with errno set. */
static int fails(enum what what) {
  switch (what) {
    case full:
      errno = ENOSPC;
      return 1;
    case broken:
      errno = EIO;
      return 1;
    case forbidden:
      errno = EPERM;
      return 1;
    case killed:
    case torn:
      raise(SIGKILL);
      break;
    case stalled:
      for (time_t end = time(NULL) + 60; time(NULL) < end;) usleep(10000);
      break;
    case none:
    case half:
      break;
  }
  return 0;
}

static const char* path_of(int fd, char* out, size_t size) {
  char link[64];
  const int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, out, size - 1);
  errno = before;
  out[n > 0 ? n : 0] = '\0';
  return out;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  if ((flags & O_CREAT) && fails(wanted("open", path))) return -1;
  return NEXT(open)(path, flags, mode);
}
int open64(const char* path, int flags, ...)
    __attribute__((alias("open"))); /* the same on 64 bits */

ssize_t write(int fd, const void* bytes, size_t count) {
  char path[4096];
  if (fd > STDERR_FILENO) {
    const enum what what = wanted("write", path_of(fd, path, sizeof path));
    if ((what == half || what == torn) && count > 1) count /= 2;
    if (what == torn) NEXT(write)(fd, bytes, count);
    if (fails(what)) return -1;
  }
  return NEXT(write)(fd, bytes, count);
}

int fsync(int fd) {
  char path[4096];
  return fails(wanted("fsync", path_of(fd, path, sizeof path))) ? -1 : NEXT(fsync)(fd);
}
int rename(const char* from, const char* to) {
  return fails(wanted("rename", to)) ? -1 : NEXT(rename)(from, to);
}
int symlink(const char* target, const char* link) {
  return fails(wanted("symlink", link)) ? -1 : NEXT(symlink)(target, link);
}
int unlink(const char* path) {
  return fails(wanted("unlink", path)) ? -1 : NEXT(unlink)(path);
}
