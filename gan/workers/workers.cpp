#include "gan/workers/workers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

namespace gan {
namespace {

class Alone : public Workers {
 public:
  Alone() : Workers(0, 1) {}
  std::unique_ptr<Sum> begin_sum(const Tensor&) override { return std::make_unique<Done>(); }
  void broadcast(const Tensor&) override {}

 private:
  struct Done : Sum {
    void wait() override {}
  };
};

}  // namespace

Workers& alone() {
  static Alone worker;
  return worker;
}

Share Workers::share_of(int64_t n, int64_t block, int64_t rank, int64_t size) {
  const int64_t blocks = (n + block - 1) / block;
  const auto begin = [&](int64_t r) { return std::min(n, blocks * r / size * block); };
  return {begin(rank), begin(rank + 1) - begin(rank)};
}

void Workers::sum(const Tensor& x) {
  if (!alone()) begin_sum(x)->wait();
}

void Workers::sum(std::span<double> x) {
  if (alone()) return;
  // A tensor of its own: after an error, what was begun may still write to it.
  const Tensor own = at::empty({static_cast<int64_t>(x.size())}, at::kDouble);
  std::copy(x.begin(), x.end(), own.data_ptr<double>());
  sum(own);
  std::copy_n(own.data_ptr<double>(), x.size(), x.begin());
}

std::string Workers::broadcast(const std::string& text) {
  if (alone()) return text;
  Tensor size = at::full({1}, static_cast<int64_t>(text.size()), at::kLong);
  broadcast(size);
  const Tensor bytes = at::zeros({size.item<int64_t>()}, at::kByte);
  if (is_leader()) std::memcpy(bytes.data_ptr(), text.data(), text.size());
  broadcast(bytes);
  return {static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()};
}

std::vector<std::string> Workers::gather(const std::string& mine) {
  if (alone()) return {mine};
  const Tensor sizes = at::zeros({size()}, at::kLong);
  sizes[rank()].fill_(static_cast<int64_t>(mine.size()));
  sum(sizes);
  const Tensor texts =
      at::zeros({size(), std::max<int64_t>(1, sizes.max().item<int64_t>())}, at::kByte);
  std::memcpy(texts[rank()].data_ptr(), mine.data(), mine.size());
  sum(texts);
  std::vector<std::string> out;
  for (int64_t r = 0; r < size(); ++r)
    out.emplace_back(static_cast<const char*>(texts[r].data_ptr()),
                     static_cast<size_t>(sizes[r].item<int64_t>()));
  return out;
}

}  // namespace gan
