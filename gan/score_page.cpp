#include "gan/score_page.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gan/core/duration.h"
#include "gan/core/html.h"
#include "gan/io/base64.h"
#include "gan/judge/feature_score.h"
#include "gan/pictures.h"
#include "gan/units.h"

namespace gan {
namespace {

constexpr int64_t kDrawn = 1000, kGrid = 100, kColumns = 20, kShown = 40;

constexpr std::string_view kStyle =
    "td.number{font-variant-numeric:tabular-nums;white-space:nowrap}"
    "details{color:#555;font-size:.85rem}";

std::string row_of(const Score& score) {
  std::string control = "none";
  if (!score.controls.empty())
    control = fmt::format("{} ({})", html_escaped(score.controls.front().cell),
                          html_escaped(score.controls.front().name));
  const std::string unit = score.unit.empty() ? "" : ", " + score.unit;
  std::string protocol = html_escaped(score.protocol);
  if (score.samples > 0) protocol += fmt::format("; {} samples", count(score.samples));
  if (!std::isnan(score.deviation)) protocol += fmt::format("; deviation {:.3g}", score.deviation);
  if (!score.stamp.empty())
    protocol += fmt::format("<br><code>{}</code>", html_escaped(score.stamp));
  return fmt::format(
      "<tr><td>{}{}<details><summary>protocol</summary>{}</details></td><td class=number>{}</td>"
      "<td class=number>{}</td></tr>\n",
      html_escaped(score.name), html_escaped(unit), protocol, html_escaped(score.shown()), control);
}

Image grid_of(const DataCard& card, const Tensor& own, const Tensor& order, int64_t count) {
  return picture(card, own.index_select(0, order.narrow(0, 0, count)), {}, kColumns);
}

bool has_pictures(const Judge& judge) {
  return judge.data().image && !judge.variety().none();
}

void add_extremes(std::vector<PagePicture>& out, const DataCard& card, const Tensor& own,
                  const Tensor& score, const std::string& most, const std::string& least) {
  const int64_t n = std::min(kShown, own.size(0));
  const Tensor order = score.argsort(0, /*descending=*/true);
  out.push_back({most, fmt::format("the first {} of {} samples", n, own.size(0)),
                 grid_of(card, own, order, n)});
  out.push_back({least, fmt::format("the last {} of {} samples", n, own.size(0)),
                 grid_of(card, own, order.flip(0), n)});
}

}  // namespace

std::vector<PagePicture> sample_pictures(const Judge& judge, const Tensor& samples,
                                         const EvaluateSettings& settings,
                                         const Evaluation& evaluation) {
  if (!has_pictures(judge)) return {};
  const DataCard card = card_of(judge.data());
  const int64_t n = std::min(kDrawn, samples.size(0)), shown = std::min(n, kGrid);
  const Tensor own = samples.narrow(0, 0, n).view(batch_shape(n, card.shape));
  std::vector<PagePicture> out;
  out.push_back({"Samples", fmt::format("the first {} of {}", shown, count(n)),
                 grid_of(card, own, at::arange(n, at::kLong), shown)});
  if (n >= kWithNearest)
    out.push_back(
        {"Samples; each framed image is the training image nearest to the sample on its left",
         "by the Euclidean distance of pixels",
         with_nearest(judge, own.narrow(0, 0, kWithNearest))});
  if (!evaluation.space || !has_usual_features(judge)) return out;
  Subject s{.judge = judge,
            .seed = settings.seed,
            .say = settings.say ? settings.say : [](const std::string&) {},
            .cache = settings.cache,
            .samples = judge.units(own),
            .features = settings.features};
  if (settings.reference == s.reference) s.space = evaluation.space;  // it knows the test split
  if (s.space) s.space->forget_samples();
  const Tensor density = space_of(s).samples(s).overlap().density;
  add_extremes(out, card, own, density, "Samples where the data are densest",
               "Samples where the data are sparsest");
  return out;
}

std::vector<PagePicture> score_pictures(const Problem& problem, const Judge& judge,
                                        Learner& learner, const EvaluateSettings& settings,
                                        const Evaluation& evaluation) {
  if (!has_pictures(judge)) return {};
  const Tensor scaled = learner.model().sample(kDrawn, settings.seed);
  const Tensor own = own_units(problem, scaled);
  std::vector<PagePicture> out = sample_pictures(judge, own, settings, evaluation);
  const auto* d = dynamic_cast<const Discriminates*>(&learner);
  if (d == nullptr) return out;
  Tensor label;
  if (d->asks_for_labels()) {
    const auto* model = dynamic_cast<const Conditional*>(&learner.model());
    if (model == nullptr || model->classes() == 0) return out;  // nobody knows those of samples
    label = model->labels(kDrawn, settings.seed).to(scaled.device());
  }
  add_extremes(out, card_of(problem), own, d->discriminate(scaled, label), "Highest output of D",
               "Lowest output of D");
  return out;
}

std::string score_page(const std::string& title, const Evaluation& evaluation,
                       const std::vector<PagePicture>& pictures) {
  std::string out = page_begin(title, kStyle);
  if (!evaluation.no_variety.empty())
    out += fmt::format("<p>{}</p>\n", html_escaped(evaluation.no_variety));
  out += "<table><tr><th>score</th><th>samples</th><th>control</th></tr>\n";
  for (const Score& score : evaluation.scores()) out += row_of(score);
  out += "</table>\n";
  for (const PagePicture& p : pictures)
    out += fmt::format("<h2>{}</h2><p>{}</p><img alt=\"{}\" src=\"data:image/png;base64,{}\">\n",
                       html_escaped(p.title), html_escaped(p.caption), html_escaped(p.title),
                       encode_base64(encode_png(p.image)));
  out +=
      fmt::format("<details><summary>protocol</summary><code>{}</code></details>\n</body></html>\n",
                  html_escaped(evaluation.protocol));
  return out;
}

}  // namespace gan
