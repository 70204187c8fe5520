#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "gan/kernels/channels.h"
#include "gan/nets/fused_builder.h"
#include "gan/nets/layers.h"
#include "gan/nets/normalised.h"
#include "gan/nets/parts.h"

namespace gan {
namespace {

class BatchNormLayer : public Network::Layer {
 public:
  BatchNormLayer(const BatchNorm& s, const LayerPlace& place) : spec_(s) {
    const auto options = at::TensorOptions(place.device).dtype(at::kFloat);
    const int64_t channels = place.shape.in[0];
    image_ = place.shape.in.size() == 3;
    gain_ = at::ones({channels}, options).requires_grad_();
    bias_ = at::zeros({channels}, options).requires_grad_();
    mean_ = at::zeros({channels}, options);
    variance_ = at::ones({channels}, options);
  }
  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const RunningMoments running{mean_, variance_, spec_.momentum, spec_.epsilon};
    return each_part(x, pass, [&](const Tensor& part) {
      const Tensor h = image_ ? part.reshape({part.size(0), gain_.size(0), -1}) : part;
      return normalised(h, gain_, bias_, running, pass).view(part.sizes());
    });
  }
  void visit(const Network::Visitor& visit) override {
    visit("gain", gain_);
    visit("bias", bias_);
    visit("mean", mean_);
    visit("variance", variance_);
  }

 private:
  BatchNorm spec_;
  bool image_ = false;
  Tensor gain_, bias_, mean_, variance_;  // [inputs] each, or [C]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const BatchNorm& spec, const LayerPlace& place) {
  return std::make_unique<BatchNormLayer>(spec, place);
}

namespace {

/// Each part of the batch is normalised by itself.
class FusedBatchNorm : public FusedOperation {
 public:
  struct Parameters {
    size_t index;  ///< of the gain; the bias comes next
    const float *gain, *bias;
    float *mean, *variance;
  };
  FusedBatchNorm(FusedGraph& graph, std::vector<size_t> inputs, size_t out, const BatchNorm& spec,
                 int64_t channels, const Parameters& parameters)
      : FusedOperation(graph, std::move(inputs), out),
        spec_(spec),
        channels_(channels),
        p_(parameters),
        gradients_(static_cast<size_t>(2 * channels)) {}

  bool whole() const override { return true; }

  void forward(FusedMember& m, RowRange rows) override {
    if (graph_.pass_.training) measure(m, rows);
    const std::vector<float> none(static_cast<size_t>(channels_));
    std::vector<float> scale(none), shift(none);
    each_part(rows, [&](size_t part, RowRange mine) {
      for (int64_t c = 0; c < channels_; ++c) {
        const size_t i = static_cast<size_t>(c);
        const float mean = graph_.pass_.training ? moments_[part].mean[i] : p_.mean[c];
        const float scaled =
            graph_.pass_.training
                ? moments_[part].scale[i]
                : static_cast<float>(1 / std::sqrt(p_.variance[c] + spec_.epsilon));
        scale[i] = p_.gain[c] * scaled;
        shift[i] = p_.bias[c] - scale[i] * mean;
      }
      hand_on(m, mine, graph_.h(inputs_[0].value, mine.begin), nullptr, {scale, none, shift},
              [&](int64_t row, int64_t n, float* y) { graph_.arrive(out_, row, n, y, nullptr); });
    });
  }

  void backward(FusedMember& m, RowRange rows) override {
    sum_derivatives(m, rows);
    if (!wanted(inputs_[0], rows)) return;
    const std::vector<float> none(static_cast<size_t>(channels_));
    Coefficients k{none, none, none};
    each_part(rows, [&](size_t part, RowRange mine) {
      const Moments& o = moments_[part];
      for (size_t i = 0; i < none.size(); ++i) {
        k.x[i] = p_.gain[i] * o.scale[i];
        k.y[i] = -k.x[i] * o.scale[i] * o.scale[i] * o.product[i];
        k.one[i] = -k.x[i] * o.sum[i] - k.y[i] * o.mean[i];
      }
      hand_on(m, mine, graph_.d(out_, mine.begin), graph_.h(inputs_[0].value, mine.begin), k,
              [&](int64_t row, int64_t n, float* d) { graph_.deliver(inputs_[0], row, n, d); });
    });
  }

  void tangent(FusedMember&, RowRange) override {
    throw std::logic_error("a penalty on slopes cannot go through batch norm here");
  }

  void finish_gradient(FusedMember& m, const UseGradient& use) override {
    if (m.team.index != 0) return;
    use(m.team, p_.index, 0, channels_, gradients_.data());
    use(m.team, p_.index + 1, 0, channels_, gradients_.data() + channels_);
  }

 private:
  /// Of the channels in one part of the batch; derivatives' are means over its numbers.
  struct Moments {
    std::vector<float> mean, scale;   ///< scale: 1 / deviation
    std::vector<float> sum, product;  ///< of derivatives d; of d (x - mean)
  };
  /// For each channel: x * first number + y * second + one.
  struct Coefficients {
    std::vector<float> x, y, one;
  };
  struct Sums {
    std::vector<double> one, other;  ///< [parts, channels]
  };

  int64_t positions() const { return graph_.value(out_).size() / channels_; }

  /// use(part, this thread's examples of it)
  template <class Use>
  void each_part(RowRange rows, Use use) const {
    for (size_t part = 0; part < graph_.parts_.size(); ++part) {
      const RowRange all = graph_.parts_[part];
      const RowRange mine{std::max(rows.begin, all.begin), std::min(rows.end, all.end)};
      if (mine.begin < mine.end) use(part, mine);
    }
  }

  template <class Use>
  void hand_on(FusedMember& m, RowRange rows, const char* x, const char* y, const Coefficients& k,
               Use use) const {
    constexpr int64_t kBlock = 16;
    const int64_t size = graph_.value(out_).size(), bytes = kernels::bytes_of(graph_.precision_);
    for (int64_t i = 0; i < rows.size(); i += kBlock) {
      const int64_t n = std::min(kBlock, rows.size() - i), at = i * size * bytes;
      float* out = kernels::sized(m.own.image, n * size);
      kernels::combine(graph_.precision_, n * positions(), channels_, x + at, y ? y + at : nullptr,
                       k.x.data(), k.y.data(), k.one.data(), out);
      use(rows.begin + i, n, out);
    }
  }

  /// Sums by all threads, add(part, examples, one, other), and then use() by one of them.
  template <class Add, class Use>
  void sum_over_threads(FusedMember& m, RowRange rows, Add add, Use use) {
    const size_t numbers = graph_.parts_.size() * static_cast<size_t>(channels_);
    if (m.team.index == 0) sums_.resize(static_cast<size_t>(m.team.size));
    m.team.barrier();
    Sums& own = sums_[static_cast<size_t>(m.team.index)];
    own.one.assign(numbers, 0);
    own.other.assign(numbers, 0);
    each_part(rows, [&](size_t part, RowRange mine) {
      const size_t at = part * static_cast<size_t>(channels_);
      add(part, mine, own.one.data() + at, own.other.data() + at);
    });
    m.team.barrier();
    if (m.team.index == 0) {
      for (size_t thread = 1; thread < sums_.size(); ++thread)
        for (size_t i = 0; i < numbers; ++i) {
          sums_[0].one[i] += sums_[thread].one[i];
          sums_[0].other[i] += sums_[thread].other[i];
        }
      for (size_t part = 0; part < graph_.parts_.size(); ++part) {
        const size_t at = part * static_cast<size_t>(channels_);
        use(part, sums_[0].one.data() + at, sums_[0].other.data() + at);
      }
    }
    m.team.barrier();
  }

  /// [channels] of a part, and how many numbers of a channel the part has.
  void sum_over_workers(size_t part, double* sum, double* other = nullptr) {
    const size_t channels = static_cast<size_t>(channels_);
    const auto mine = static_cast<double>(graph_.parts_[part].size() * positions());
    numbers_.resize(graph_.parts_.size());
    numbers_[part] = mine;
    Workers& workers = *graph_.pass_.workers;
    if (workers.alone()) return;
    std::vector<double> all(sum, sum + channels);
    if (other) all.insert(all.end(), other, other + channels);
    all.push_back(mine);
    workers.sum(all);
    numbers_[part] = all.back();
    std::copy_n(all.begin(), channels, sum);
    if (other) std::copy_n(all.begin() + channels_, channels, other);
  }

  void measure(FusedMember& m, RowRange rows) {
    const size_t channels = static_cast<size_t>(channels_);
    const size_t in = inputs_[0].value;
    if (m.team.index == 0) moments_.resize(graph_.parts_.size());
    sum_over_threads(
        m, rows,
        [&](size_t, RowRange mine, double* sum, double*) {
          kernels::add_sums(graph_.precision_, mine.size() * positions(), channels_,
                            graph_.h(in, mine.begin), nullptr, nullptr, sum, nullptr);
        },
        [&](size_t part, double* sum, double*) {
          sum_over_workers(part, sum);
          moments_[part].mean.resize(channels);
          for (size_t i = 0; i < channels; ++i)
            moments_[part].mean[i] = static_cast<float>(sum[i] / numbers_[part]);
        });
    sum_over_threads(
        m, rows,
        [&](size_t part, RowRange mine, double* squares, double*) {
          kernels::add_squares(graph_.precision_, mine.size() * positions(), channels_,
                               graph_.h(in, mine.begin), moments_[part].mean.data(), squares);
        },
        [&](size_t part, double* squares, double*) {
          sum_over_workers(part, squares);
          moments_[part].scale.resize(channels);
          for (size_t i = 0; i < channels; ++i) {
            const double n = numbers_[part], variance = squares[i] / n;
            moments_[part].scale[i] = static_cast<float>(1 / std::sqrt(variance + spec_.epsilon));
            move(p_.mean[i], moments_[part].mean[i]);
            move(p_.variance[i], variance * n / (n - 1));
          }
        });
  }

  /// A running moment towards its newest value.
  void move(float& running, double newest) const {
    running = static_cast<float>((1 - spec_.momentum) * running + spec_.momentum * newest);
  }

  void sum_derivatives(FusedMember& m, RowRange rows) {
    const size_t channels = static_cast<size_t>(channels_);
    if (m.team.index == 0) std::fill(gradients_.begin(), gradients_.end(), 0.0f);
    sum_over_threads(
        m, rows,
        [&](size_t part, RowRange mine, double* sum, double* products) {
          kernels::add_sums(graph_.precision_, mine.size() * positions(), channels_,
                            graph_.d(out_, mine.begin), graph_.h(inputs_[0].value, mine.begin),
                            moments_[part].mean.data(), sum, products);
        },
        [&](size_t part, double* sum, double* products) {
          Moments& o = moments_[part];
          o.sum.resize(channels);
          o.product.resize(channels);
          for (size_t i = 0; i < channels; ++i) {  // of this worker's rows: the update adds them up
            gradients_[i] += static_cast<float>(products[i]) * o.scale[i];
            gradients_[channels + i] += static_cast<float>(sum[i]);
          }
          sum_over_workers(part, sum, products);
          for (size_t i = 0; i < channels; ++i) {
            o.sum[i] = static_cast<float>(sum[i] / numbers_[part]);
            o.product[i] = static_cast<float>(products[i] / numbers_[part]);
          }
        });
  }

  BatchNorm spec_;
  int64_t channels_;
  Parameters p_;
  std::vector<Moments> moments_;  ///< of each part
  std::vector<double> numbers_;   ///< of a channel in each part, of all workers
  std::vector<Sums> sums_;        ///< of each thread
  std::vector<float> gradients_;  ///< of gains, of biases
};

}  // namespace

void fuse(const BatchNorm& spec, const LayerShape& shape, FusedBuilder& builder) {
  const size_t gain = builder.take_parameter(), bias = builder.take_parameter();
  float *mean = builder.take_moment(), *variance = builder.take_moment();
  builder.add<FusedBatchNorm>(shape.out, spec, shape.in[0],
                              FusedBatchNorm::Parameters{.index = gain,
                                                         .gain = builder.parameter(gain),
                                                         .bias = builder.parameter(bias),
                                                         .mean = mean,
                                                         .variance = variance});
}

}  // namespace gan
