#include "cli/reproduction.h"
#include "gan/paper/nce.h"

namespace gan::cli {
namespace {

constexpr uint64_t kSeed = 1;

Problem images(Reproduction& r) {
  return prepare(paper::nce_images(r.digits()), r.options().data_dir);
}

}  // namespace

/// No recipe: it stands for the data, of which the part is made too.
std::vector<Training> nce_trainings(Reproduction& r) {
  const Problem p = images(r);
  return {{"nce", p.config, p.data.hash}};
}

paper::Piece nce(Reproduction& r) {
  return paper::noise_contrastive(kSeed, r.options().quick, images(r),
                                  [&](const std::string& text) {
                                    r.say(text);
                                    stop_if_asked();
                                  });
}

}  // namespace gan::cli
