#pragma once
/// The reference network: plain ATen operations, any derivative, any device.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gan/core/random.h"
#include "gan/kernels/products.h"
#include "gan/nets/tape.h"
#include "gan/spec/network.h"
#include "gan/workers/workers.h"

namespace gan {

using at::Tensor;

/// What a forward pass needs to know beside its input.
struct Pass {
  bool training = false;     ///< dropout drops, batch norm uses the batch
  Stream noise = Stream(0);  ///< of this pass; dropout layer i draws from its child i
  uint64_t step = 0;
  Tensor label;       ///< [B], for layers that see labels (labels.h); or undefined
  int64_t first = 0;  ///< number of row 0 in the whole batch: dropout's draws depend on it
  /// Where the rows are several parts of so many rows each, and the whole batch has parts of
  /// `whole` rows: row r of part p is number p * whole + first + r. Batch norm takes each part for
  /// itself. 0: there is one part.
  int64_t part = 0, whole = 0;
  Workers* workers = &alone();  ///< that have the other rows; for what looks across examples

  int64_t number(int64_t row) const {
    return part == 0 ? first + row : row / part * whole + first + row % part;
  }
  /// Applied to what comes in, [B, in...] -> [B, in...], as if it were the first layer: slopes are
  /// those in its input. Of the reference engine alone.
  std::function<Tensor(const Tensor& x)> before;
  std::function<void(size_t layer, const Tensor& output)> watch;  ///< sees each layer's output
};

class FusedEngine;

class Network {
 public:
  using Visitor = std::function<void(const std::string& name, Tensor& value)>;

  /// input: the shape of an example, as shapes() takes it. Parameters are drawn from `init`;
  /// means: of the data [last width], in (0, 1), for biases that ask for "marginals"; classes: of
  /// the labels.
  /// @throws UsageError naming the layer that does not fit.
  Network(const NetworkSpec& spec, const Shape& input, const std::string& name, const Stream& init,
          const Tensor& means, at::Device device, int64_t classes = 0);
  ~Network();
  Network(Network&&) noexcept;

  /// [B, in...] -> [B, out...]. What comes in, here and below, may have any other shape of as many
  /// numbers an example.
  Tensor operator()(const Tensor& x, const Pass& pass = {}) const;

  /// The same of all parts in turn, to be differentiated. At most one tape of a network is in use
  /// at a time.
  std::unique_ptr<Tape> record(at::TensorList parts, const Pass& pass);

  /// What `record` would give without training: the fastest way to the outputs, which the next call
  /// may overwrite.
  Tensor infer(const Tensor& x, const Tensor& label = {});

  /// From now on `record` and `infer` go through the fused engine (nets/fused.h), which must
  /// support the network. penalised: tapes are asked for penalties, too.
  void fuse(kernels::Format precision, bool penalised = false);

  const NetworkSpec& spec() const { return spec_; }
  const Shape& in() const { return input_; }               ///< of an example that comes in
  const Shape& out() const { return shapes_.back().out; }  ///< of what comes out
  int64_t outputs() const { return product(out()); }
  Tensor seen(const Tensor& x) const;  ///< [B, ...] -> [B, in...]
  std::vector<Tensor> parameters();    ///< what is learned, in order, requiring gradients
  /// Parameters and running moments, by the names of the layers: "<prefix>dense1.weight".
  void visit_state(const std::string& prefix, const Visitor& visit);
  /// Keeps the limits on the weights (max norm, spectral norm); after every update.
  void constrain();
  /// Parameters beyond -limit and limit become that.
  void clip(double limit);

  /// this <- decay * this + (1 - decay) * other, parameters; running moments are copied.
  void average(Network& other, double decay);

  class Layer;

 private:
  NetworkSpec spec_;
  Shape input_;
  std::vector<LayerShape> shapes_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::unique_ptr<FusedEngine> fused_;
};

}  // namespace gan
