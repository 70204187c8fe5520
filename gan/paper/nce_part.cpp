#include "gan/core/stop.h"
#include "gan/paper/nce.h"
#include "gan/paper/reproduction.h"

namespace gan::paper {
namespace {

constexpr uint64_t kSeed = 1;

Problem images(Reproduction& r) {
  return prepare(nce_images(r.digits()), r.settings().data_dir);
}

}  // namespace

/// No recipe: it stands for the data, of which the part is made too.
std::vector<Training> nce_trainings(Reproduction& r) {
  const Problem p = images(r);
  return {{"nce", p.config, p.data.hash}};
}

Piece nce(Reproduction& r) {
  return noise_contrastive(kSeed, r.settings().quick, images(r), [&](const std::string& text) {
    r.say(text);
    stop_if_asked();
  });
}

}  // namespace gan::paper
