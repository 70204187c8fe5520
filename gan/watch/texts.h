#pragma once
/// Files of the page, as the build put them into the program.

#include <string_view>

namespace gan {

extern const std::string_view kWatchPage;     ///< page/watch.html
extern const std::string_view kWatchScript;   ///< page/watch.js
extern const std::string_view kWordsScript;   ///< page/words.js
extern const std::string_view kCurvesScript;  ///< page/curves.js
extern const std::string_view kGameScript;    ///< page/game.js
extern const std::string_view kChartScript;   ///< Chart.js of the distribution

}  // namespace gan
