// The step of bench/peers/pytorch.py in libtorch's C++ frontend, eager, line for line; torch::optim
// has no multi-tensor form.
//   gan_bench_libtorch step RECIPE PRECISION THREADS BATCH SECONDS     milliseconds a step (median)

#include <torch/torch.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

#include "bench/peers/autograd.h"
#include "bench/timed.h"

namespace {

namespace F = torch::nn::functional;
using torch::Tensor;

struct MaxoutImpl : torch::nn::Module {
  MaxoutImpl(int64_t inputs, int64_t units, int64_t pieces)
      : affine(register_module("affine", torch::nn::Linear(inputs, units * pieces))),
        units(units),
        pieces(pieces) {}
  Tensor forward(const Tensor& x) { return affine(x).view({-1, units, pieces}).amax(2); }
  torch::nn::Linear affine;
  int64_t units, pieces;
};
TORCH_MODULE(Maxout);

torch::nn::Sequential generator(int64_t width = 1200, int64_t outputs = 784) {
  using namespace torch::nn;
  return Sequential(Linear(100, width), ReLU(), Linear(width, width), ReLU(),
                    Linear(width, outputs), Sigmoid());
}

struct Peer {
  virtual ~Peer() = default;
  virtual void step(const Tensor& x) = 0;
};

/// Simultaneous updates, momentum, dropout, one fake batch for both players.
class Paper : public Peer {
 public:
  Paper(int64_t batch, bool bf16, int64_t width = 1200, int64_t inputs = 784, int64_t units = 240)
      : batch_(batch),
        bf16_(bf16),
        G_(generator(width, inputs)),
        D_(torch::nn::Dropout(0.2), Maxout(inputs, units, 5), torch::nn::Dropout(0.5),
           Maxout(units, units, 5), torch::nn::Dropout(0.5), torch::nn::Linear(units, 1)) {}
  void step(const Tensor& x) override {
    Tensor fake, real, made;
    {
      const Autocast mixed(bf16_);
      fake = G_->forward((2 * torch::rand({batch_, 100}) - 1) * std::sqrt(3.0));
      const auto parts =
          D_->forward(torch::cat({x, fake})).to(torch::kFloat).squeeze(1).split(batch_);
      real = parts[0];
      made = parts[1];
    }
    const Tensor d = (F::softplus(-real).mean() + F::softplus(made).mean()) / 2,
                 g = F::softplus(-made).mean();
    back(d, D_->parameters(), true);
    back(g, G_->parameters());
    d_.step();
    g_.step();
    d.item<float>();
    g.item<float>();
  }

 private:
  int64_t batch_;
  bool bf16_;
  torch::nn::Sequential G_, D_;
  torch::optim::SGD g_{G_->parameters(), torch::optim::SGDOptions(0.1).momentum(0.5)},
      d_{D_->parameters(), torch::optim::SGDOptions(0.1).momentum(0.5)};
};

/// Alternating updates, relativistic pairing, R1 and R2 by double backward, Adam, an average of G.
class Quick : public Peer {
 public:
  Quick(int64_t batch, bool bf16) : batch_(batch), bf16_(bf16) {
    for (const Tensor& p : G_->parameters()) average_.push_back(p.detach().clone());
  }
  void step(const Tensor& x) override {
    Tensor fake, y;
    {
      const torch::NoGradGuard no_grad;
      const Autocast mixed(bf16_);
      fake = G_->forward(torch::randn({batch_, 100})).to(torch::kFloat);
    }
    const Tensor both = torch::cat({x, fake}).requires_grad_();
    {
      const Autocast mixed(bf16_);
      y = D_->forward(both).to(torch::kFloat).squeeze(1);
    }
    const Tensor d = F::softplus(y.slice(0, batch_) - y.slice(0, 0, batch_)).mean();
    const Tensor slope = torch::autograd::grad({y.sum()}, {both}, {}, true, true)[0];
    back(d + slope.square().sum() / (2 * batch_), D_->parameters());
    d_.step();
    {
      const Autocast mixed(bf16_);
      y = D_->forward(torch::cat({x, G_->forward(torch::randn({batch_, 100})).to(torch::kFloat)}))
              .to(torch::kFloat)
              .squeeze(1);
    }
    const Tensor g = F::softplus(y.slice(0, 0, batch_) - y.slice(0, batch_)).mean();
    back(g, G_->parameters());
    g_.step();
    const torch::NoGradGuard no_grad;
    const auto parameters = G_->parameters();
    for (size_t i = 0; i < average_.size(); ++i) average_[i].mul_(0.999).add_(parameters[i], 0.001);
    d.item<float>();
    g.item<float>();
  }

 private:
  int64_t batch_;
  bool bf16_;
  static torch::nn::LeakyReLU leaky() {
    return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2));
  }
  torch::nn::Sequential G_ = generator(),
                        D_{torch::nn::Linear(784, 1200), leaky(), torch::nn::Linear(1200, 600),
                           leaky(), torch::nn::Linear(600, 1)};
  std::vector<Tensor> average_;
  torch::optim::Adam g_{G_->parameters(), torch::optim::AdamOptions(1e-3).betas({0, 0.99})},
      d_{D_->parameters(), torch::optim::AdamOptions(1e-3).betas({0, 0.99})};
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  if (a.size() != 6) {
    std::fprintf(stderr, "gan_bench_libtorch is called by bench/bench.py\n");
    return 2;
  }
  torch::manual_seed(1);
  at::globalContext().setFlushDenormal(true);
  torch::set_num_threads(std::stoi(a[3]));
  at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
  const int64_t batch = std::stoll(a[4]);
  const bool bf16 = a[2] == "bf16", large = a[1] == "paper-cifar10-full";
  std::unique_ptr<Peer> peer;
  if (a[1] == "mnist-dense")
    peer = std::make_unique<Quick>(batch, bf16);
  else
    peer = large ? std::make_unique<Paper>(batch, bf16, 8000, 3072, 1600)
                 : std::make_unique<Paper>(batch, bf16);
  const Tensor x = torch::rand({batch, large ? 3072 : 784});
  std::printf("%f\n", 1e3 * timed([&] { peer->step(x); }, std::stod(a[5])));
}
