#pragma once
/// c10d's store listens on every address of the machine, and has no option for it. Workers on one
/// machine must not be reachable from others. A program that links c10d.cpp gets this file's
/// bind().

namespace gan {

/// While it lives, sockets that its thread would let listen on all addresses listen on 127.0.0.1
/// alone.
class LoopbackOnly {
 public:
  explicit LoopbackOnly(bool on);
  ~LoopbackOnly();
  LoopbackOnly(const LoopbackOnly&) = delete;
  LoopbackOnly& operator=(const LoopbackOnly&) = delete;

 private:
  bool before_;
};

}  // namespace gan
