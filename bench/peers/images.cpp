// The networks and the step of bench/peers/images.py in libtorch's C++ frontend, eager, line for
// line; torch::optim has no multi-tensor form, the average of G has.
//   gan_bench_images parameters NET                              those of G and of D
//   gan_bench_images step NET LAYOUT PRECISION THREADS BATCH SECONDS   milliseconds a step (median)

#include <torch/torch.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "bench/peers/autograd.h"
#include "bench/timed.h"

namespace {

namespace F = torch::nn::functional;
using namespace torch::nn;
using torch::Tensor;

LeakyReLU leaky() {
  return LeakyReLU(LeakyReLUOptions().negative_slope(0.2).inplace(true));
}
ReLU relu() {
  return ReLU(ReLUOptions(true));
}
Conv2d halving(int64_t in, int64_t out) {
  return Conv2d(Conv2dOptions(in, out, 4).stride(2).padding(1));
}
ConvTranspose2d doubling(int64_t in, int64_t out) {
  return ConvTranspose2d(ConvTranspose2dOptions(in, out, 4).stride(2).padding(1));
}
Conv2d pointwise(int64_t in, int64_t out) {
  return Conv2d(Conv2dOptions(in, out, 1));
}
Unflatten image(int64_t channels, int64_t side) {
  return Unflatten(UnflattenOptions(1, {channels, side, side}));
}

struct BlockImpl : Module {
  explicit BlockImpl(int64_t channels)
      : layers(register_module(
            "layers",
            Sequential(
                pointwise(channels, 2 * channels), leaky(),
                Conv2d(
                    Conv2dOptions(2 * channels, 2 * channels, 3).padding(1).groups(channels / 8)),
                leaky(), pointwise(2 * channels, channels)))) {
    const torch::NoGradGuard no_grad;
    for (Tensor& p : layers->at<Conv2dImpl>(4).parameters()) p.zero_();
  }
  Tensor forward(const Tensor& x) { return x + layers->forward(x); }
  Sequential layers;
};
TORCH_MODULE(Block);

/// [1, 3, 3, 1] / 4 along each side, zeros outside: the bilinear interpolation of the image in a
/// frame of zeros.
struct UpsampleZerosImpl : Module {
  Tensor forward(const Tensor& x) {
    const auto options = F::InterpolateFuncOptions()
                             .scale_factor(std::vector<double>{2, 2})
                             .mode(torch::kBilinear)
                             .align_corners(false);
    const Tensor framed = F::pad(x, F::PadFuncOptions({1, 1, 1, 1}));
    return F::interpolate(framed, options).slice(2, 2, -2).slice(3, 2, -2);
  }
};
TORCH_MODULE(UpsampleZeros);

/// [1, 3, 3, 1] / 8 along each side, every second position, zeros outside.
struct DownsampleImpl : Module {
  explicit DownsampleImpl(int64_t channels) : channels(channels) {
    const Tensor side = torch::tensor({1.0f, 3.0f, 3.0f, 1.0f});
    filter = register_buffer("filter", (torch::outer(side, side) / 64).repeat({channels, 1, 1, 1}));
  }
  Tensor forward(const Tensor& x) {
    return F::conv2d(x, filter, F::Conv2dFuncOptions().stride(2).padding(1).groups(channels));
  }
  int64_t channels;
  Tensor filter;
};
TORCH_MODULE(Downsample);

struct Net {
  Sequential G, D;
  int64_t z;
  std::vector<int64_t> shape;  ///< of an example
  bool relativistic;           ///< with R1 and R2; or non-saturating
  std::tuple<double, double> betas;
  bool batch_norm = false;  ///< in D
};

Net small_dcgan(bool relativistic) {
  return {.G = Sequential(Linear(64, 6272), leaky(), image(128, 7), doubling(128, 64), leaky(),
                          doubling(64, 1), Sigmoid()),
          .D = Sequential(halving(1, 64), leaky(), halving(64, 128), leaky(), Flatten(),
                          Linear(6272, 1)),
          .z = 64,
          .shape = {1, 28, 28},
          .relativistic = relativistic,
          .betas = relativistic ? std::tuple{0.0, 0.99} : std::tuple{0.5, 0.999}};
}

Net dcgan() {
  Net net{.G = Sequential(Linear(100, 4096), image(256, 4), BatchNorm2d(256), relu(),
                          doubling(256, 128), BatchNorm2d(128), relu(), doubling(128, 64),
                          BatchNorm2d(64), relu(), doubling(64, 3), Tanh()),
          .D = Sequential(halving(3, 64), leaky(), halving(64, 128), BatchNorm2d(128), leaky(),
                          halving(128, 256), BatchNorm2d(256), leaky(), Flatten(), Linear(4096, 1)),
          .z = 100,
          .shape = {3, 32, 32},
          .relativistic = false,
          .betas = {0.5, 0.999},
          .batch_norm = true};
  const torch::NoGradGuard no_grad;
  for (const Sequential& network : {net.G, net.D})
    for (const auto& module : network->modules(false)) {
      if (std::dynamic_pointer_cast<BatchNorm2dImpl>(module)) continue;
      for (auto& parameter : module->named_parameters(false)) {
        if (parameter.key() == "weight")
          parameter.value().normal_(0, 0.02);
        else
          parameter.value().zero_();
      }
    }
  return net;
}

Net residual() {
  return {.G = Sequential(Linear(64, 3136), image(64, 7), Block(64), Block(64), UpsampleZeros(),
                          pointwise(64, 64), Block(64), Block(64), UpsampleZeros(),
                          pointwise(64, 32), Block(32), pointwise(32, 1), Sigmoid()),
          .D = Sequential(pointwise(1, 32), Block(32), Downsample(32), pointwise(32, 64), Block(64),
                          Block(64), Downsample(64), pointwise(64, 64), Block(64), Block(64),
                          Flatten(), Linear(3136, 1)),
          .z = 64,
          .shape = {1, 28, 28},
          .relativistic = true,
          .betas = {0.0, 0.99}};
}

Net net_of(const std::string& name) {
  if (name == "a") return small_dcgan(true);
  if (name == "b") return small_dcgan(false);
  if (name == "c") return dcgan();
  if (name == "d") return residual();
  throw std::invalid_argument("there is no network " + name);
}

int64_t count(const Sequential& network) {
  int64_t sum = 0;
  for (const Tensor& p : network->parameters()) sum += p.numel();
  return sum;
}

class Pair {
 public:
  Pair(const std::string& name, bool channels_last, bool bf16)
      : net_(net_of(name)),
        layout_(channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous),
        bf16_(bf16) {
    const torch::NoGradGuard no_grad;
    for (const Sequential& network : {net_.G, net_.D})
      for (Tensor& p : network->parameters())
        if (p.dim() == 4) p.set_data(p.contiguous(layout_));
    for (const Tensor& p : net_.G->parameters()) average_.push_back(p.detach().clone());
  }

  Tensor data(int64_t batch) const {
    std::vector<int64_t> shape{batch};
    shape.insert(shape.end(), net_.shape.begin(), net_.shape.end());
    return torch::rand(shape).contiguous(layout_);
  }

  void step(const Tensor& x) {
    Tensor fake;
    {
      const torch::NoGradGuard no_grad;
      fake = generate(x.size(0));
    }
    const Tensor d = d_loss(x, fake);
    back(d, net_.D->parameters());
    d_.step();
    const Tensor g = g_loss(x);
    back(g, net_.G->parameters());
    g_.step();
    const torch::NoGradGuard no_grad;
    const std::vector<Tensor> now = net_.G->parameters();
    at::_foreach_mul_(average_, 0.999);
    at::_foreach_add_(average_, now, 0.001);
    d.item<float>();
    g.item<float>();
  }

 private:
  Tensor generate(int64_t n) {
    const Autocast mixed(bf16_);
    return net_.G->forward(torch::randn({n, net_.z})).to(torch::kFloat);
  }
  Tensor judge(const Tensor& x) {
    const Autocast mixed(bf16_);
    return net_.D->forward(x).to(torch::kFloat).squeeze(1);
  }
  Tensor d_loss(const Tensor& x, const Tensor& fake) {
    if (net_.batch_norm)  // data and samples apart, as published
      return F::softplus(-judge(x)).mean() + F::softplus(judge(fake)).mean();
    const int64_t batch = x.size(0);
    const Tensor both = torch::cat({x, fake}).requires_grad_(net_.relativistic);
    const Tensor y = judge(both), real = y.slice(0, 0, batch), made = y.slice(0, batch);
    if (!net_.relativistic) return F::softplus(-real).mean() + F::softplus(made).mean();
    const Tensor slope = torch::autograd::grad({y.sum()}, {both}, {}, true, true)[0];
    return F::softplus(made - real).mean() + slope.square().sum() / (2 * batch);
  }
  Tensor g_loss(const Tensor& x) {
    const Tensor made = judge(generate(x.size(0)));
    if (!net_.relativistic) return F::softplus(-made).mean();
    Tensor real;
    {
      const torch::NoGradGuard no_grad;
      real = judge(x);
    }
    return F::softplus(real - made).mean();
  }

  Net net_;
  at::MemoryFormat layout_;
  bool bf16_;
  std::vector<Tensor> average_;
  torch::optim::Adam g_{net_.G->parameters(), torch::optim::AdamOptions(2e-4).betas(net_.betas)},
      d_{net_.D->parameters(), torch::optim::AdamOptions(2e-4).betas(net_.betas)};
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  try {
    torch::manual_seed(1);
    if (a.size() == 2 && a[0] == "parameters") {
      const Net net = net_of(a[1]);
      std::printf("%lld %lld\n", static_cast<long long>(count(net.G)),
                  static_cast<long long>(count(net.D)));
      return 0;
    }
    if (a.size() != 7 || a[0] != "step") {
      std::fprintf(stderr, "gan_bench_images is called by bench/images.py\n");
      return 2;
    }
    at::globalContext().setFlushDenormal(true);
    torch::set_num_threads(std::stoi(a[4]));
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    Pair pair(a[1], a[2] == "channels-last", a[3] == "bf16");
    const Tensor x = pair.data(std::stoll(a[5]));
    std::printf("%f\n", 1e3 * timed([&] { pair.step(x); }, std::stod(a[6])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gan_bench_images: %s\n", error.what());
    return 1;
  }
}
