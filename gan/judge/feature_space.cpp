#include "gan/judge/feature_space.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/npy.h"
#include "gan/io/zip.h"
#include "gan/judge/classifier.h"
#include "gan/judge/kept.h"
#include "gan/judge/sampling.h"
#include "gan/model/generative_model.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr int64_t kMostReference = 50'000, kMostOverlap = 10'000;
// Training examples whose features are computed: so many numbers, but at least so many examples.
constexpr int64_t kTrainingNumbers = 150'000'000, kFewestTraining = 5000;

Tensor to_double(const NumberArray& array) {
  const std::vector<double> values = std::visit(
      [](const auto& v) { return std::vector<double>(v.begin(), v.end()); }, array.values);
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(array.shape);
}

/// The arrays of an .npz file, by their names.
std::map<std::string, Tensor> read_npz(const Path& file) {
  std::map<std::string, Tensor> out;
  const ZipArchive archive(file);
  for (const ZipEntry& entry : archive.entries()) {
    const std::string name = entry.name.substr(0, entry.name.find(".npy"));
    if (name != "mu" && name != "sigma" && name != "feats") continue;
    const std::string bytes = archive.read(entry);
    ByteReader in(bytes, file.string() + ": " + entry.name);
    out[name] = to_double(read_npy(in));
  }
  return out;
}

std::string hash_of_moments(const Moments& m) {
  const auto bytes = [](const Tensor& t) {
    return std::string_view(static_cast<const char*>(t.data_ptr()), t.nbytes());
  };
  return bytes_hash(bytes_hash(bytes(m.mean.contiguous())) +
                    bytes_hash(bytes(m.covariance.contiguous())));
}

}  // namespace

FeatureComparison::FeatureComparison(FeatureSet samples,
                                     std::shared_ptr<const FeatureSet> reference,
                                     std::shared_ptr<const Moments> of_reference)
    : samples_(std::move(samples)),
      reference_(std::move(reference)),
      of_reference_(std::move(of_reference)) {}

const Moments& FeatureComparison::sample_moments() const {
  if (!of_samples_) of_samples_ = moments_of(samples_.x);
  return *of_samples_;
}

const Overlap& FeatureComparison::overlap() const {
  if (!overlap_) {
    const auto some = [](const Tensor& x) {
      return x.narrow(0, 0, std::min(kMostOverlap, x.size(0)));
    };
    overlap_ = gan::overlap(some(samples_.x), some(reference_->x), samples_.states_per_chain);
  }
  return *overlap_;
}

FeatureSpace::FeatureSpace(const Judge& judge, const FeatureSettings& settings,
                           std::string reference, const Path& cache, const Say& say)
    : judge_(judge),
      features_(make_features(judge, settings, cache, say)),
      reference_name_(std::move(reference)),
      reference_hash_(judge.data().hash),
      cache_(cache),
      say_(say) {
  if (split_of_reference() != nullptr) return;
  reference_file_ = reference_name_;
  reference_name_ = Path(reference_file_).filename().string();
  open_reference();
}

const Examples* FeatureSpace::split_of_reference() const {
  if (reference_name_ == kTestReference) return &judge_.data().test;
  if (reference_name_ == kTrainReference) return &judge_.data().train;
  if (reference_name_ == kValidReference) return &judge_.data().valid;
  return nullptr;
}

void FeatureSpace::forget_samples() {
  samples_.reset();
  control_.reset();
  unseen_control_.reset();
}

/// Published statistics.
void FeatureSpace::open_reference() {
  const std::map<std::string, Tensor> arrays = read_npz(reference_file_);
  FeatureSet set;
  if (arrays.contains("feats")) {
    const Tensor& feats = arrays.at("feats");
    if (feats.dim() != 2)
      throw DataError("{}: feats has {} dimensions, [n, F] was expected", reference_file_,
                      feats.dim());
    set.x = feats.to(at::kFloat);
    of_reference_ = std::make_shared<Moments>(moments_of(feats));
  } else if (arrays.contains("mu") && arrays.contains("sigma")) {
    const Tensor mu = arrays.at("mu").flatten(), sigma = arrays.at("sigma");
    if (sigma.dim() != 2 || sigma.size(0) != mu.numel() || sigma.size(1) != mu.numel())
      throw DataError("{}: sigma is {}, but mu has {} numbers", reference_file_,
                      shape_text(sigma.sizes().vec()), mu.numel());
    of_reference_ = std::make_shared<Moments>(Moments{.mean = mu, .covariance = sigma});
  } else {
    throw DataError("{}: an .npz file with mu and sigma, or with feats, was expected",
                    reference_file_);
  }
  reference_ = std::make_shared<FeatureSet>(std::move(set));
  reference_hash_ = hash_of_moments(*of_reference_);
}

/// Features of at most so many examples, in an order drawn by the seed.
FeatureSet FeatureSpace::of_split(const Examples& examples, int64_t most, uint64_t seed,
                                  const char* name) {
  std::vector<int64_t> order = Stream(seed, "features of a split").permutation(examples.size(), 0);
  order.resize(static_cast<size_t>(std::min(most, examples.size())));
  const Examples chosen = examples.pick(order);
  const int64_t n = chosen.size();
  const Path file =
      cache_.empty() || !features_->slow()
          ? Path()
          : cache_ / fmt::format("features-1-{}.npy",
                                 bytes_hash(fmt::format("{} {} {} {} {}", features_->stamp(),
                                                        judge_.data().hash, name, n, seed)));
  FeatureSet out;
  const Tensor x = kept_tensor(file, n, [&] {
    if (features_->slow()) say_(fmt::format("features of {} {} examples", count(n), name));
    out = in_blocks(n, [&](int64_t first, int64_t some) {
      return judge_.units_in_place(rows_of(chosen, first, some));
    });
    return out.x;
  });
  out.x = x;
  out.labels = labels_of(chosen, 0, n);
  return out;
}

/// units(first, count): [count, D] of n examples. Memory holds a block of them.
FeatureSet FeatureSpace::in_blocks(int64_t n,
                                   const std::function<Tensor(int64_t, int64_t)>& units) {
  FeatureSet out;
  const auto put = [&](Tensor& all, int64_t first, const Tensor& rows) {
    if (!rows.defined()) return;
    if (!all.defined()) all = at::empty({n, rows.size(1)}, rows.options());
    all.narrow(0, first, rows.size(0)).copy_(rows);
  };
  const int64_t most = examples_a_block(judge_.data().train.dim());
  for (int64_t first = 0; first < n; first += most) {
    const Tensor block = units(first, std::min(most, n - first));
    put(out.x, first, features_->of(block));
    put(out.probabilities, first, features_->probabilities(block));
  }
  return out;
}

FeatureSet FeatureSpace::of_samples(const Subject& s) {
  const bool chains = s.states_per_chain > 1;
  Tensor units = chains ? s.fresh : s.samples;
  int64_t states = chains ? s.fresh_states_per_chain : 1;
  if (units.size(0) > kMostOverlap && states > 1) {  // fewer states, of every chain
    const int64_t whole = units.size(0) / states, kept = std::max<int64_t>(1, kMostOverlap / whole);
    units = units.narrow(0, 0, whole * states).view({whole, states, -1});
    states = std::min(states, kept);
    units = units.narrow(1, 0, states).reshape({whole * states, -1});
  }
  if (are_means(judge_, units)) units = drawn(units, s.seed);
  const int64_t n = units.size(0);
  if (features_->slow()) say_(fmt::format("features of {} samples", count(n)));
  FeatureSet out =
      in_blocks(n, [&](int64_t first, int64_t some) { return units.narrow(0, first, some); });
  out.states_per_chain = states;
  if (!chains && s.model != nullptr && judge_.data().train.labelled())
    if (const auto* model = dynamic_cast<const Conditional*>(&s.model->model);
        model != nullptr && model->classes() > 0)
      out.labels = model->labels(n, s.seed).to(at::kCPU);
  return out;
}

const FeatureComparison& FeatureSpace::samples(const Subject& s) {
  if (samples_) return *samples_;
  if (!reference_) {
    auto set = std::make_shared<FeatureSet>(
        of_split(*split_of_reference(), kMostReference, 0, reference_name_.c_str()));
    of_reference_ = std::make_shared<Moments>(moments_of(set->x));
    reference_ = std::move(set);
  }
  FeatureSet set = of_samples(s);
  if (of_reference_->mean.numel() != set.x.size(1))
    throw UsageError(
        "{}: its features have {} numbers, those of the samples {}; give the network that made them with --features",
        reference_name_, of_reference_->mean.numel(), set.x.size(1));
  samples_.emplace(std::move(set), reference_, of_reference_);
  return *samples_;
}

const FeatureComparison& FeatureSpace::control(const Subject& s) {
  if (control_) return *control_;
  const int64_t n = samples(s).count();
  const DataSet& data = judge_.data();
  const bool train = reference_name_ == kTestReference || reference_name_ == kValidReference;
  control_.emplace(of_split(train ? data.train : data.test, n, s.seed, train ? "train" : "test"),
                   reference_, of_reference_);
  return *control_;
}

const FeatureComparison& FeatureSpace::unseen_control(const Subject& s) {
  if (!unseen_control_)
    unseen_control_.emplace(of_split(judge_.data().test, samples(s).count(), s.seed, "test"),
                            reference_, of_reference_);
  return *unseen_control_;
}

std::string FeatureSpace::control_name(const Subject& s) const {
  const bool train = reference_name_ == kTestReference || reference_name_ == kValidReference;
  const int64_t there = (train ? judge_.data().train : judge_.data().test).size();
  const int64_t n = samples_ ? samples_->count() : s.samples.size(0);
  const std::string name = fmt::format("{} examples as samples", train ? "training" : "test");
  return there < n ? fmt::format("{} {}", count(there), name) : name;
}

std::string FeatureSpace::reference_text() const {
  return reference_file_.empty()
             ? fmt::format("{} {} examples", count(of_reference_->count), reference_name_)
             : reference_name_;
}

bool FeatureSpace::reference_has_features() {
  return reference_file_.empty() || reference_->x.defined();
}

const Tensor& FeatureSpace::training() {
  if (!training_.defined())
    training_ = of_split(judge_.data().train,
                         std::clamp(kTrainingNumbers / judge_.data().train.dim(), kFewestTraining,
                                    kMostReference),
                         0, "train")
                    .x;
  return training_;
}

}  // namespace gan
