#include "gan/baselines/stack_trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace gan {
namespace {

/// The batch that a layer sees.
class One : public Batches {
 public:
  explicit One(Batch batch) : batch_(std::move(batch)) {}
  Batch next() override { return batch_; }

 private:
  Batch batch_;
};

int64_t steps_of(double epochs, int64_t batches_per_epoch) {
  return std::max<int64_t>(1, std::llround(epochs * static_cast<double>(batches_per_epoch)));
}

/// The settings of one layer, as if it were alone.
Config alone(const Config& c, const StackSection& s, size_t layer, int64_t batches_per_epoch) {
  Config out = c;
  out.run.seed = static_cast<int64_t>(
      Stream(static_cast<uint64_t>(c.run.seed), "stack.layers").bits(layer) >> 1);
  out.training.steps = steps_of(s.epochs.at(layer), batches_per_epoch);
  out.training.learning_rate = s.rates.at(layer);
  out.optimizer.schedule = Schedule::linear;
  out.optimizer.schedule_steps = out.training.steps;
  out.optimizer.min_rate = s.rates.at(layer) * s.final_rates.at(layer);
  out.rbm = {.hidden = s.hidden.at(layer),
             .k = s.k.at(layer),
             .persistent = s.persistent.at(layer),
             .k_epochs = s.k_epochs.at(layer),
             .chains = s.chains,
             .weight_decay = s.weight_decay};
  return out;
}

/// What the layer says of its examples is then what the one below says of them: the bound on log p
/// begins at that one's log-likelihood (Hinton, Osindero, Teh 2006, section 4). Its other units
/// begin small, and say next to nothing.
void turn_over(Rbm& below, Rbm& layer) {
  const int64_t units = below.weights().size(0);
  if (layer.weights().size(1) < units) return;
  layer.weights().narrow(1, 0, units).copy_(below.weights().t());
  layer.hidden_bias().narrow(0, 0, units).copy_(below.visible_bias());
  layer.visible_bias().copy_(below.hidden_bias());
}

}  // namespace

std::vector<Stage> deep_stages(const StackSection& s, const char* joint,
                               int64_t batches_per_epoch) {
  std::vector<Stage> out;
  for (size_t i = 0; i < s.hidden.size(); ++i)
    out.push_back({fmt::format("layer {} of {}", i + 1, s.hidden.size()),
                   steps_of(s.epochs.at(i), batches_per_epoch)});
  if (s.joint_epochs > 0) out.push_back({joint, steps_of(s.joint_epochs, batches_per_epoch)});
  return out;
}

std::vector<Stage> cut_off(std::vector<Stage> stages, int64_t steps) {
  int64_t left = steps;
  for (Stage& stage : stages) {
    if (steps > 0) stage.steps = std::min(stage.steps, left);
    left -= stage.steps;
  }
  return stages;
}

int64_t deep_steps(const Config& c, const StackSection& s, int64_t batches_per_epoch) {
  const int64_t asked = steps_asked_for(c, static_cast<double>(batches_per_epoch));
  int64_t steps = 0;
  for (const Stage& stage : cut_off(deep_stages(s, "", batches_per_epoch), asked))
    steps += stage.steps;
  return steps;
}

StateVisitor part_of(const StateVisitor& visit, size_t layer) {
  return [&visit, layer](const std::string& name, Tensor& value) {
    const size_t dot = name.find('.');
    visit(fmt::format("{}.layer{}{}", name.substr(0, dot), layer + 1, name.substr(dot)), value);
  };
}

StackTrainer::StackTrainer(const Setup& setup, const StackSection& stack,
                           const std::vector<Rbm>& layers, const StackRules& rules)
    : rules_(rules),
      batches_per_epoch_(setup.batches_per_epoch),
      seed_(static_cast<uint64_t>(setup.config.run.seed)) {
  for (size_t i = 0; i < layers.size(); ++i)
    layers_.emplace_back(alone(setup.config, stack, i, batches_per_epoch_), layers[i],
                         rules_.counts[i], batches_per_epoch_);
}

void StackTrainer::visit_learning(const StateVisitor& visit) {
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i].visit_learning(part_of(visit, i));
}

void StackTrainer::ensure_size(size_t layer, int64_t batch) {
  const int64_t threads = at::get_num_threads();
  if (layer == raised_to_ && batch == batch_ && static_cast<size_t>(threads) == blocks_.size())
    return;
  raised_to_ = layer;
  batch_ = batch;
  rows_ = shared_rows(batch);
  raised_ = at::empty({batch, layers_[layer].model().weights().size(0)});
  blocks_.assign(static_cast<size_t>(threads), {});
  weights_.clear();
  for (size_t i = 0; i < layer; ++i) weights_.emplace_back(layers_[i].model().parameters());
  for (auto& mine : blocks_)
    for (size_t i = 0; i < layer; ++i)
      mine.emplace_back(layers_[i].model().parameters(), weights_[i], rows_,
                        Stream(seed_, "stack.raise").child(i), false);
}

Batch StackTrainer::raise(const Batch& batch, size_t layer, int64_t t) {
  if (layer == 0) return batch;
  ensure_size(layer, batch.size());
  const Tensor examples = batch.rows().to(at::kCPU).contiguous();
  double operations = 0;
  for (size_t i = 0; i < layer; ++i)
    operations += 2 * static_cast<double>(batch.size() * layers_[i].model().weights().numel());
  kernels::run_team(operations, [&](kernels::Team& team) {
    std::vector<RbmBlock>& mine = blocks_[static_cast<size_t>(team.index)];
    for (size_t i = 0; i < layer; ++i) mine[i].refresh(rules_.counts[i]);
    const auto [begin, end] = team.share(batch_, rows_);
    for (int64_t row = begin; row < end; row += rows_) {
      const int64_t n = std::min(rows_, end - row);
      const float* from = examples.data_ptr<float>() + row * examples.size(1);
      for (size_t i = 0; i < layer; ++i) {
        const Tensor& w = layers_[i].model().weights();
        float* to = i + 1 == layer ? raised_.data_ptr<float>() + row * w.size(1) : mine[i].h();
        std::copy_n(from, n * w.size(0), mine[i].v());
        mine[i].up(mine[i].v());
        mine[i].hidden(n, static_cast<uint64_t>(t), static_cast<uint64_t>(batch.first + row),
                       nullptr, to);
        from = to;
      }
    }
  });
  return {.x = raised_, .label = batch.label, .first = batch.first};
}

Scalars StackTrainer::step(size_t layer, int64_t t, Batches& data) {
  Batch batch = data.next();
  if (layer > 0 && t == 0) {
    raised_to_ = 0;             // the room of another training
    batch.x = batch.x.clone();  // the next ones may overwrite it
    Tensor sum = raise(batch, layer, 0).x.sum(0, false, at::kDouble);
    for (int64_t i = 1; i < batches_per_epoch_; ++i)
      sum += raise(data.next(), layer, i).x.sum(0, false, at::kDouble);
    layers_[layer].centre(sum / static_cast<double>(batches_per_epoch_ * batch.size()));
    if (rules_.turn_over) turn_over(layers_[layer - 1].model(), layers_[layer].model());
  }
  One raised(raise(batch, layer, t));
  return layers_[layer].step(t, raised);
}

Scalars StackTrainer::watch(size_t layer, const Batch& real) {
  return layers_[layer].watch(raise(real, layer, 0));
}

}  // namespace gan
