#pragma once
/// The fused engine's passes through any network whose layers it knows, as operations over values
/// (fused_graph.h). A part of fused.cpp.

#include "gan/nets/fused_builder.h"
#include "gan/nets/fused_passes.h"

namespace gan {

class ImagePasses : public FusedPasses {
 public:
  ImagePasses(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
              std::vector<Tensor> parameters, std::vector<Tensor> moments,
              kernels::Format precision, bool penalised);

  void record(at::TensorList parts, const Pass& pass) override;
  int64_t serial() const override { return serial_; }
  Tensor output() override;
  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override;
  void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
               UpdateTime when) override;
  Tensor input_gradient(const Tensor& slope, int64_t first) override;
  void parameters_changed() override { weights_are_old_ = true; }

 private:
  /// Operations that a few examples go through one after the other while they are in a cache, or
  /// one that takes all of a thread's examples.
  struct Segment {
    size_t begin, end;
    bool whole;
  };

  void forward();
  void take_in(RowRange rows);
  void go_back(FusedMember& m, RowRange rows);
  void gradients(const Tensor& slope, const Tensor& penalty, const UseGradient& use);
  void second_way_back(FusedMember& m, RowRange rows);
  const float* factors(const Tensor& slopes);  ///< as FusedGraph::factor_
  double operations(int64_t rows) const;
  /// pass(operation, rows) of a segment, for this thread's rows.
  template <class Pass>
  void run(const Segment& segment, RowRange rows, Pass pass);
  FusedMember member(kernels::Team& team) {
    return {team, buffers_[static_cast<size_t>(team.index)]};
  }

  bool are_whole_parts(RowRange rows) const;  ///< of the batch, as batch norm sees it

  std::vector<Tensor> parameters_, moments_;
  bool looks_across_examples_;
  FusedGraph graph_;
  FusedBuilder::Operations operations_;
  std::vector<Segment> segments_;
  Shape input_, output_;                       ///< of an example
  int64_t at_once_ = 1;                        ///< examples that go through a segment together
  std::vector<Tensor> examples_;               ///< what came in
  std::vector<FusedMember::Buffers> buffers_;  ///< of each thread
  std::vector<double> squares_;                ///< of each thread
  kernels::Aligned<float> in_order_, slopes_, factors_;
  int64_t serial_ = 0;
  bool weights_are_old_ = true;
  bool used_up_ = false;  ///< values were overwritten on the way of tangents
};

}  // namespace gan
