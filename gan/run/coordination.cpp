#include "gan/run/coordination.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstring>
#include <type_traits>

#include "gan/core/error.h"
#include "gan/core/stop.h"

namespace gan {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

/// FNV-1a over words of 8 bytes.
uint64_t hash_of(Learner& learner) {
  uint64_t hash = 0xcbf29ce484222325;
  learner.visit_state([&](const std::string&, Tensor& value) {
    const Tensor all = value.detach().to(at::kCPU).contiguous();
    const auto* bytes = static_cast<const char*>(all.data_ptr());
    for (size_t i = 0; i < all.nbytes(); i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, bytes + i, std::min(sizeof word, all.nbytes() - i));
      hash = (hash ^ word) * 0x100000001b3;
    }
  });
  return hash;
}

}  // namespace

RunFolder::Numbers read(const Scalars& scalars) {
  RunFolder::Numbers out;
  for (const auto& [name, value] : scalars) out.emplace_back(name, value.item<double>());
  return out;
}

bool Coordination::StepNumbers::finite() const {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](const auto& number) { return std::isfinite(number.second); });
}

Coordination::StepNumbers Coordination::combined(const Scalars& scalars, double share) const {
  StepNumbers out{.numbers = read(scalars), .signal = stop_signal()};
  if (alone()) return out;
  std::vector<double> values;
  for (const auto& [name, value] : out.numbers) values.push_back(value * share);
  for (const int signal : kSignals) values.push_back(out.signal == signal ? 1 : 0);
  workers_.sum(values);
  size_t next = 0;
  for (auto& [name, value] : out.numbers) value = values[next++];
  out.signal = 0;
  for (const int signal : kSignals)
    if (values[next++] > 0) out.signal = signal;
  return out;
}

void Coordination::send(const Message& message) const {
  static_assert(std::is_trivially_copyable_v<Message>);
  if (alone()) return;
  const Tensor bytes = at::empty({sizeof message}, at::kByte);
  std::memcpy(bytes.data_ptr(), &message, sizeof message);
  workers_.broadcast(bytes);
}

Message Coordination::receive() const {
  Message message;
  const Tensor bytes = at::empty({sizeof message}, at::kByte);
  workers_.broadcast(bytes);
  std::memcpy(&message, bytes.data_ptr(), sizeof message);
  return message;
}

void Coordination::broadcast_state() const {
  const at::NoGradGuard no_grad;
  learner_.visit_state([&](const std::string&, Tensor& value) {
    const Tensor bytes = value.detach().contiguous().view({-1}).view(at::kByte);
    workers_.broadcast(bytes);
    if (!workers_.is_leader()) value.copy_(bytes.view(value.scalar_type()).view(value.sizes()));
  });
  learner_.divide_state();
}

void Coordination::send_state(int64_t step, const Treatment& treatment) const {
  if (alone()) return;
  send({.what = Message::What::state, .step = step, .treatment = treatment});
  broadcast_state();
}

void Coordination::receive_state(const Treatment& treatment) const {
  broadcast_state();
  learner_.treat(treatment);
}

void Coordination::join_state() const {
  if (alone()) return;
  send({.what = Message::What::join});
  join_and_check_state();
}

void Coordination::join_and_check_state() const {
  learner_.join_state();
  const std::vector<std::string> all = workers_.gather(fmt::format("{:x}", hash_of(learner_)));
  for (size_t rank = 1; rank < all.size(); ++rank)
    if (all[rank] != all[0])
      throw DataError(
          "rank {}'s copy of the model differs from rank 0's; all workers need the same kind of "
          "processor",
          rank);
}

}  // namespace gan
