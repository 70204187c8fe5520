#include "gan/judge/overlap.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr int64_t kTile = 512;      // queries at a time
constexpr int kNear = 3, kFar = 5;  // k of precision and recall; of density and coverage
constexpr int64_t kStrip = 64;      // distances that are looked at together
constexpr int64_t kDirect = 8;  // numbers of a vector: from the differences, which cancel nothing

/// Vectors x about a common centre. The squared distance of i from j is n_i + n_j - 2 p_ij, with
/// their squared norms and inner products; or, of vectors of few numbers, n = 0 and p = -d^2 / 2.
struct Vectors {
  Tensor x;      // [n, F]
  Tensor norms;  // [n]
  int64_t size() const { return x.size(0); }
};

Vectors centred(const Tensor& x, const Tensor& centre) {
  const Tensor from = (x.to(at::kFloat) - centre).contiguous();
  const Tensor norms = from.square().sum(1);
  return {from, from.size(1) <= kDirect ? at::zeros_like(norms) : norms};
}

/// p_ij of the rows of x and of y, into `out` [n, m].
void products_into(Tensor& out, const Tensor& x, const Tensor& y) {
  if (x.size(1) > kDirect) {
    at::mm_out(out, x, y.t());
    return;
  }
  out.zero_();
  for (int64_t d = 0; d < x.size(1); ++d) {
    const Tensor difference = x.select(1, d).unsqueeze(1) - y.select(1, d);
    out.addcmul_(difference, difference, -0.5);
  }
}

/// Squared distances of each vector to its first, third and fifth neighbour.
struct Radii {
  explicit Radii(int64_t n) : first(n), near(n), far(n) {}
  std::vector<float> first, near, far;  // [n]
};

/// Calls see(i, p_ij of all j in `to`) for each i in `from`, in parallel.
template <class See>
void for_products(const Vectors& from, const Vectors& to, const See& see) {
  Tensor tile = at::empty({std::min(kTile, from.size()), to.size()}, at::kFloat);
  for (int64_t first = 0; first < from.size(); first += kTile) {
    const int64_t n = std::min(kTile, from.size() - first);
    Tensor products = tile.narrow(0, 0, n);
    products_into(products, from.x.narrow(0, first, n), to.x);
    const float* rows = products.data_ptr<float>();
    at::parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) see(first + i, rows + i * to.size());
    });
  }
}

/// Keeps the smallest numbers that it is shown, in order.
class Smallest {
 public:
  Smallest() { kept_.fill(std::numeric_limits<float>::infinity()); }
  float worst() const { return kept_.back(); }
  float at(int k) const { return kept_[static_cast<size_t>(k - 1)]; }
  void see(float value) {
    if (!(value < kept_.back())) return;
    kept_.back() = value;
    for (size_t i = kept_.size() - 1; i > 0 && kept_[i] < kept_[i - 1]; --i)
      std::swap(kept_[i], kept_[i - 1]);
  }

 private:
  std::array<float, kFar> kept_;
};

/// So many consecutive vectors are not each other's neighbours.
Radii radii_of(const Vectors& v, int64_t states) {
  const int64_t n = v.size();
  Radii out(n);
  const float* norms = v.norms.data_ptr<float>();
  for_products(v, v, [&](int64_t i, const float* products) {
    Smallest smallest;
    std::array<float, kStrip> strip;
    const int64_t chain = i / states * states;  // its first
    for (int64_t first = 0; first < n; first += kStrip) {
      const int64_t count = std::min(kStrip, n - first);
      float least = std::numeric_limits<float>::infinity();
      for (int64_t j = 0; j < count; ++j) {
        strip[j] = norms[first + j] - 2 * products[first + j];
        least = std::min(least, strip[j]);
      }
      if (!(least < smallest.worst())) continue;
      for (int64_t j = 0; j < count; ++j)
        if (first + j < chain || first + j >= chain + states) smallest.see(strip[j]);
    }
    out.first[i] = std::max(0.0F, smallest.at(1) + norms[i]);
    out.near[i] = std::max(0.0F, smallest.at(kNear) + norms[i]);
    out.far[i] = std::max(0.0F, smallest.at(kFar) + norms[i]);
  });
  return out;
}

Tensor flags(const std::vector<uint8_t>& values) {
  const Tensor out = at::empty({static_cast<int64_t>(values.size())}, at::kByte);
  std::copy(values.begin(), values.end(), out.data_ptr<uint8_t>());
  return out.to(at::kBool);
}

Tensor roots(const std::vector<float>& squares) {
  const Tensor out = at::empty({static_cast<int64_t>(squares.size())}, at::kFloat);
  std::copy(squares.begin(), squares.end(), out.data_ptr<float>());
  return out.sqrt_();
}

}  // namespace

Overlap overlap(const Tensor& samples, const Tensor& data, int64_t states_per_chain) {
  if (samples.size(1) != data.size(1))
    throw UsageError("precision and recall: features of {} and of {} numbers cannot be compared",
                     samples.size(1), data.size(1));
  const int64_t n = samples.size(0), m = data.size(0);
  if (std::min(n - states_per_chain + 1, m) <= kFar)
    throw DataError(
        "precision and recall: {} samples and {} examples came, they need {} of each, and of chains {} samples beside those of one",
        n, m, kFar + 1, kFar);
  if (!samples.isfinite().all().item<bool>() || !data.isfinite().all().item<bool>())
    throw DataError("precision and recall: some features are NaN or infinite");
  const at::NoGradGuard no_grad;
  const Tensor centre = data.to(at::kFloat).mean(0, true);
  const Vectors fake = centred(samples, centre), real = centred(data, centre);
  const Radii of_fake = radii_of(fake, states_per_chain), of_real = radii_of(real, 1);

  const float* fake_norms = fake.norms.data_ptr<float>();
  const float* real_norms = real.norms.data_ptr<float>();
  std::vector<uint8_t> precise(static_cast<size_t>(n));
  const Tensor density = at::empty({n}, at::kFloat);
  const auto threads = static_cast<size_t>(at::get_num_threads());
  // A thread marks the data vectors that its own samples reach.
  std::vector<std::vector<uint8_t>> recalled(threads, std::vector<uint8_t>(static_cast<size_t>(m)));
  auto covered = recalled;
  for_products(fake, real, [&](int64_t i, const float* products) {
    const auto thread = static_cast<size_t>(at::get_thread_num());
    uint8_t* seen = recalled[thread].data();
    uint8_t* held = covered[thread].data();
    const float norm = fake_norms[i], reach = of_fake.near[i];
    int32_t in_near = 0, in_far = 0;
    for (int64_t j = 0; j < m; ++j) {
      const float squared = std::max(0.0F, norm + real_norms[j] - 2 * products[j]);
      const bool inside = squared < of_real.far[j];
      in_near += squared <= of_real.near[j];
      in_far += inside;
      held[j] |= static_cast<uint8_t>(inside);
      seen[j] |= static_cast<uint8_t>(squared <= reach);
    }
    precise[i] = in_near > 0;
    density.data_ptr<float>()[i] = static_cast<float>(in_far) / kFar;
  });
  for (size_t t = 1; t < threads; ++t)
    for (size_t j = 0; j < static_cast<size_t>(m); ++j) {
      recalled[0][j] |= recalled[t][j];
      covered[0][j] |= covered[t][j];
    }
  return {.precise = flags(precise),
          .recalled = flags(recalled[0]),
          .density = density,
          .covered = flags(covered[0]),
          .nearest_sample = roots(of_fake.first),
          .nearest_data = roots(of_real.first)};
}

}  // namespace gan
